"""Which part of many things a sample holds: by name, so that it is the same each time, in whatever order they come."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_KEY_BYTES = 64
_WHOLE = 1 << 64


@dataclass(frozen=True, slots=True)
class Sample:
    """The things whose place on a circle lies in the arc of length `share` (0 to 1) that begins at `start`.

    The `seed` decides where on the circle each name lies, at random and evenly: every thing is as likely to be held
    as any other, however large it is. Arcs that lie side by side hold everything once.
    """

    share: float = 1.0
    seed: str = ""
    start: float = 0.0

    def holds(self, name: str) -> bool:
        """Whether the thing of that name is in the sample."""
        return self.share >= 1 or (self._place(name) - self.start) % 1.0 < self.share

    def _place(self, name: str) -> float:
        key = hashlib.blake2b(self.seed.encode()).digest()[:_KEY_BYTES]
        return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8, key=key).digest()) / _WHOLE


EVERYTHING = Sample()


def arc_of_day(share: float, day: int) -> Sample:
    """What is read on a day, counted from any other: day after day another part, until everything had its turn."""
    return Sample(share, "daily", (day * share) % 1.0)
