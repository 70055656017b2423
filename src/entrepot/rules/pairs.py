"""Whether a database and a store of blobs are of the same moment, told by marks that both of them hold.

A mark is a number and a random id. It is moved on every minute: the database first says which one is coming, then the
store is given it, then the database agrees. So of a pair that belongs together the store always holds a mark that the
database knows of, wherever a process died. A database from a backup knows none of the marks that came after it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["new", "together", "store is newer", "store is older"]

_MARK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the marks that a store has had. Two with the same number are the same only if they have the same id."""

    number: int
    id: str

    @classmethod
    def of(cls, text: str) -> Mark | None:
        """What a store or a row holds; None for nothing, and for what is no mark."""
        match = _MARK.fullmatch(text.strip())
        return cls(int(match[1]), match[2]) if match else None

    def __str__(self) -> str:
        return f"{self.number}-{self.id}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a database knows of a store: the mark that both agreed on, the one that is coming, and the one before."""

    agreed: Mark | None
    upcoming: Mark | None = None
    previous: Mark | None = None

    @property
    def newest(self) -> int:
        """The highest number among them; 0 where there is none."""
        return max((each.number for each in (self.agreed, self.upcoming, self.previous) if each), default=0)


def compare(known: Known | None, stored: Mark | None) -> Verdict:
    """What database and store say of each other.

    `previous` counts: whoever slept while others moved the mark on may write it late, and a store that is older by a
    minute costs nothing but what came in that minute. A database is never older than the store by a mark it knows.
    """
    if stored is None:
        return "new" if known is None or known.agreed is None else "store is older"
    if known is None:
        return "store is newer"
    if stored in (known.agreed, known.upcoming, known.previous):
        return "together"
    return "store is newer" if stored.number > known.newest else "store is older"


def following(known: Known | None, fresh_id: str) -> Mark:
    """The mark to move on to: the one that somebody announced and may have written already, or a new one."""
    if known and known.upcoming:
        return known.upcoming
    return Mark((known.newest if known else 0) + 1, fresh_id)
