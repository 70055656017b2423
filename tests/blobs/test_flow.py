"""How large the pieces of a transfer are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entrepot.blobs.flow import FEW, LARGEST, PART, SMALLEST, STOP, Flow

FRAME = 1 << 20
QUICK = st.floats(0, STOP, exclude_max=True)


def flowed(count: int, seconds: float = 0.0) -> Flow:
    flow = Flow()
    flow.went(count, seconds)
    return flow


def test_small_until_it_flows() -> None:
    assert Flow().piece(FRAME, 1) == SMALLEST
    assert flowed(PART * LARGEST - 1).piece(FRAME, 1) < LARGEST


def test_whole_frames_while_there_are_few() -> None:
    flow = flowed(PART * LARGEST)
    assert [flow.piece(FRAME, transfers) for transfers in (1, FEW, FEW + 1)] == [FRAME, FRAME, LARGEST]


def test_a_stop_begins_anew() -> None:
    flow = flowed(1 << 30)
    flow.went(LARGEST, STOP)
    assert flow.piece(FRAME, 1) == SMALLEST


@given(st.lists(st.tuples(st.integers(1, FRAME), st.floats(0, 1)), max_size=50))
def test_never_more_than_a_part_of_what_flowed(pieces: list[tuple[int, float]]) -> None:
    """So that little is queued for a reader who stops, whenever that is."""
    flow, since = Flow(), 0
    for count, seconds in pieces:
        flow.went(count, seconds)
        since = since + count if seconds < STOP else 0
        assert SMALLEST <= flow.piece(FRAME, FEW + 1) <= max(SMALLEST, min(LARGEST, since // PART))
