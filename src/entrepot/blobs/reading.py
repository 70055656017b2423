"""Reads the frames of one object."""

from __future__ import annotations

import threading
from contextlib import ExitStack

import structlog
from structlog.typing import FilteringBoundLogger

from entrepot.blobs.backing import Backing
from entrepot.errors import ContentDamaged
from entrepot.ports import ObjectReader

log: FilteringBoundLogger = structlog.get_logger()


class TransferOver(ValueError):
    """A frame was asked for after the end of the transfer that was to open it."""


class FrameReading:
    """One transfer of a blob of `size` plain bytes, or of what `state` says is staged.

    Opens its object with the first frame, and closes it with the last; a frame that is asked for after that opens it
    again, until `close`.

    Runs in worker threads, one at a time; `close` waits for a frame that is being read.
    """

    def __init__(
        self, backing: Backing, object_id: str, secret: bytes, size: int, frames: range, state: str = ""
    ) -> None:
        self._backing = backing
        self._object_id = object_id
        self._cipher = backing.cipher(object_id, secret)
        self._size = size
        self._frames = frames
        self._state = state
        self._lock = threading.Lock()
        self._files = ExitStack()
        self._reader: ObjectReader | None = None
        self._over = False
        self.closed = not frames

    def frame(self, index: int) -> bytes:
        """The plain bytes of a frame. Raises ContentDamaged where they are not what was stored, and logs where."""
        with self._lock:
            try:
                return self._cipher.open(index, self._sealed(index))
            except FileNotFoundError as cause:
                raise damage(self._object_id, index, missing=True) from cause
            except ContentDamaged as cause:
                raise damage(self._object_id, index) from cause
            finally:
                if index == self._frames[-1]:
                    self._close()

    def close(self) -> None:
        """Closes the object; a second call does nothing."""
        with self._lock:
            self._over = True
            self._close()

    def _close(self) -> None:
        self.closed = True
        self._reader = None
        self._files.close()

    def _sealed(self, index: int) -> memoryview:
        layout = self._backing.layout
        sealed = self._backing.buffer()[: layout.frame_size(index, self._size) + layout.overhead]
        fill(self._open(), layout.offset(index), sealed)
        return sealed

    def _stop(self) -> int:
        """Where the last of the frames ends."""
        layout, last = self._backing.layout, self._frames[-1]
        return layout.offset(last) + layout.frame_size(last, self._size) + layout.overhead

    def _open(self) -> ObjectReader:
        if self._over:
            raise TransferOver("the transfer is over")
        if self._reader is None:
            self.closed = False
            opening = self._backing.store.open(self._object_id, self._state, self._stop())
            self._reader = self._files.enter_context(opening)
        return self._reader


def fill(reader: ObjectReader, offset: int, buffer: memoryview) -> None:
    """Reads all of `buffer`. Raises ContentDamaged where the object ends before."""
    if reader.read_into(offset, buffer) < len(buffer):
        raise ContentDamaged


def damage(object_id: str, index: int, *, missing: bool = False) -> ContentDamaged:
    """The error for a frame that does not open, after a line in the log that says which."""
    log.error("stored content is damaged", object_id=object_id, frame=index, missing=missing)
    return ContentDamaged(index, missing=missing)


def demand_end(backing: Backing, object_id: str, size: int) -> None:
    """Raises ContentDamaged where the object is not there, or goes on behind its `size` plain bytes."""
    layout = backing.layout
    end, beyond = layout.stored_size(size), memoryview(bytearray(1))
    try:
        with backing.store.open(object_id, "", end + 1) as reader:
            longer = reader.read_into(end, beyond)
    except FileNotFoundError as cause:
        raise damage(object_id, 0, missing=True) from cause
    if longer:
        raise damage(object_id, len(layout.frames(0, size)))
