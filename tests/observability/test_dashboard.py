"""The dashboard and the alerts name what is there, and show it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from entrepot.observing.catalog import DECLARED
from tests.observability.promql import Asked, asked
from tests.observability.scrape import Point

DEPLOY = Path(__file__).parents[2] / "deploy"
PANELS = [
    panel
    for panel in json.loads((DEPLOY / "grafana" / "entrepot.json").read_text())["panels"]
    if panel["type"] != "row"
]
BY_NAME = {declared.name: declared for declared in DECLARED}
SUFFIXES = ("_bucket", "_count", "_sum")
OF_PROMETHEUS = {"up": {"job", "instance"}}


def rules() -> list[tuple[str, str]]:
    """Names and expressions of the alerts, read without a YAML library: each is a line, or a block further in."""
    found: list[tuple[str, str]] = []
    name, block = "", False
    for line in (DEPLOY / "prometheus" / "alerts.yml").read_text().splitlines():
        key, _, value = line.strip().removeprefix("- ").partition(": ")
        if key == "alert":
            name, block = value, False
        elif key.startswith("expr"):
            block = value == "|"
            found.append((name, "" if block else value))
        elif block and line.startswith(" " * 10):
            found[-1] = (name, f"{found[-1][1]} {line.strip()}")
        else:
            block = False
    return found


EXPRESSIONS = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]] + rules()


def labels_of(name: str) -> set[str]:
    """The labels that series of that name have, once Prometheus has added its own."""
    if name in OF_PROMETHEUS:
        return OF_PROMETHEUS[name]
    suffix = next((each for each in SUFFIXES if name.endswith(each)), "")
    declared = BY_NAME.get(name) or BY_NAME[name.removesuffix(suffix)]
    assert (declared.kind == "histogram") == bool(suffix), name
    return {*declared.labels, "instance", "job", *(["le"] if suffix == "_bucket" else [])}


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS, ids=[title for title, _ in EXPRESSIONS])
def test_every_name_is_of_this_program(title: str, expression: str) -> None:
    del title
    found = asked(expression)
    assert found.selectors
    known = set[str]()
    for selector in found.selectors:
        assert set(selector.matchers) <= labels_of(selector.name)
        known |= labels_of(selector.name)
    assert found.groupings <= known


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_no_panel_is_empty(points: list[Point], panel: dict[str, Any]) -> None:
    assert any(shown(asked(target["expr"]), points) for target in panel["targets"])


def shown(expression: Asked, points: list[Point]) -> bool:
    """Whether there is a sample for every series that is asked for."""
    return all(any(each.takes(point.name, point.labels) for point in points) for each in expression.selectors)


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    named = {selector.name for _, expression in EXPRESSIONS for selector in asked(expression).selectors}
    shown_ = {name for name in BY_NAME if {name, *(f"{name}{suffix}" for suffix in SUFFIXES)} & named}
    assert set(BY_NAME) == shown_


def test_there_are_alerts() -> None:
    names = [name for name, _ in rules()]
    assert len(names) == len(set(names)) == 11


@pytest.mark.parametrize(
    ("expression", "names", "groupings"),
    [
        ('sum by (le, x) (rate(a_bucket{b="c", d=~"e|f"}[5m])) > 0.5', ["a_bucket"], {"le", "x"}),
        ("time() - max by (duty) (a) > on (duty) 2 * b + 3600", ["a", "b"], {"duty"}),
        ("sum(a) by (x) or vector(0)", ["a"], {"x"}),
        ('histogram_quantile(0.99, sum by (le) (rate(a{b="}"}[1h] offset 5m)))', ["a"], {"le"}),
    ],
)
def test_names_are_found_in_expressions(expression: str, names: list[str], groupings: set[str]) -> None:
    found = asked(expression)
    assert [each.name for each in found.selectors] == names
    assert found.groupings == groupings
