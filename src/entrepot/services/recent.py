"""A value that is costly to work out and may be a little old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from entrepot.ports import T


class RecentValue:
    """The port Recent in one process: works a value out once for all who ask within `seconds`, one after the other."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._turn = asyncio.Lock()
        self._found: tuple[float, Any] | None = None

    async def get(self, make: Callable[[], Awaitable[T]]) -> T:
        """The value, at most `seconds` old. What `make` raises reaches whoever asked, and nothing is kept of it."""
        async with self._turn:
            if self._found is None or self._monotonic() - self._found[0] >= self._seconds:
                self._found = (self._monotonic(), await make())
            value: T = self._found[1]
            return value
