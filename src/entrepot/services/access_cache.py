"""One process's memory of policies and decisions: the AccessCache port.

A change of who may do what raises its account's version in the same transaction. Every entry is kept under the
versions that it was made from, and a version is believed for `FRESH` seconds: so a change is in force everywhere
within a second, and nothing has to be told to anyone.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

from entrepot.meta import access_versions
from entrepot.ports import Database

FRESH = 0.5
MOST_POLICIES = 4_096
MOST_DECISIONS = 32_768
MOST_ACCOUNTS = 4_096
MOST_KEYS = 16_384


class Lru:
    """The Memory port: at most `most` entries, of which those used last stay. It counts `hits` and `misses`."""

    def __init__(self, most: int) -> None:
        self.hits = 0
        self.misses = 0
        self._most = most
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Any | None:  # noqa: ANN401 - the key says what its value is
        """See ports.Memory."""
        value = self._entries.get(key)
        if value is None:
            self.misses += 1
        else:
            self.hits += 1
            self._entries.move_to_end(key)
        return value

    def put(self, key: Hashable, value: object) -> None:
        """See ports.Memory."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._most:
            self._entries.popitem(last=False)


class Freshness:
    """How often a version was young enough to be believed, and how often not."""

    def __init__(self) -> None:
        self.hits = 0
        self.misses = 0


class ProcessCache:
    """The AccessCache port. `clock` counts seconds and never goes back (time.monotonic). For one event loop."""

    def __init__(self, db: Database, clock: Callable[[], float]) -> None:
        self.policies = Lru(MOST_POLICIES)
        self.decisions = Lru(MOST_DECISIONS)
        self.key_uses = Lru(MOST_KEYS)
        self._db = db
        self._clock = clock
        self.versions = Freshness()
        self._versions = Lru(MOST_ACCOUNTS)
        self._reading: dict[str, asyncio.Task[int]] = {}

    async def version(self, account: str) -> int:
        """See ports.AccessCache."""
        now = self._clock()
        known: tuple[float, int] | None = self._versions.get(account)
        if known and now - known[0] < FRESH:
            self.versions.hits += 1
            return known[1]
        self.versions.misses += 1
        task = self._reading.get(account)
        if task is None:
            task = self._reading[account] = asyncio.create_task(self._read(account, now))
        # Shielded, because others wait for the same answer when whoever asked first goes away.
        return await asyncio.shield(task)

    def learn(self, account: str, version: int) -> None:
        """See ports.AccessCache. When the number is read next stays as it is."""
        known: tuple[float, int] | None = self._versions.get(account)
        if known and known[1] < version:
            self._versions.put(account, (known[0], version))

    async def _read(self, account: str, now: float) -> int:
        try:
            version = await self._db.read(access_versions.find_version, account)
            known: tuple[float, int] | None = self._versions.get(account)
            self._versions.put(account, (now, max(version, known[1] if known else 0)))
            return version
        finally:
            del self._reading[account]
