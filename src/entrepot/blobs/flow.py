"""How much of a transfer is handed to the HTTP server at once."""

from __future__ import annotations

SMALLEST = 16 * 1024
LARGEST = 256 * 1024
"""Bytes of a piece. The server queues some eight pieces for a connection, however large they are, and each costs some
tens of microseconds: small ones are for readers on slow lines, of whom there may be many (docs/memory.md)."""

PART = 64
"""What part of all that went out without a stop a piece may be. A reader who stops has an eighth of that queued."""

FEW = 4
"""As many transfers may send whole frames at once, when they have shown that they flow."""

STOP = 0.05
"""Seconds that a piece waits for its reader on a line which is called slow."""


class Flow:
    """One transfer's. A reader is taken to be slow until it has shown otherwise, and again when it stops."""

    __slots__ = ("_flowed",)

    def __init__(self) -> None:
        self._flowed = 0

    def piece(self, frame: int, transfers: int) -> int:
        """Bytes of the next piece, at most, where `transfers` are under way."""
        size = self._flowed // PART
        if size >= LARGEST:
            return frame if transfers <= FEW else LARGEST
        return max(SMALLEST, size)

    def went(self, count: int, seconds: float) -> None:
        """Notes that a piece was taken, and how long that took."""
        self._flowed = self._flowed + count if seconds < STOP else 0
