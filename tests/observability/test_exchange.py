"""How workers come to one set of figures, without servers."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from entrepot.observing import catalog
from entrepot.observing.catalog import DECLARED, Declared
from entrepot.observing.counted import Count, Counted
from entrepot.observing.exchange import Exchange, open_lock, shared_folder
from entrepot.observing.families import Family, Part, exposition, family, grained, merged
from entrepot.observing.instruments import SharedTimings, Timings
from entrepot.observing.metrics import Metrics
from tests.observability.scrape import parsed, total

GAUGES = [each for each in DECLARED if each.kind == "gauge"]


def labelled(declared: Declared, values: list[float]) -> Family:
    many = values if declared.labels else values[:1]
    return family(declared, [(tuple(f"{label}-{n}" for label in declared.labels), v) for n, v in enumerate(many)])


VALUES = st.lists(st.one_of(st.integers(0, 1 << 40).map(float), st.floats(0, 1e6).map(grained)), max_size=3)
FAMILIES = st.builds(labelled, st.sampled_from(DECLARED), VALUES)
PARTS = st.builds(Part, st.lists(FAMILIES, max_size=5, unique_by=lambda each: each.name), st.booleans())


def flat(families: list[Family]) -> dict[tuple[str, ...], float]:
    return {(name, *labels.values()): value for each in families for name, labels, value in each.samples}


@given(st.lists(PARTS, max_size=5), st.randoms())
def test_the_order_makes_no_difference(parts: list[Part], random: Random) -> None:
    before = flat(merged(parts))
    random.shuffle(parts)
    assert flat(merged(parts)) == before


@given(st.lists(PARTS, max_size=5))
def test_a_counter_is_the_sum_whoever_ended(parts: list[Part]) -> None:
    found = flat(merged(parts))
    for declared in (each for each in DECLARED if each.over == "all"):
        for key in {key for part in parts for key in flat(part.families) if key[0] == declared.name}:
            assert found[key] == sum(flat(part.families).get(key, 0) for part in parts)


@given(st.lists(PARTS, max_size=5))
def test_ended_workers_have_no_gauges(parts: list[Part]) -> None:
    gone = [Part(part.families, living=False) for part in parts]
    names = {each.name for each in merged(gone)}
    assert not names & {each.name for each in GAUGES if each.over != "all"}


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_putting_ended_ones_together_changes_nothing(parts: list[Part]) -> None:
    ended = [Part(part.families, living=False) for part in parts[1:]]
    apart = flat(merged([parts[0], *ended]))
    together = flat(merged([parts[0], Part(merged(ended), living=False)]))
    assert apart == together


@given(st.lists(st.floats(0, 1000), max_size=50))
def test_buckets_count_what_is_at_most_so_long(times: list[float]) -> None:
    for made in (Timings((0.1, 1.0, 10.0)), SharedTimings((0.1, 1.0, 10.0))):
        for each in times:
            made.observe(each)
        found = {labels.get("le", name): value for name, labels, value in made.samples(catalog.DB_WAIT, {})}
        for bound in ("0.1", "1.0", "10.0", "+Inf"):
            assert found[bound] == sum(each <= float(bound) for each in times)
        assert found["entrepot_db_wait_seconds_count"] == len(times)
        assert abs(found["entrepot_db_wait_seconds_sum"] - sum(times)) < 1e-6 * (1 + sum(times))


def counting(exchange: Exchange, count: int) -> list[Family]:
    """A worker that has counted so many requests, all of which are in flight."""
    metrics = Metrics()
    metrics.denials("oci", "x").inc(count)
    metrics.in_flight("oci").inc(count)
    exchange.put(metrics.families())
    return metrics.families()


def seen(exchange: Exchange, own: list[Family]) -> tuple[float, float, float]:
    points = parsed(exposition(merged(exchange.parts(own))).decode())
    names = ("entrepot_denials_total", "entrepot_requests_in_flight", "entrepot_workers")
    one, two, three = (total(points, name) for name in names)
    return one, two, three


def end(exchange: Exchange) -> None:
    """As the end of its process, which gives back its locks."""
    os.close(exchange._alive)


def test_what_an_ended_worker_counted_stays(tmp_path: Path) -> None:
    one, other, third = (Exchange(tmp_path) for _ in range(3))
    counting(one, 5)
    counting(third, 7)
    own = counting(other, 3)
    assert seen(other, own) == (15, 15, 3)
    end(one)
    assert seen(other, own) == (15, 10, 2)
    end(third)
    assert seen(other, own) == (15, 3, 1)
    replaced = Exchange(tmp_path)
    assert sorted(path.name.partition(".")[0] == "ended" for path in tmp_path.glob("*.figures")) == [False, True]
    assert seen(replaced, counting(replaced, 1)) == (16, 4, 2)


def test_a_worker_on_its_own_needs_no_folder() -> None:
    alone = Exchange(None)
    assert seen(alone, counting(alone, 2)) == (2, 2, 1)


def test_a_disk_that_takes_nothing_costs_no_answer(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    one = Exchange(folder)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    counting(one, 2)


def test_the_folder_goes_with_the_server_and_with_the_next_one() -> None:
    with shared_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        with open_lock(folder / "server") as free:
            assert not free
        left = folder.with_name(f"{folder.name}-killed")
        left.mkdir()
        (left / "server").touch()
        with shared_folder() as another:
            assert folder.exists()
            assert another.exists()
            assert not left.exists()
        assert not another.exists()
    assert not folder.exists()


def test_one_worker_counts_for_all_and_nobody_goes_back(tmp_path: Path) -> None:
    now, made = [0.0], list[int]()

    async def make() -> list[Family]:
        made.append(len(made))
        return [family(catalog.GC_LAYERS, [((), len(made))])]

    def value(count: Count) -> float:
        return count.families[0].samples[0][2]

    async def take_turns() -> None:
        one, other = (Counted(Exchange(tmp_path), "state", 10, lambda: now[0]) for _ in range(2))
        assert [value(await each.get(make)) for each in (one, other, one)] == [1, 1, 1]
        now[0] = 10
        crowd = await asyncio.gather(*(each.get(make) for each in (one, other, one, other)))
        assert [value(each) for each in crowd] == [2, 2, 2, 2]
        assert one.last == other.last

    asyncio.run(take_turns())
    assert made == [0, 1]


def test_who_waits_for_a_count_may_give_up(tmp_path: Path) -> None:
    async def never() -> list[Family]:
        await asyncio.sleep(3600)
        return []

    async def at_once() -> list[Family]:
        return []

    async def give_up() -> None:
        counts = Counted(Exchange(tmp_path), "state", 10)
        for _ in range(2):
            try:
                async with asyncio.timeout(0.05):
                    await counts.get(never)
            except TimeoutError:
                pass
        assert counts.last is None
        assert (await counts.get(at_once)).families == []

    asyncio.run(give_up())
