"""The JwksSource port: the keys of identity providers, fetched when they are needed and kept for a while."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entrepot.errors import DomainError
from entrepot.rules.web_identity import is_known

LIFETIME = timedelta(hours=1)
"""How long keys are believed: one that its provider withdraws is out of use after this."""

LOOK_AGAIN = timedelta(minutes=1)
"""The least time between two fetches for a key id that is not known. Anyone can make up key ids."""

RETRY = timedelta(seconds=5)
"""The least time between a fetch that failed and the next. Anyone can ask for one."""

MOST_ISSUERS = 1000

Jwks = Sequence[Mapping[str, object]]
Fetch = Callable[[str], Awaitable[Jwks]]


@dataclass(slots=True)
class _Entry:
    """What is known of one issuer. `failure` is what the last fetch ended with, if not with keys."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    keys: Jwks = ()
    fetched: datetime | None = None
    failed: datetime | None = None
    failure: DomainError | None = None


class CachedJwks:
    """Keys of at most MOST_ISSUERS issuers, of which those asked for last stay. For one event loop."""

    def __init__(self, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def keys(self, issuer: str, key_id: str | None) -> Jwks:
        """See ports.JwksSource. Requests that wait for the same issuer share one fetch."""
        entry = self._entry(issuer)
        async with entry.lock:
            now = self._clock()
            if self._is_due(entry, key_id, now):
                await self._refresh(issuer, entry, now)
            return entry.keys

    def _entry(self, issuer: str) -> _Entry:
        entry = self._entries.setdefault(issuer, _Entry())
        self._entries.move_to_end(issuer)
        if len(self._entries) > MOST_ISSUERS:
            self._entries.popitem(last=False)
        return entry

    def _is_due(self, entry: _Entry, key_id: str | None, now: datetime) -> bool:
        if entry.fetched is None or now - entry.fetched >= LIFETIME:
            return True
        return not is_known(entry.keys, key_id) and now - entry.fetched >= LOOK_AGAIN

    async def _refresh(self, issuer: str, entry: _Entry, now: datetime) -> None:
        """Fetches; raises what the fetch raises, unless there are keys that may be believed a while longer."""
        if entry.failed is None or now - entry.failed >= RETRY:
            await self._try(issuer, entry, now)
        if entry.failure and (entry.fetched is None or now - entry.fetched >= LIFETIME):
            raise entry.failure.with_traceback(None)

    async def _try(self, issuer: str, entry: _Entry, now: datetime) -> None:
        try:
            entry.keys = await self._fetch(issuer)
        except DomainError as error:
            entry.failed, entry.failure = now, error
        else:
            entry.fetched, entry.failed, entry.failure = now, None, None
