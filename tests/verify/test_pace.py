"""Reading is no faster than it is told to be."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from entrepot.services.pace import Pace


class Clock:
    """A clock that sleepers move."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)


@given(st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 5)), max_size=50), st.integers(1, 10_000))
def test_at_no_time_more_than_the_rate_was_read(reads: list[tuple[int, float]], rate: int) -> None:
    clock = Clock()
    pace = Pace(rate, clock, clock.sleep)

    async def read() -> None:
        for size, pause in reads:
            clock.now += pause
            await pace.spend(size)
            assert pace.done <= (clock.now - 100.0) * rate + 1e-6 * max(pace.done, 1)

    asyncio.run(read())
    # And no slower than that, where nobody paused.
    assert clock.now <= 100.0 + pace.done / rate + sum(pause for _, pause in reads) + 1e-6


def test_without_a_rate_nobody_waits() -> None:
    clock = Clock()
    asyncio.run(Pace(0, clock, clock.sleep).spend(10**12))
    assert clock.now == 100.0
