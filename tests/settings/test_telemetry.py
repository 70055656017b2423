"""Log lines: one form for every source, levels, request ids, and nothing secret."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from entrepot import telemetry

PASSWORD = "hunter2"


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def written(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def parsed(stream: io.TextIOWrapper) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(stream).splitlines()]


def test_json_where_there_is_no_terminal(stream: io.TextIOWrapper) -> None:
    telemetry.configure("info", "auto", stream)
    structlog.get_logger().info("pushed", repository="hello", size=3)
    (line,) = parsed(stream)
    assert line["timestamp"].endswith("Z")
    del line["timestamp"]
    assert line == {"event": "pushed", "level": "info", "repository": "hello", "size": 3}


@pytest.mark.parametrize(("form", "kind"), [("text", io.TextIOWrapper), ("auto", Terminal)])
def test_text(form: str, kind: type[io.TextIOWrapper]) -> None:
    out = kind(io.BytesIO(), encoding="utf-8", write_through=True)
    telemetry.configure("info", form, out)
    structlog.get_logger().info("pushed", repository="hello", password="hunter2")
    assert "pushed" in written(out)
    assert "hello" in written(out)
    assert "hunter2" not in written(out)
    assert ("\x1b[" in written(out)) == (kind is Terminal)


def test_json_on_a_terminal_where_that_is_set() -> None:
    out = Terminal(io.BytesIO(), encoding="utf-8", write_through=True)
    telemetry.configure("info", "json", out)
    structlog.get_logger().info("pushed")
    assert parsed(out)[0]["event"] == "pushed"


def test_less_severe_lines_are_not_written(stream: io.TextIOWrapper) -> None:
    telemetry.configure("warning", "json", stream)
    logger = structlog.get_logger()
    for method in (logger.debug, logger.info, logger.warning, logger.error):
        method("said")
    assert [line["level"] for line in parsed(stream)] == ["warning", "error"]


def test_the_request_id_is_on_every_line_of_a_request(stream: io.TextIOWrapper) -> None:
    telemetry.configure("info", "json", stream)
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger().info("ours")
        logging.getLogger("a.library").warning("theirs")
    structlog.get_logger().info("after")
    assert [line.get("request_id") for line in parsed(stream)] == ["r-1", "r-1", None]


def test_the_standard_librarys_lines_take_the_same_form_from_warning_up(stream: io.TextIOWrapper) -> None:
    telemetry.configure("debug", "json", stream)
    library = logging.getLogger("botocore.auth")
    library.debug("canonical request with a signature")
    library.info("nor this")
    library.warning("slow %s", "down", extra={"token": "hunter2"})
    (line,) = parsed(stream)
    assert (line["event"], line["level"], line["logger"]) == ("slow down", "warning", "botocore.auth")
    assert "hunter2" not in written(stream)


def test_warnings_are_lines(stream: io.TextIOWrapper) -> None:
    telemetry.configure("info", "json", stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: old" in parsed(stream)[0]["event"]


def fail(unlogged: str) -> None:
    raise RuntimeError(f"on purpose, with {len(unlogged)} letters unlogged")


@pytest.mark.parametrize("form", ["json", "text"])
def test_exceptions_bring_their_traceback_without_local_variables(form: str, stream: io.TextIOWrapper) -> None:
    telemetry.configure("info", form, stream)
    for log in (structlog.get_logger().exception, logging.getLogger("library").exception):
        try:
            fail(PASSWORD)
        except RuntimeError:
            log("failed")
    assert written(stream).count("Traceback") == 2
    assert "hunter2" not in written(stream)


@pytest.mark.parametrize(
    "key", ["authorization", "Authorization", "password", "secret", "token", "session_token", "secretAccessKey"]
)
def test_secrets_are_hidden_at_any_depth(key: str, stream: io.TextIOWrapper) -> None:
    telemetry.configure("info", "json", stream)
    structlog.get_logger().info("said", **{key: "hunter2"}, headers={key: "hunter2", "list": [{key: "hunter2"}]})
    (line,) = parsed(stream)
    assert line[key] == "********"
    assert line["headers"]["list"] == [{key: "********"}]
    assert "hunter2" not in written(stream)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner) | st.tuples(inner),
)


@given(st.dictionaries(st.text(), values))
def test_anything_can_be_logged_on_one_line(event: dict[str, Any]) -> None:
    hidden = telemetry.redact(None, "info", event)
    assert b"\n" not in telemetry.encode(hidden)


@pytest.mark.parametrize("value", ["\udc80", object(), {(1, 2): 3}, {object(): 1}, 2**100, {1, 2}, ValueError("x")])
def test_odd_values_do_not_lose_the_line(value: object) -> None:
    assert b'"kept"' in telemetry.encode({"event": "kept", "value": value})


def test_the_console_form_of_a_value_stays_on_its_line(stream: io.TextIOWrapper) -> None:
    telemetry.configure("info", "text", stream)
    structlog.get_logger().info("said", name="a\nforged line")
    assert len(written(stream).splitlines()) == 1


def test_a_transaction_that_is_repeated_is_no_line(stream: io.TextIOWrapper) -> None:
    telemetry.configure("debug", "json", stream)
    logging.getLogger("psycopg").warning("error ignored terminating %s: %s", "a pipeline", "pipeline aborted")
    logging.getLogger("psycopg").error("broken")
    stream.seek(0)
    assert [json.loads(line)["event"] for line in stream] == ["broken"]
