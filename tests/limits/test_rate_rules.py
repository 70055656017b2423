"""Token buckets: never more than the burst and what has come in since, and never noticeably less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules.actions import OPERATIONS
from entrepot.rules.rate_limits import (
    ECR_RATES,
    PORTIONS,
    REQUEST,
    SECOND,
    Bucket,
    Rate,
    Rates,
    draw,
    full,
    rates_of,
    refilled,
)

NOW = 1_800_000_000 * SECOND
KNOWN = {"ecr": frozenset(OPERATIONS), "iam": frozenset({"CreateUser", "ListUsers"})}


@st.composite
def some_rates(draw_from: st.DrawFn) -> Rate:
    thousandths = draw_from(st.integers(1, 5_000_000))
    least = -(-thousandths // (10 * REQUEST))
    return Rate(thousandths, draw_from(st.integers(max(1, least), max(1, least) * 30)))


steps = st.lists(st.tuples(st.integers(-SECOND, 5 * SECOND), st.integers(1, 200)), min_size=1, max_size=60)


@given(rate=some_rates(), taken=steps)
def test_no_window_has_more_than_the_burst_and_what_came_in(rate: Rate, taken: list[tuple[int, int]]) -> None:
    """Clocks of several nodes draw: they go to and fro by up to a second."""
    bucket, now, latest, given_out = full(rate, NOW), NOW, NOW, list[tuple[int, int]]()
    for step, needed in taken:
        now += step
        latest = max(now, latest)
        drawn, bucket = draw(bucket, rate, now, needed)
        assert 0 <= drawn.requests <= rate.portion
        given_out.append((latest, drawn.requests))
    for start in range(len(given_out)):
        for end in range(start, len(given_out)):
            requests = sum(number for _, number in given_out[start : end + 1])
            came = (given_out[end][0] - given_out[start][0]) * rate.thousandths / SECOND
            assert requests * REQUEST <= rate.burst * REQUEST + came


@given(rate=some_rates(), pause=st.integers(1, SECOND), times=st.integers(1, 300))
def test_no_more_than_a_microsecond_is_lost_by_looking(rate: Rate, pause: int, times: int) -> None:
    bucket = Bucket(0, NOW)
    for number in range(1, times + 1):
        bucket = refilled(bucket, rate, NOW + number * pause)
    came = times * pause * rate.thousandths // SECOND
    lost = 1 + times * rate.thousandths / SECOND
    assert min(came, rate.burst * REQUEST) - lost <= bucket.tokens <= min(came, rate.burst * REQUEST)


@given(rate=some_rates(), tokens=st.integers(0, 3_000), needed=st.integers(1, 500))
def test_who_is_told_to_wait_finds_a_portion_then(rate: Rate, tokens: int, needed: int) -> None:
    drawn, left = draw(Bucket(min(tokens, rate.burst * REQUEST), NOW), rate, NOW, needed)
    if drawn.wait:
        assert drawn.requests < min(needed, rate.portion)
        later, _ = draw(left, rate, NOW + drawn.wait, rate.portion)
        assert later.requests == min(rate.portion, rate.burst)
        assert drawn.wait <= rate.pause
    else:
        assert drawn.requests >= min(needed, rate.portion)


@given(rate=some_rates())
def test_a_pause_fills_the_bucket(rate: Rate) -> None:
    empty = Bucket(0, NOW)
    assert refilled(empty, rate, NOW + rate.filling) == Bucket(rate.burst * REQUEST, NOW + rate.filling)
    assert refilled(empty, rate, NOW + 10 * rate.filling).tokens == rate.burst * REQUEST
    assert rate.filling == 1 or refilled(empty, rate, NOW + rate.filling - 2).tokens < rate.burst * REQUEST


@given(rate=some_rates())
def test_a_process_holds_little_against_the_rate(rate: Rate) -> None:
    assert rate.portion == 1 or rate.portion * PORTIONS * REQUEST <= rate.thousandths


@given(burst=st.integers(8, 1_000_000))
def test_one_request_does_not_take_all_that_there_is(burst: int) -> None:
    rate = Rate(burst * REQUEST, burst)
    drawn, _ = draw(full(rate, NOW), rate, NOW, 1)
    assert drawn.requests <= max(1, burst // 8)


def test_the_nearest_name_counts() -> None:
    put, any_ecr, other, stranger = Rate(1, 1), Rate(2, 1), Rate(3, 1), Rate(4, 1)
    entries = [("PutImage", put), ("ecr:*", any_ecr), ("*", other), ("unauthenticated", stranger)]
    rates = rates_of(entries, KNOWN)
    assert rates.of("ecr", "PutImage") == put
    assert rates.of("ecr", "ListImages") == any_ecr
    assert rates.of("iam", "CreateUser") == other
    assert rates.unauthenticated == stranger
    assert rates_of([("iam:CreateUser", put)], KNOWN).of("ecr", "PutImage") is None
    assert Rates({}).filling == 0


def test_later_entries_count() -> None:
    assert rates_of([*ECR_RATES.items(), ("PutImage", Rate(5, 1))], KNOWN).of("ecr", "PutImage") == Rate(5, 1)


@pytest.mark.parametrize("name", ["PutImge", "iam:PutImage", "nothing:*", "nothing:PutImage", "sts:AssumeRole"])
def test_a_name_that_is_no_operation(name: str) -> None:
    with pytest.raises(LookupError, match=name.replace("*", r"\*")):
        rates_of([(name, Rate(1, 1))], KNOWN)


def test_ecrs_own_rates_are_of_its_operations() -> None:
    assert set(ECR_RATES) <= set(OPERATIONS)
    assert ECR_RATES["PutImage"] == Rate(10_000, 10)
