"""What is made of the samples of a comparison: medians, ratios of rounds, floors, tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import marked
from bench.compare import floors, report
from bench.compare.floors import FLOORS, PEER, SUBJECTS
from bench.compare.plan import chosen, smoke, stages
from bench.compare.samples import (
    BYTES,
    MEMORY,
    REQUESTS,
    SECONDS,
    Comparison,
    Line,
    Sample,
    Unit,
    centile,
    kept,
    load,
    middle,
    ratio,
    save,
    spread,
)
from bench.compare.whole import Engine

ROOT = Path(__file__).parents[2]
PAGE, FILE = ROOT / "docs" / "benchmarks.md", ROOT / "bench" / "benchmarks.json"
ONE, TWO = SUBJECTS[:2]


def line(name: str, unit: Unit, **values: list[Sample]) -> Line:
    return Line(name, name, unit, {key.replace("_", "-"): found for key, found in values.items()})


def values(*found: float) -> list[Sample]:
    return [Sample(each) for each in found]


def comparison(*lines: Line) -> Comparison:
    names = {ONE: "Entrepot, 1", TWO: "Entrepot, 2", PEER: "distribution"}
    return Comparison({"machine": "made up"}, {"sha256": [1e9, 3e9, 2e9]}, names, {each.name: each for each in lines})


def test_a_ratio_is_the_median_of_those_of_each_round() -> None:
    found = line("a", REQUESTS, one=values(10, 40, 9), other=values(5, 10, 3))
    assert ratio(found, "one", "other") == 3
    assert ratio(found, "other", "one") == pytest.approx(1 / 3)
    assert middle(found, "one") == 10
    assert spread(found, "one") == (9, 40)


def test_less_is_better_of_times_and_memory() -> None:
    for unit in (SECONDS, MEMORY):
        assert ratio(line("a", unit, one=values(2), other=values(6)), "one", "other") == 3
    samples = {"one": [Sample(1, p99=0.1)], "other": [Sample(5, p99=0.4)]}
    assert ratio(Line("a", "a", REQUESTS, samples), "one", "other", "p99") == 4


def test_without_samples_there_is_no_ratio() -> None:
    found = line("a", REQUESTS, one=values(1), other=[])
    assert ratio(found, "one", "other") is None
    assert ratio(found, "one", "nobody") is None
    assert middle(found, "other") is None
    assert spread(found, "other") is None
    assert middle(found, "one", "p99") is None


def test_centiles() -> None:
    assert centile(list(range(100)), 0.99) == 99
    assert centile([3.0, 1.0, 2.0], 0.5) == 2
    assert centile([1.0], 0.99) == 1


def test_floors_against_the_peer_and_the_machine() -> None:
    push = Line("blob_push_1GiB_1_three", "push", BYTES, {ONE: values(1000), TWO: values(800), PEER: values(400)})
    found = {(each.floor.title, each.subject): each for each in floors.verdicts(comparison(push))}
    times, share = "push of 1 GiB", "push of 1 GiB, of one core's SHA-256"
    assert found[times, ONE].value == 2.5
    assert found[times, ONE].met
    assert not found[times, TWO].met
    assert found[share, ONE].value == pytest.approx(50)
    assert found[share, ONE].met
    assert not found[share, TWO].met
    assert len(found) == 4
    warnings = floors.warnings(comparison(push))
    assert [each for each in warnings if times in each] == [
        "push of 1 GiB: entrepot-sqlite-2 has 2x, at least 2.5x is asked for",
        "push of 1 GiB, of one core's SHA-256: entrepot-sqlite-2 has 40 %, at least 45 % is asked for",
    ]


def test_floors_of_a_contestant_alone() -> None:
    run = comparison(
        line("memory_all_idle", MEMORY, entrepot_sqlite_1=values(200)),
        line("memory_slow", MEMORY, entrepot_sqlite_1=values(200 + 96)),
        line("start", SECONDS, entrepot_sqlite_1=values(1.4)),
        Line("tags_1000", "", REQUESTS, {ONE: [Sample(1, p99=0.010)]}),
        Line("tags_100000", "", REQUESTS, {ONE: [Sample(1, p99=0.016)]}),
        line("manifest_get_tag", REQUESTS, entrepot_sqlite_1=values(100), entrepot_sqlite_2=values(170)),
    )
    found = {each.floor.title: (each.value, each.met) for each in floors.verdicts(run)}
    assert found == {
        "memory of all workers, more for each of 64 slow readers": (1.5, False),
        "start to first answer": (1.4, True),
        "tags/list at 100,000 images against 1,000, p99": (pytest.approx(1.6), False),
        "2 workers against 1, manifest `GET` by tag": (1.7, True),
    }


def test_every_floor_is_about_a_line_that_there_is(tmp_path: Path) -> None:
    names = {work.name for stage in stages(Engine(tmp_path)) for work in stage.workloads}
    sample = Sample(1, p50=1, p99=1)
    whole = {name: Line(name, name, REQUESTS, {key: [sample] for key in (*SUBJECTS, PEER)}) for name in names}
    run = Comparison({}, {"sha256": [1e9]}, {}, whole)
    assert {each.floor.title for each in floors.verdicts(run)} == {floor.title for floor in FLOORS}


def test_lines_are_chosen_by_what_their_names_begin_with(tmp_path: Path) -> None:
    names = [work.name for stage in chosen(smoke(), ["manifest_head"]) for work in stage.workloads]
    assert names == ["manifest_head_tag", "manifest_head_digest"]
    every = [work.name for stage in stages(Engine(tmp_path), large=True) for work in stage.workloads]
    assert len(every) == len(set(every))
    assert {work.name for stage in smoke() for work in stage.workloads} <= set(every) | {"blob_get_10MiB_64"}


def test_the_tables_have_every_line_and_who_could_not() -> None:
    get = Line(
        "manifest_get_tag",
        "manifest `GET` by tag",
        REQUESTS,
        {ONE: [Sample(8000, 0.001, 0.004, 0.5, 0.25)], PEER: [Sample(1000, 0.010, 0.050, 2, 0.1)]},
        {TWO: "wrk is not installed"},
    )
    made = report.sections(comparison(get))
    assert (
        "| manifest `GET` by tag | requests/s | 8,000 (8,000 - 8,000), **8x** |  | 1,000 (1,000 - 1,000) |"
        in (made["lines"])
    )
    assert "| manifest `GET` by tag, requests/s | at least 8x | 8x |" in made["floors"]
    assert "| manifest `GET` by tag | 1, 4 |  | 10, 50 |" in made["times"]
    assert "0.50 s, 25 %" in made["processors"]
    assert made["missing"] == "- manifest `GET` by tag, Entrepot, 2: wrk is not installed\n"
    assert "| SHA-256, one core | 2 | 1 - 3 |" in made["limits"]
    page = "a\n<!-- bench:floors -->\nold\n<!-- /bench:floors -->\nb\n"
    assert marked.replaced(page, made) == page.replace("old\n", made["floors"])


def test_a_run_survives_the_file(tmp_path: Path) -> None:
    run = comparison(Line("a", "a", REQUESTS, {ONE: values(3), PEER: values(1.5)}, {TWO: "is away"}))
    save(run, file := tmp_path / "new" / "run.json", report.told(run))
    assert load(file) == kept(run) == run
    assert kept(comparison(line("a", REQUESTS, one=values(1.23456)))).lines["a"].samples == {"one": values(1.235)}
    assert json.loads(file.read_text())["ratios"] == {"a": {ONE: 2}}


def test_the_page_has_every_table_and_is_in_step_with_the_last_run() -> None:
    text = PAGE.read_text()
    tables = report.sections(comparison())
    assert [name for name in tables if f"<!-- bench:{name} -->" not in text] == []
    marked.replaced(text, tables)
    if FILE.exists():
        again = "run `python -m bench.compare --read bench/benchmarks.json --write docs/benchmarks.md`"
        assert marked.replaced(text, report.sections(load(FILE))) == text, again
