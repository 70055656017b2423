"""When the garbage collection looks at something (again). Times are microseconds since the epoch, as in the tables."""

from __future__ import annotations

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

READ_GRACE = HOUR
"""How long bytes outlive their row at most, for whoever found the row just before it went."""


def needs_postponing(review_after: int | None, now: int, delay: int) -> bool:
    """Whether somebody who is told now that a layer is there might be too late to use it.

    Told "it is there", a client has half the delay at least to push its manifest. Half and not all of it, so that the
    many questions about one layer are not a write each. Without a delay nothing is promised.
    """
    return delay > 0 and review_after is not None and review_after < now + delay // 2


def object_due(now: int, delay: int) -> int:
    """When the object of a blob whose row is deleted now may go."""
    return now + min(delay, READ_GRACE)


def copy_due(now: int, size: int) -> int:
    """When the copy of a blob that is being moved may go if it was never used: long after any copying is done.

    An hour, and a second for every 256 KiB.
    """
    return now + HOUR + size * SECOND // (256 * 1024)


def next_attempt(now: int, attempts: int) -> int:
    """When a deletion is tried again, after `attempts` that came to nothing: a minute, two, four, at most a day."""
    return now + min(MINUTE << min(attempts, 16), DAY)
