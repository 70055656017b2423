"""Reads no faster than a rate, whoever reads, so that others have the disk and the network in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

Clock = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """Shared by everyone who reads. `rate` is in bytes a second; 0 holds nobody up."""

    def __init__(self, rate: float, clock: Clock = time.monotonic, sleep: Sleep = asyncio.sleep) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._free = clock()
        self.done = 0
        """Bytes so far."""

    async def spend(self, size: int) -> None:
        """Counts bytes that were read, and waits until they would have been at the rate. What was not used is lost."""
        self.done += size
        if not self._rate:
            return
        now = self._clock()
        self._free = max(self._free, now) + size / self._rate
        await self._sleep(self._free - now)
