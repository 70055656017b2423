"""Samples: the same each time, as large as asked for, and day after day everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.sampling import EVERYTHING, Sample, arc_of_day

NAMES = [f"sha256:{number:064x}" for number in range(4000)]
shares = st.floats(0.001, 1)


@given(st.text(max_size=20), shares, st.text(max_size=200))
def test_a_name_is_in_it_or_not(seed: str, share: float, name: str) -> None:
    assert Sample(share, seed).holds(name) == Sample(share, seed).holds(name)
    assert EVERYTHING.holds(name)


@given(st.text(max_size=20), st.floats(0.05, 0.95), st.floats(0, 1, exclude_max=True))
def test_it_is_about_as_large_as_its_share(seed: str, share: float, start: float) -> None:
    held = sum(Sample(share, seed, start).holds(name) for name in NAMES) / len(NAMES)
    assert abs(held - share) < 0.05


@given(st.text(max_size=20), st.floats(0.01, 0.5))
def test_a_larger_one_holds_a_smaller_one(seed: str, share: float) -> None:
    small, large = Sample(share, seed), Sample(2 * share, seed)
    assert all(large.holds(name) for name in NAMES[:500] if small.holds(name))


@given(st.integers(0, 100_000), st.integers(1, 20))
def test_in_as_many_days_as_the_share_says_everything_has_its_turn_once(first: int, days: int) -> None:
    arcs = [arc_of_day(1 / days, first + day) for day in range(days)]
    turns = [sum(arc.holds(name) for arc in arcs) for name in NAMES[:400]]
    # Where two arcs meet, the arithmetic of floats may put a name into both or neither.
    assert sum(count != 1 for count in turns) <= 1


def test_other_seeds_hold_other_names() -> None:
    held = [tuple(name for name in NAMES if Sample(0.1, seed).holds(name)) for seed in ("a", "b", "c")]
    assert len(set(held)) == 3
