"""How much of a transfer is handed to the HTTP server at once."""

from __future__ import annotations

SMALL = 64 * 1024
LARGE = 256 * 1024
"""Bytes of a piece. The server queues some eight pieces for a connection, however large they are, and each costs some
ten microseconds: small ones are for readers on slow lines, of whom there may be many (docs/memory.md)."""

PROVEN = 8 * 1024 * 1024
"""Bytes that go out without a stop before pieces are large: more than kernel and server take in by themselves."""

STOP = 0.05
"""Seconds that a piece waits for its reader on a line which is called slow."""


class Flow:
    """One transfer's. A reader is taken to be slow until it has shown otherwise, and again when it stops."""

    __slots__ = ("_flowing",)

    def __init__(self) -> None:
        self._flowing = 0

    @property
    def piece(self) -> int:
        """Bytes of the next piece, at most."""
        return LARGE if self._flowing >= PROVEN else SMALL

    def went(self, count: int, seconds: float) -> None:
        """Notes that a piece was taken, and how long that took."""
        self._flowing = self._flowing + count if seconds < STOP else 0
