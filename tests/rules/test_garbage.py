"""When the garbage collection looks again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.garbage import DAY, HOUR, MINUTE, SECOND, copy_due, needs_postponing, next_attempt, object_due

moments = st.integers(0, 10 * DAY)
delays = st.integers(1, 30 * DAY)


@given(review=moments, now=moments, delay=delays)
def test_whoever_is_told_has_half_of_the_delay(review: int, now: int, delay: int) -> None:
    due = now + delay if needs_postponing(review, now, delay) else review
    assert due >= now + delay // 2


@given(now=moments, delay=delays, later=st.integers(0, 30 * DAY))
def test_one_question_is_enough_for_half_of_the_delay(now: int, delay: int, later: int) -> None:
    assert needs_postponing(now + delay, now + later, delay) == (later > delay - delay // 2)


@given(now=moments, delay=delays)
def test_what_is_not_under_review_is_not_postponed(now: int, delay: int) -> None:
    assert not needs_postponing(None, now, delay)
    assert not needs_postponing(now, now, 0)
    assert not needs_postponing(0, now, 0)


@given(now=moments, delay=st.integers(0, 30 * DAY))
def test_bytes_outlive_their_row_by_an_hour_at_most(now: int, delay: int) -> None:
    assert object_due(now, delay) == now + (min(HOUR, delay))


@given(now=moments, attempts=st.integers(0, 10_000))
def test_attempts_grow_rarer_and_never_stop(now: int, attempts: int) -> None:
    pause = next_attempt(now, attempts) - now
    assert MINUTE <= pause <= DAY
    assert pause <= next_attempt(now, attempts + 1) - now <= 2 * pause


def test_the_first_attempts() -> None:
    assert [next_attempt(0, attempts) // MINUTE for attempts in range(4)] == [1, 2, 4, 8]


@given(now=moments, size=st.integers(0, 52_000 << 20))
def test_a_copy_has_time_for_its_size(now: int, size: int) -> None:
    assert copy_due(now, size) >= now + HOUR
    assert copy_due(now, size + (256 << 10)) == copy_due(now, size) + SECOND
