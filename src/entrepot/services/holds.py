"""Holds the deletion of objects up for a while: for whoever reads the objects of a database as it was before.

A hold is a lease that runs out by itself, renewed while it is needed: whoever dies with it is in the way for as long as
`HOLD`. Rows go on being deleted, and their objects wait in their queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.meta import leases
from entrepot.meta.times import to_micros

HOLD = timedelta(minutes=5)
RENEWAL = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(slots=True)
class Hold:
    """A hold that somebody has. It was `broken` where it ran out before it was renewed: objects may be gone then."""

    app: App
    name: str
    holder: str
    ends: datetime
    broken: bool = False

    async def renew(self) -> None:
        """Puts the end off. Raises StorageUnavailable."""
        now = self.app.clock()
        self.broken = self.broken or now >= self.ends
        await self.app.db.write(leases.end_lease, self.name, self.holder, to_micros(now + HOLD))
        self.ends = now + HOLD


@asynccontextmanager
async def hold(app: App, what: str) -> AsyncGenerator[Hold]:
    """While this is open, no object is deleted because its blob's row is gone. Raises StorageUnavailable."""
    now, holder = app.clock(), app.new_id()
    mine = Hold(app, leases.hold_lease(what, holder), holder, now + HOLD)
    await app.db.write(leases.drop_late_holds, to_micros(now))
    await app.db.write(leases.take_lease, mine.name, holder, to_micros(now), to_micros(mine.ends))
    renewing = asyncio.create_task(_renew(mine))
    try:
        yield mine
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})
        with suppress(DomainError):  # it runs out
            await app.db.write(leases.drop_lease, mine.name, holder)


async def _renew(mine: Hold) -> None:
    while True:
        await asyncio.sleep(RENEWAL.total_seconds())
        try:
            await mine.renew()
        except DomainError as error:
            log.warning("the hold on deletions was not renewed", reason=error.message)
