"""Frames that were opened, held for the transfers that are under way: a few for the whole process.

A transfer on a slow line waits for minutes in the middle of a frame. It holds none meanwhile: what it needs next is
here, or is opened again. Transfers of one blob at a time, as when a hundred nodes start the same image, open each
frame once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager

from entrepot.blobs.reading import TransferOver

Key = tuple[str, int]


class OpenedFrames:
    """At most `most` frames, by object and index. For one event loop; it holds nothing while no transfer goes on."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._frames: OrderedDict[Key, asyncio.Future[bytes]] = OrderedDict()
        self.transfers = 0
        """How many are under way."""

    @contextmanager
    def transfer(self) -> Generator[None]:
        """To be entered for as long as frames are asked for."""
        self.transfers += 1
        try:
            yield
        finally:
            self.transfers -= 1
            if not self.transfers:
                self._frames.clear()

    def begin(self, key: Key, start: Callable[[], asyncio.Future[bytes]]) -> asyncio.Future[bytes]:
        """The frame, or the opening of it that is under way, perhaps by another transfer."""
        future = self._frames.get(key)
        if future is None:
            future = self._frames[key] = start()
            future.add_done_callback(lambda done: self._settled(key, done))
            while len(self._frames) > self._most:
                self._frames.popitem(last=False)
        else:
            self._frames.move_to_end(key)
        return future

    async def find(self, key: Key, start: Callable[[], asyncio.Future[bytes]]) -> bytes:
        """The bytes of a frame. Raises what `start` raises."""
        while True:
            future = self.begin(key, start)
            try:
                # Shielded, because others may wait for the same frame when this transfer ends.
                return future.result() if future.done() else await asyncio.shield(future)
            except TransferOver:  # of another transfer, which was to open the frame for this one too
                self._frames.pop(key, None)

    def _settled(self, key: Key, done: asyncio.Future[bytes]) -> None:
        """A frame that did not open is looked at anew by whoever asks next: it may have been repaired."""
        if (done.cancelled() or done.exception() is not None) and self._frames.get(key) is done:
            del self._frames[key]
