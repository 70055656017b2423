"""One run over what is stored: what it is to do, what it has found, and how it goes through pages of rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from entrepot.context import App
from entrepot.errors import DomainError, KeyUnavailable
from entrepot.meta.blobs import BlobRow
from entrepot.meta.readback import ManifestRow
from entrepot.ports import Replica
from entrepot.rules.sampling import EVERYTHING, Sample
from entrepot.services.pace import Pace
from entrepot.services.verifying import Found, Kind, Sealed

PAGE = 200
AT_ONCE = 8
"""Blobs that are read at the same time, each a few frames at a time."""

MOST_REFUSALS = 100
"""After as many things in a row that are not given out, the store, or who keeps the keys, is taken to be away."""

OTHER_DIGEST = "its bytes have another digest"
NO_DATA_KEY = "the row of its data key is gone"
WRONG_KEY = "IncorrectKeyException"

Row = TypeVar("Row", BlobRow, ManifestRow)


def _tell_nobody(_found: Found) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Orders:
    """What to read, at how many bytes a second at most (0: any), and where good bytes may be had.

    `told` is called again and again while it goes on.
    """

    sample: Sample = EVERYTHING
    rate: float = 0.0
    replicas: tuple[Replica, ...] = ()
    told: Callable[[Found], None] = _tell_nobody


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be read."""

    kind: Kind
    why: str
    frame: int | None = None


class Run:
    """What all parts of a run share."""

    def __init__(self, app: App, orders: Orders) -> None:
        self.app = app
        self.orders = orders
        self.found = Found()
        self._pace = Pace(orders.rate)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._refusals = 0
        self._began = time.monotonic()

    async def each(
        self,
        page_of: Callable[[Connection, int, int], list[Row]],
        id_of: Callable[[Row], int],
        check: Callable[[Row], Awaitable[None]],
    ) -> None:
        """Calls `check` for each row of the sample, for several at a time."""

        async def in_turn(row: Row) -> None:
            async with self._turns:
                await check(row)

        after = 0
        while page := await self.app.db.read(page_of, after, PAGE):
            try:
                async with asyncio.TaskGroup() as group:
                    for row in page:
                        if self.orders.sample.holds(row.digest):
                            group.create_task(in_turn(row))
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from failures
            after = id_of(page[-1])
            self.tell()

    async def spend(self, size: int) -> None:
        """Counts bytes that were read, and waits where they came too fast."""
        self.answered()
        self.found.size += size
        self.tell()
        await self._pace.spend(size)

    def answered(self) -> None:
        """Notes that something was given out, good or bad."""
        self._refusals = 0

    def refused(self, error: DomainError) -> Trouble:
        """Something that is not given out for now. Raises the error where nothing else was given out for long."""
        self._refusals += 1
        if self._refusals >= MOST_REFUSALS:
            raise error
        return Trouble("unread", error.message)

    def locked(self, error: KeyUnavailable, *, blobs: int = 0, size: int = 0, manifests: int = 0) -> Trouble | None:
        """Counts what is sealed with a key that may not be used, which is no trouble. A key that does not fit is."""
        if error.kms_error == WRONG_KEY:
            return Trouble("damaged", "its data key does not open")
        sealed = self.found.sealed.setdefault(error.message, Sealed())
        sealed.blobs += blobs
        sealed.size += size
        sealed.manifests += manifests
        return None

    def tell(self) -> None:
        """Whoever wants to know."""
        self.found.seconds = time.monotonic() - self._began
        self.orders.told(self.found)
