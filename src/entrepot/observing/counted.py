"""Figures that take the database a while: counted at most every so often, by one worker for all of a server.

The newest count is the one that everybody shows: with a count of its own for each worker, a counter would go back
whenever another one answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec

from entrepot.observing.exchange import Exchange, open_lock, write_whole
from entrepot.observing.families import Family

_LOOK_AGAIN = 0.05

Clock = Callable[[], float]


class Count(msgspec.Struct, frozen=True):
    """Figures, and when counting them began: in seconds of a clock that never goes back, and of the calendar."""

    began: float
    at: float
    families: list[Family]


_DECODER = msgspec.json.Decoder(Count)


class Counted:
    """One kind of figures, `seconds` old at the most. `monotonic` is the same for all processes of a machine."""

    def __init__(self, exchange: Exchange, name: str, seconds: float, monotonic: Clock = time.monotonic) -> None:
        self.name = name
        self._path = exchange.folder / f"{name}.counted" if exchange.folder else None
        self._seconds = seconds
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._count: Count | None = None

    @property
    def last(self) -> Count | None:
        """The newest count, however old."""
        if self._path and self._path.exists():
            self._count = _DECODER.decode(self._path.read_bytes())
        return self._count

    async def get(self, make: Callable[[], Awaitable[list[Family]]]) -> Count:
        """A count that is young enough. What `make` raises reaches whoever asked, and nothing is kept of it."""
        async with self._turn:
            while True:
                if young := self._young():
                    return young
                if self._path is None:
                    self._count = await self._made(make)
                    return self._count
                with open_lock(self._path.with_suffix(".lock")) as free:
                    # Looked at again under the lock: another worker may have been through just now.
                    if free and not self._young():
                        write_whole(self._path, msgspec.json.encode(await self._made(make)))
                if not free:
                    await asyncio.sleep(_LOOK_AGAIN)

    async def _made(self, make: Callable[[], Awaitable[list[Family]]]) -> Count:
        began, at = self._monotonic(), time.time()
        return Count(began, at, await make())

    def _young(self) -> Count | None:
        last = self.last
        return last if last and self._monotonic() - last.began < self._seconds else None
