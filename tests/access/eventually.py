"""What has to be true everywhere within a second."""

from __future__ import annotations

import time
from collections.abc import Callable

PROMISED = 1.0
POLL_SECONDS = 0.02


def settled(condition: Callable[[], bool], *, in_a_row: int = 12, seconds: float = 10.0) -> float:
    """Seconds until `condition` is true `in_a_row` times, as two workers take turns at random; AssertionError never."""
    began = time.monotonic()
    first, streak = began, 0
    while streak < in_a_row:
        assert time.monotonic() - began < seconds, "it did not come about"
        before = time.monotonic()
        if condition():
            first = first if streak else before
            streak += 1
        else:
            streak = 0
            time.sleep(POLL_SECONDS)
    return first - began
