"""Turns of the workers of one run (pytest-xdist): a test that is marked `alone` has the machine to itself.

What such a test measures is time, which another test beside it would take its share of.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Waits until this test may run: beside others, or once all others have ended and with none let in.

    `folder` is shared by the workers. Whoever waits to be alone holds the gate, or the others would never all be out.
    """
    with _held(folder / "gate", fcntl.LOCK_EX) as gate, _held(folder / "room", _kind(alone=alone)):
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield


def _kind(*, alone: bool) -> int:
    return fcntl.LOCK_EX if alone else fcntl.LOCK_SH


@contextlib.contextmanager
def _held(path: Path, kind: int) -> Iterator[int]:
    # Closed in every program that a test starts (PEP 446), so that a lock ends with its test.
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, kind)
        yield lock
    finally:
        os.close(lock)
