"""Buffers in which the bytes of a request are collected."""

from __future__ import annotations

from mmap import mmap


class Batch:
    """A buffer of fixed size that is filled from the front, emptied, and filled again.

    Mapped by itself: memory is touched as far as it is filled, so that a small body costs little, and goes back to the
    operating system with the batch.
    """

    __slots__ = ("_buffer", "_used")

    def __init__(self, size: int, used: int = 0) -> None:
        self._buffer = memoryview(mmap(-1, size))
        self._used = used

    def fill(self, data: memoryview) -> memoryview:
        """Takes what there is room for, and returns the rest: empty unless the batch is full."""
        piece = data[: len(self._buffer) - self._used]
        self._buffer[self._used : self._used + len(piece)] = piece
        self._used += len(piece)
        return data[len(piece) :]

    def content(self) -> memoryview:
        """What was filled in, not copied."""
        return self._buffer[: self._used]

    def clear(self) -> None:
        """Makes room."""
        self._used = 0
