"""What a server says of itself at /metrics."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

PATIENCE = 45.0


@dataclass(frozen=True, slots=True)
class Point:
    """A sample: its name, its labels and its value. `kind` is its family's type."""

    name: str
    labels: Mapping[str, str]
    value: float
    kind: str
    family: str


def text(url: str, token: str = "") -> str:
    """The page as it is."""
    request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def scrape(url: str, token: str = "") -> list[Point]:
    """All samples."""
    return parsed(text(url, token))


def parsed(page: str) -> list[Point]:
    return [
        Point(each.name, each.labels, each.value, family.type, family.name)
        for family in text_string_to_metric_families(page)
        for each in family.samples
    ]


def total(points: list[Point], name: str, **labels: str) -> float:
    """The sum of the samples of that name that have these labels."""
    wanted = labels.items()
    return sum(each.value for each in points if each.name == name and wanted <= each.labels.items())


def until(url: str, there: Callable[[list[Point]], bool], token: str = "") -> list[Point]:
    """Scrapes again and again, since a worker knows only every two seconds what the others count."""
    deadline = time.monotonic() + PATIENCE
    while not there(points := scrape(url, token)):
        assert time.monotonic() < deadline, sorted({(p.name, p.value) for p in points if "bucket" not in p.name})
        time.sleep(0.1)
    return points
