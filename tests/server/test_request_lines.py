"""The lines of requests: written together, each of them whole."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Iterator
from typing import Any, cast

import pytest

from entrepot import telemetry
from entrepot.telemetry import ATOMIC, log_request


class Pipe(io.RawIOBase):
    """Keeps each write by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.writes.append(bytes(data))
        return len(self.writes[-1])


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    made = Pipe()
    stream = io.TextIOWrapper(io.BufferedWriter(made))
    telemetry.configure("info", "json", cast("Any", stream))
    yield made
    telemetry.configure("info", "auto", sys.stderr)


def asked(*paths: str) -> None:
    async def ask() -> None:
        for path in paths:
            log_request("id", "GET", path, 200, 0.0123)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(ask())


def test_a_line_has_what_all_lines_have(pipe: Pipe) -> None:
    asked("/v2/")
    line = json.loads(pipe.writes[0])
    assert line.pop("timestamp").endswith("Z")
    expected = {"request_id": "id", "method": "GET", "path": "/v2/", "status": 200, "milliseconds": 12.3}
    assert line == {**expected, "event": "request", "level": "info"}


def test_lines_go_together_and_stay_whole(pipe: Pipe) -> None:
    """Several processes write to one pipe, which takes only so much at once without mixing them."""
    paths = [f"/v2/{'a' * (number * 37 % 900)}" for number in range(100)] + ["/" + "b" * 2 * ATOMIC]
    asked(*paths)
    assert len(pipe.writes) < len(paths) / 2
    lines = [write.splitlines() for write in pipe.writes]
    assert all(write.endswith(b"\n") for write in pipe.writes)
    assert all(len(write) <= ATOMIC for write, each in zip(pipe.writes, lines, strict=True) if len(each) > 1)
    assert [json.loads(line)["path"] for each in lines for line in each] == paths


def test_a_stream_that_takes_nothing_holds_nobody_up(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pipe, "write", lambda _self, _data: None)
    asked("/v2/")
    assert pipe.writes == []


def test_a_level_above_has_none(pipe: Pipe) -> None:
    telemetry.configure("warning", "json", cast("Any", io.TextIOWrapper(io.BufferedWriter(pipe))))
    asked("/v2/")
    assert pipe.writes == []
