"""The server that the load was put on, once for all tests of this folder that only look."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.observability.load import TOKEN, Driven, driven
from tests.observability.scrape import Point, total, until


@pytest.fixture(scope="session")
def after_load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    with driven(tmp_path_factory.mktemp("observed")) as found:
        yield found


@pytest.fixture(scope="session")
def points(after_load: Driven) -> list[Point]:
    """Its figures, once every request of its log is among them, whichever worker had it."""

    def complete(found: list[Point]) -> bool:
        answered = requests_of(after_load.server.log.read_text())
        counted = sum(
            each.value
            for each in found
            if each.name == "entrepot_request_duration_seconds_count" and each.labels["door"] != "operators"
        )
        return counted == answered and total(found, "entrepot_trace_spans_total", outcome="exported") > 0

    return until(after_load.server.url, complete, TOKEN)


def requests_of(log: str) -> int:
    """How many requests a log tells of that were not an operator's."""
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    own = {"/metrics", "/readyz", "/healthz"}
    return sum(line["event"] == "request" and line["path"] not in own for line in lines)
