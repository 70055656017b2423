"""How many requests a principal may make in a second, counted over all processes: the RateLimiter port.

A process draws a portion of a principal's bucket in one short write and answers from memory until it is used up. Where
the bucket is empty it does not ask again before more has come in: a flood costs memory's time, and no writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from entrepot.context import ANONYMOUS, App, Client, Principal
from entrepot.errors import RateExceeded
from entrepot.meta import rate_buckets
from entrepot.meta.times import to_micros
from entrepot.ports import Database
from entrepot.rules.rate_limits import SECOND, UNAUTHENTICATED, Rate, Rates
from entrepot.services.access_cache import Lru

MOST_BUCKETS = 65_536
PATIENCE = 1.0
"""How long a request waits at most, in seconds, for the database to say whether it is one too many."""

REST = timedelta(hours=1)
"""How long a bucket is kept that nobody draws on, and that is full by now."""

_SITE = 64  # bits of an IPv6 address that tell one customer of a network from the next (RFC 6177)
_BATCH = 500


@dataclass(slots=True)
class Held:
    """What a process holds of one bucket. `wanting` requests have found nothing since it last asked for more."""

    ready: int = 0
    wanting: int = 0
    ask_after: int = 0
    look_ahead_after: int = 0
    drawing: asyncio.Task[None] | None = None


class SharedRates:
    """The RateLimiter port. For one event loop; `clock` is the deployment's."""

    def __init__(self, db: Database, rates: Rates, clock: Callable[[], datetime]) -> None:
        self._rates = rates
        self._db = db
        self._clock = clock
        self._buckets = Lru(MOST_BUCKETS)

    @property
    def filling(self) -> int:
        """See ports.RateLimiter."""
        return self._rates.filling

    async def take(self, caller: str, service: str, operations: Sequence[str]) -> None:
        """See ports.RateLimiter."""
        taken: list[Held] = []
        try:
            for operation in operations:
                rate = self._rates.of(service, operation)
                taken += [await self._take(f"{caller}/{service}:{operation}", rate)] if rate else []
        except RateExceeded:
            for held in taken:  # a request that is not let through has used nothing up
                held.ready += 1
            raise

    async def take_as_stranger(self, caller: str) -> bool:
        """See ports.RateLimiter."""
        if rate := self._rates.unauthenticated:
            await self._take(f"{caller}/{UNAUTHENTICATED}", rate)
        return self._rates.unauthenticated is not None

    async def _take(self, name: str, rate: Rate) -> Held:
        held: Held | None = self._buckets.get(name)
        if held is None:
            self._buckets.put(name, held := Held())
        if not held.ready:
            await self._refill(held, name, rate)
        held.ready -= 1
        # Before it is used up, so that nobody has to wait; one at a time is not worth holding.
        if 0 < rate.portion // 2 >= held.ready and held.drawing is None and self._now() >= held.look_ahead_after:
            self._draw(held, name, rate)
        return held

    async def _refill(self, held: Held, name: str, rate: Rate) -> None:
        """Waits until there is something to take. Raises RateExceeded, and StorageUnavailable."""
        held.wanting += 1
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not held.ready:
            wait = held.ask_after - self._now()
            if wait > 0:
                raise RateExceeded(-(-wait // SECOND))
            task = held.drawing or self._draw(held, name, rate)
            left = deadline - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait({task}, timeout=max(0.0, left))
            if not done:
                raise RateExceeded(1)
            task.result()

    def _draw(self, held: Held, name: str, rate: Rate) -> asyncio.Task[None]:
        held.drawing = asyncio.create_task(self._drawn(held, name, rate))
        held.drawing.add_done_callback(_seen)
        return held.drawing

    async def _drawn(self, held: Held, name: str, rate: Rate) -> None:
        now, needed, held.wanting = self._now(), max(1, held.wanting), 0
        held.look_ahead_after = now + rate.pause
        try:
            drawn = await self._db.write(rate_buckets.draw_on, name, rate, now, needed)
            held.ready += drawn.requests
            held.ask_after = now + drawn.wait if drawn.wait else 0
        finally:
            held.drawing = None

    def _now(self) -> int:
        return to_micros(self._clock())


def caller_of(principal: Principal, client: Client) -> str:
    """Whose bucket a request draws on.

    IAM's unique id of the user or role: sessions of a role share the role's, or whoever begins one after another would
    have as many as they like. Nobody in particular has their address, of which IPv6 gives everyone a /64.
    """
    if principal != ANONYMOUS:
        return principal.user_id.partition(":")[0]
    if client.source_ip is None:
        return "ip/unknown"
    address = ip_address(client.source_ip)
    if isinstance(address, IPv6Address):
        return f"ip/{ip_network((int(address), _SITE), strict=False)}"
    return f"ip/{address}"


async def sweep_buckets(app: App) -> int:
    """Removes buckets that are full, because nobody has drawn on them for long; returns how many."""
    filling = app.rates.filling if app.rates else 0
    before, gone = to_micros(app.clock() - REST) - filling, 0
    while names := await app.db.read(rate_buckets.stale_buckets, before, _BATCH):
        gone += await app.db.write(rate_buckets.delete_buckets, names, before)
    return gone


def _seen(task: asyncio.Task[None]) -> None:
    """Nobody may be waiting for a task that failed: whoever comes next asks anew."""
    if not task.cancelled():
        task.exception()
