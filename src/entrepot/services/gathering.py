"""Small reads of many requests, made together: one transaction, one trip to a thread, for all that wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from entrepot.ports import Database

K = TypeVar("K")
V = TypeVar("V")

MOST = 256
"""Keys in one transaction, so that no request waits long for the others'."""


class Gathered(Generic[K, V]):
    """Reads values by their keys. Every read begins after it was asked for: nobody is told what was true before.

    While one transaction runs, those who come wait for the next: the more there are, the less each of them costs.
    """

    def __init__(self, db: Database, read: Callable[[Connection, Sequence[K]], Mapping[K, V]]) -> None:
        self._db = db
        self._read = read
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    async def find(self, key: K) -> V | None:
        """The value as it is now, or None. Raises what the database raises."""
        return await self.ask(key)

    def ask(self, key: K) -> asyncio.Future[V | None]:
        """As `find`, for whoever has more to ask before it waits."""
        future: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(future)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return future

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = {key: self._waiting.pop(key) for key in list(self._waiting)[:MOST]}
                await self._settle(batch)
        finally:
            self._task = None

    async def _settle(self, batch: Mapping[K, Sequence[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._db.read(self._read, list(batch))
        except Exception as error:  # noqa: BLE001 - it belongs to those who wait
            for future in _still_waiting(batch):
                future.set_exception(error)
                future.exception()  # seen: whoever asked for two things may have given up at the first
            return
        for key, futures in batch.items():
            for future in futures:
                if not future.done():  # whoever waited may have gone away
                    future.set_result(found.get(key))


def _still_waiting(batch: Mapping[K, Sequence[asyncio.Future[V | None]]]) -> Iterator[asyncio.Future[V | None]]:
    return (future for futures in batch.values() for future in futures if not future.done())
