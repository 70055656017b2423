"""One writer at a time to an upload, on any number of nodes: a lease row for each upload that is being written to.

The lease is short and renewed while it is held, so that a node that dies keeps an upload for seconds only. It keeps
clients that repeat a request from working against themselves; what decides who moved an upload on is its row, which
is changed only where it still stands where the writer found it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import structlog
from structlog.typing import FilteringBoundLogger

from entrepot.errors import DomainError, UploadBusy
from entrepot.meta import leases
from entrepot.meta.times import to_micros
from entrepot.ports import Database

LEASE = timedelta(seconds=20)
RENEWAL = timedelta(seconds=5)

log: FilteringBoundLogger = structlog.get_logger()


class UploadLocks:
    """Locks by object id that all nodes of a deployment share."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        lease: timedelta = LEASE,
        renewal: timedelta = RENEWAL,
    ) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id
        self._lease = lease
        self._renewal = renewal

    @asynccontextmanager
    async def hold(self, object_id: str) -> AsyncGenerator[None]:
        """Holds the lock of an object; raises UploadBusy where somebody else does."""
        name, holder = leases.upload_lease(object_id), self._new_id()
        # Whoever is cancelled while it takes a lease waits for it, to give it back.
        taking = asyncio.create_task(self._take(name, holder))
        renewing: asyncio.Task[None] | None = None
        try:
            if not await asyncio.shield(taking):
                raise UploadBusy
            renewing = asyncio.create_task(self._renew(name, holder))
            yield
        finally:
            if renewing:
                renewing.cancel()
            await asyncio.shield(self._give_back(taking, name, holder))

    async def _give_back(self, taking: asyncio.Task[bool], name: str, holder: str) -> None:
        with suppress(DomainError):  # it ends by itself too
            if await taking:
                await self._db.write(leases.drop_lease, name, holder)

    async def _take(self, name: str, holder: str) -> bool:
        now = self._clock()
        return await self._db.write(leases.take_lease, name, holder, to_micros(now), to_micros(now + self._lease))

    async def _renew(self, name: str, holder: str) -> None:
        while True:
            await asyncio.sleep(self._renewal.total_seconds())
            try:
                if not await self._take(name, holder):
                    log.warning("another node took an upload over", lease=name)
                    return
            except DomainError as error:
                log.warning("a lease could not be renewed", lease=name, reason=error.message)
