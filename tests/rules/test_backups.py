from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.backups import (
    Copied,
    differing,
    is_snapshot_id,
    line,
    read_lines,
    snapshot_id,
    surplus,
    unneeded,
)

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 10**9).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
hexes = st.text("0123456789abcdef", min_size=32, max_size=32)
names = st.lists(st.builds(snapshot_id, moments, hexes), unique=True, max_size=12)
copies = st.builds(Copied, st.integers(0, 10**15), st.text("0123456789abcdef", min_size=64, max_size=64))
objects = st.sets(st.integers(0, 30).map(lambda n: f"{n:032x}"))


@given(moments, moments, hexes)
def test_snapshots_sort_by_their_time(first: datetime, second: datetime, random: str) -> None:
    one, other = snapshot_id(first, random), snapshot_id(second, random)
    assert is_snapshot_id(one)
    assert (one < other) == (first < second)


@given(names, st.integers(-1, 14))
def test_the_newest_are_kept_and_one_at_least(snapshots: list[str], keep: int) -> None:
    gone = surplus(snapshots, keep)
    kept = sorted(set(snapshots) - set(gone))
    assert len(kept) == min(len(snapshots), max(keep, 1))
    assert all(each < kept[0] for each in gone)


@given(objects, st.lists(objects, max_size=4))
def test_an_object_goes_if_no_kept_snapshot_names_it(present: set[str], named: list[set[str]]) -> None:
    gone = set(unneeded(present, named))
    assert gone == present - set[str]().union(*named)


@given(st.lists(st.tuples(names.filter(bool), objects), max_size=5), st.integers(1, 5), st.data())
def test_pruning_that_was_interrupted_ends_where_it_would_have(
    made: list[tuple[list[str], set[str]]], keep: int, data: st.DataObject
) -> None:
    snapshots = {each: named for ids, named in made for each in ids}
    present = set[str]().union(*snapshots.values())
    gone = surplus(snapshots, keep)
    whole = {each: named for each, named in snapshots.items() if each not in gone}
    result = present - set(unneeded(present, list(whole.values())))
    # Some of the snapshots went, and of the objects that were to go some.
    half = {k: v for k, v in snapshots.items() if k not in gone or data.draw(st.booleans())}
    left = {each for each in present if each in result or data.draw(st.booleans())}
    again = surplus(half, keep)
    kept = {each: named for each, named in half.items() if each not in again}
    assert kept == whole
    assert left - set(unneeded(left, list(kept.values()))) == result


@given(st.dictionaries(hexes, copies, max_size=6), st.integers(0, 200))
def test_a_list_that_was_cut_lacks_what_was_cut(listed: dict[str, Copied], cut: int) -> None:
    text = "".join(line(name, copied) for name, copied in listed.items())
    assert read_lines(text) == listed
    part = read_lines(text[: max(0, len(text) - cut)])
    assert part.items() <= listed.items()
    assert len(part) >= len(listed) - 1 - cut // 98


@given(st.dictionaries(hexes, st.integers(0, 9), max_size=5), st.dictionaries(hexes, copies, max_size=5))
def test_what_a_list_lacks(named: dict[str, int], listed: dict[str, Copied]) -> None:
    whole = listed | {name: Copied(size, "0" * 64) for name, size in named.items()}
    assert differing(named, whole, []) == []
    if named:
        name = min(named)
        del whole[name]
        assert differing(named, whole, []) == [name]
        assert differing(named, whole, [name]) == []
        assert differing(named, whole | {name: Copied(named[name] + 1, "0" * 64)}, []) == [name]
