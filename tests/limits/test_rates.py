"""Rates over several processes that draw on one bucket, with a clock that the test turns, on both engines."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from entrepot.context import ANONYMOUS, App, Client, Principal
from entrepot.errors import RateExceeded, StorageUnavailable
from entrepot.meta import tables as t
from entrepot.rules.actions import OPERATIONS
from entrepot.rules.rate_limits import Rate, Rates, rates_of
from entrepot.services import rate_limits
from entrepot.services.rate_limits import SharedRates, caller_of, sweep_buckets
from tests.gc.world import ROOT
from tests.limits.lab import Lab

KNOWN = {"ecr": frozenset(OPERATIONS)}
STEP = 0.01


def rates(here: Lab, app: App, **given: Rate) -> SharedRates:
    """What one process goes by."""
    return SharedRates(app.db, rates_of(given.items(), KNOWN), here.clock)


async def passes(limiter: SharedRates, operation: str = "PutImage", caller: str = "AIDA") -> bool:
    try:
        await limiter.take(caller, "ecr", [operation])
    except RateExceeded:
        return False
    return True


@pytest.fixture(autouse=True)
def _no_buckets(here: Lab) -> None:
    here.run(here.app.db.write(lambda c: c.execute(delete(t.rate_buckets))))


@contextmanager
def standing_still(here: Lab) -> Iterator[None]:
    """The clock moves only where the test turns it."""
    at = here.clock()
    here.clock = lambda: at + here.turned  # type: ignore[method-assign]
    here.turned = timedelta()
    yield
    del here.clock  # type: ignore[misc]


@pytest.mark.parametrize(
    "rate", [Rate(10_000, 10), Rate(100_000, 200), Rate(1_000_000, 1_000)], ids=["10", "100", "1000"]
)
def test_three_processes_let_through_what_one_would(here: Lab, rate: Rate) -> None:
    seconds, tries = 3, max(1, rate.thousandths // 1000 // 60)

    async def drive() -> list[float]:
        admitted: list[float] = []
        async with here.others(2) as others:
            limiters = [rates(here, app, PutImage=rate) for app in (here.app, *others)]
            for step in range(int(seconds / STEP)):
                here.turned = timedelta(seconds=step * STEP)
                for limiter in limiters:
                    results = await asyncio.gather(*(passes(limiter) for _ in range(tries)))
                    admitted += [step * STEP] * sum(results)
        return admitted

    with standing_still(here):
        admitted = here.run(drive())
    allowed = rate.burst + seconds * rate.thousandths / 1000
    assert 0.9 * allowed <= len(admitted) <= allowed
    # In no second there are more than the burst, the rate, and a tenth of it that processes held ready.
    for start in range(0, len(admitted), 7):
        within = sum(1 for at in admitted[start:] if at < admitted[start] + 1)
        assert within <= rate.burst + 1.1 * rate.thousandths / 1000


def test_a_pause_gives_a_burst_and_no_more(here: Lab) -> None:
    async def drive() -> list[int]:
        limiter, found = rates(here, here.app, PutImage=Rate(10_000, 5)), list[int]()
        for hour in range(3):
            here.turned = timedelta(hours=hour)
            found.append(sum([await passes(limiter) for _ in range(20)]))
        return found

    with standing_still(here):
        assert here.run(drive()) == [5, 5, 5]


def test_each_principal_and_operation_has_a_bucket(here: Lab) -> None:
    async def drive() -> list[bool]:
        limiter = rates(here, here.app, **{"*": Rate(1_000, 1)})
        first = [await passes(limiter), await passes(limiter)]
        return [*first, await passes(limiter, "ListImages"), await passes(limiter, caller="AIDB")]

    with standing_still(here):
        assert here.run(drive()) == [True, False, True, True]


def test_when_to_come_again(here: Lab) -> None:
    async def drive() -> int:
        limiter = rates(here, here.app, PutImage=Rate(250, 1))
        await limiter.take("AIDA", "ecr", ["PutImage"])
        with pytest.raises(RateExceeded) as caught:
            await limiter.take("AIDA", "ecr", ["PutImage"])
        here.turned = timedelta(seconds=caught.value.retry_after)
        assert await passes(limiter)
        return caught.value.retry_after

    with standing_still(here):
        assert here.run(drive()) == 4


def test_a_request_of_two_operations_that_one_of_them_stops_uses_up_nothing(here: Lab) -> None:
    async def drive() -> None:
        limiter = rates(here, here.app, UploadLayerPart=Rate(1_000, 2), CompleteLayerUpload=Rate(1_000, 1))
        both = ["UploadLayerPart", "CompleteLayerUpload"]
        await limiter.take("AIDA", "ecr", both)
        for _ in range(3):
            with pytest.raises(RateExceeded):
                await limiter.take("AIDA", "ecr", both)
        assert await passes(limiter, "UploadLayerPart")
        assert not await passes(limiter, "UploadLayerPart")

    with standing_still(here):
        here.run(drive())


def test_a_flood_costs_no_writes(here: Lab) -> None:
    async def drive() -> int:
        db = Writes(here.app.db)
        limiter = SharedRates(db, Rates({"ecr:PutImage": Rate(10_000, 10)}), here.clock)
        results = [await passes(limiter) for _ in range(2_000)]
        assert sum(results) == 10
        return db.writes

    with standing_still(here):
        assert here.run(drive()) <= 11


def test_what_is_drawn_ahead_answers_from_memory(here: Lab) -> None:
    async def drive() -> int:
        db = Writes(here.app.db)
        limiter = SharedRates(db, Rates({"*": Rate(2_000_000, 2_000)}), here.clock)
        assert all([await passes(limiter) for _ in range(1_000)])
        return db.writes

    with standing_still(here):
        assert here.run(drive()) <= 1_000 / 40 + 5


class Writes:
    """A Database that counts writes and, for as long as `gate` is closed, does none."""

    def __init__(self, db: Any) -> None:
        self.db = db
        self.writes = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    async def read(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        return await self.db.read(fn, *args, **kwargs)

    async def write(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        self.writes += 1
        await self.gate.wait()
        if self.error:
            raise self.error
        return await self.db.write(fn, *args, **kwargs)


def test_a_slow_database_lets_nobody_wait_for_long(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "PATIENCE", 0.05)

    async def drive() -> None:
        db = Writes(here.app.db)
        limiter = SharedRates(db, Rates({"*": Rate(100_000, 100)}), here.clock)
        db.gate.clear()
        assert await asyncio.gather(*(passes(limiter) for _ in range(200))) == [False] * 200
        assert db.writes == 1
        db.gate.set()
        monkeypatch.setattr(rate_limits, "PATIENCE", 60.0)
        assert await passes(limiter)

    here.run(drive())


def test_a_database_that_is_away_is_no_reason_to_let_everyone_through(here: Lab) -> None:
    async def drive() -> None:
        db = Writes(here.app.db)
        limiter = SharedRates(db, Rates({"*": Rate(100_000, 100)}), here.clock)
        db.error = StorageUnavailable()
        with pytest.raises(StorageUnavailable):
            await passes(limiter)
        db.error = None
        assert await passes(limiter)

    here.run(drive())


def test_whose_bucket_it_is() -> None:
    arn = "arn:aws:sts::123456789012:assumed-role/ci/build-7"
    role = Principal(arn, "123456789012", "AROAX:build-7", "ASIA")
    nobody = Client()
    assert caller_of(role, nobody) == caller_of(replace(role, user_id="AROAX:build-8"), nobody) == "AROAX"
    assert caller_of(ROOT, Client("192.0.2.1")) == ROOT.account
    assert caller_of(ANONYMOUS, Client("192.0.2.1")) == "ip/192.0.2.1"
    assert caller_of(ANONYMOUS, Client("2001:db8:0:1::1")) == caller_of(ANONYMOUS, Client("2001:db8:0:1:ffff::2"))
    assert caller_of(ANONYMOUS, Client("2001:db8:0:1::1")) != caller_of(ANONYMOUS, Client("2001:db8:0:2::1"))
    assert caller_of(ANONYMOUS, nobody) == "ip/unknown"


def test_old_buckets_are_swept_once_they_are_full(here: Lab) -> None:
    async def drive() -> list[int]:
        limiter = rates(here, here.app, PutImage=Rate(1_000, 1), ListImages=Rate(1, 10))
        await passes(limiter)
        app = replace(here.app, rates=limiter, clock=here.clock)
        found = [await sweep_buckets(app)]
        for hours in (1.1, 3.9):  # an hour, and the 10,000 seconds that the slowest takes to fill
            here.turned = timedelta(hours=hours)
            found.append(await sweep_buckets(app))
        assert await passes(limiter)
        return found

    with standing_still(here):
        assert here.run(drive()) == [0, 0, 1]
