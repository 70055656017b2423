"""The tables in docs/costs.md and docs/scaling.md are those that come out of bench/costs.json."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import pages
from bench.results import Results, combined, load, save

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["costs.md", "scaling.md"])
def test_a_page_is_in_step_with_what_was_measured(name: str) -> None:
    text = (DOCS / name).read_text()
    assert pages.written(text, load()) == text, "run `python -m bench.pages docs/costs.md docs/scaling.md`"


def test_every_table_of_what_was_measured_is_on_its_page() -> None:
    text = (DOCS / "costs.md").read_text()
    assert [name for name in pages.measured(load()) if f"<!-- bench:{name} -->" not in text] == []


def test_only_what_is_marked_is_replaced() -> None:
    text = "before\n<!-- bench:rows -->\nold\n<!-- /bench:rows -->\nafter\n<!-- bench:rows -->\n<!-- /bench:rows -->\n"
    new = pages.sections(load())["rows"]
    marked = f"<!-- bench:rows -->\n{new}<!-- /bench:rows -->\n"
    assert pages.written(text, load()) == f"before\n{marked}after\n{marked}"


def test_a_name_that_means_nothing_is_an_error() -> None:
    with pytest.raises(KeyError):
        pages.written("<!-- bench:rowz -->\n<!-- /bench:rowz -->\n", load())


def test_results_survive_the_file(tmp_path: Path) -> None:
    save(load(), tmp_path / "costs.json")
    assert load(tmp_path / "costs.json") == load()


def test_of_several_runs_the_median_counts() -> None:
    def run(factor: float) -> Results:
        document = load()
        return Results(document.machine, document.layers, document.layer_size, {}, {"sqlite": {"images": factor}})

    assert combined([run(1), run(100), run(2)]).rows == {"sqlite": {"images": 2}}
