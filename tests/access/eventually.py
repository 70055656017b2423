"""What has to be true everywhere within a second."""

from __future__ import annotations

import time
from collections.abc import Callable

PROMISED = 1.0
POLL_SECONDS = 0.02


def settled(condition: Callable[[], bool], *, in_a_row: int = 12, seconds: float = 60.0) -> float:
    """How long, in seconds, requests that began after the call still found `condition` false.

    It has to be true `in_a_row` times then, as two workers take turns at random. Counted to the beginning of the last
    request that saw the old state: how long a request takes is not what was promised.
    """
    began = time.monotonic()
    old, streak = began, 0
    while streak < in_a_row:
        before = time.monotonic()
        assert before - began < seconds, "it did not come about"
        if condition():
            streak += 1
        else:
            old, streak = before, 0
            time.sleep(POLL_SECONDS)
    return old - began
