"""Periodic work: every process offers to do it, the one that holds the lease of a duty does.

A lease is short and renewed while the work lasts, so that another process takes over soon after its holder died. Once
the work is done, the lease rests until the duty is due again: nobody, the holder included, begins before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.jobs.duties import DUTIES, Duty
from entrepot.meta import leases
from entrepot.meta.times import to_micros

LEASE = timedelta(seconds=60)
RENEWAL = timedelta(seconds=15)
LOOK_AGAIN = timedelta(seconds=30)
"""How long a process waits at most before it looks whether a duty has been left undone."""

_MICROSECOND = timedelta(microseconds=1)

log = structlog.get_logger()

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Turns:
    """How this process takes its turns: `holder` is its name in the leases."""

    app: App
    holder: str
    lease: timedelta = LEASE
    renewal: timedelta = RENEWAL
    sleep: Sleep = asyncio.sleep


async def run(app: App, duties: Sequence[Duty] = DUTIES) -> None:
    """Does what is due, until cancelled; then the work under way is ended and its leases are given back."""
    turns = Turns(app, app.new_id())
    app.observer.expect({duty.name: duty.interval.total_seconds() for duty in duties})
    async with asyncio.TaskGroup() as group:
        for duty in duties:
            group.create_task(repeat(turns, duty))


async def repeat(turns: Turns, duty: Duty) -> None:
    """One duty, again and again. What it fails of is told, and is nothing to the other duties."""
    while True:
        try:
            wait = await turn(turns, duty)
        except DomainError as error:
            log.warning("duty put off", duty=duty.name, reason=error.message)
            wait = LOOK_AGAIN
        except Exception:
            # The duty's outermost place: whatever one round fails of, the next one is to take place.
            log.exception("duty failed", duty=duty.name)
            wait = LOOK_AGAIN
        await turns.sleep(min(wait, LOOK_AGAIN, duty.interval).total_seconds())


async def turn(turns: Turns, duty: Duty) -> timedelta:
    """Does a duty if it is due and nobody else is at it; returns how long it is until it may be due again."""
    app, began = turns.app, turns.app.clock()
    now, name = to_micros(began), f"{leases.DUTIES}{duty.name}"
    # Read first: on a deployment at rest nobody writes.
    ends = await app.db.read(leases.lease_end, name)
    if ends > now:
        return (ends - now) * _MICROSECOND
    if not await app.db.write(leases.take_lease, name, turns.holder, now, to_micros(began + turns.lease)):
        return turns.lease
    rest, done = 0, None
    try:
        if await _under_lease(turns, duty, name):
            done = to_micros(app.clock())
        rest = to_micros(began + duty.interval)
    except Exception:
        rest = to_micros(app.clock() + min(LOOK_AGAIN, duty.interval))
        raise
    finally:
        # Whoever is cancelled gives the lease back at once, so that another process can go on.
        with suppress(DomainError):
            ending = app.db.write(leases.end_lease, name, turns.holder, rest, done)
            await asyncio.shield(asyncio.ensure_future(ending))
    return duty.interval - (app.clock() - began)


async def _under_lease(turns: Turns, duty: Duty, name: str) -> bool:
    """Does the work and renews the lease meanwhile; ends the work, and returns False, where another has the lease."""

    async def work() -> None:
        with turns.app.observer.duty(duty.name):
            await duty.work(turns.app)

    working = asyncio.create_task(work())
    try:
        while not (await asyncio.wait({working}, timeout=turns.renewal.total_seconds()))[0]:
            if not await _renewed(turns, name):
                log.warning("duty was taken over by another process", duty=duty.name)
                return False
        await working
    finally:
        working.cancel()
        await asyncio.wait({working})
    return True


async def _renewed(turns: Turns, name: str) -> bool:
    try:
        expires = to_micros(turns.app.clock() + turns.lease)
        return await turns.app.db.write(leases.end_lease, name, turns.holder, expires)
    except DomainError:
        return True  # a database that is away for a moment; the work notices by itself
