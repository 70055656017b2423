"""Locks between processes: one file each, held with flock(2), gone when it is given back.

A process that dies gives its locks back, and leaves their files; `sweep` removes those.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from entrepot.errors import UploadBusy

LOCK_MODE = 0o600
LEFT_SECONDS = 60.0


@contextmanager
def hold(path: Path) -> Generator[None]:
    """Holds the lock of that name; raises UploadBusy where another holds it."""
    fd = _take(path)
    try:
        yield
    finally:
        _give_back(path, fd)


def sweep(folder: Path) -> None:
    """Removes the files of locks that nobody holds, and that are a minute old.

    A younger one may be about to be locked by who made it, and must not be found busy then.
    """
    for path in folder.iterdir():
        with suppress(UploadBusy, FileNotFoundError):
            if path.stat(follow_symlinks=False).st_mtime < time.time() - LEFT_SECONDS:
                with hold(path):
                    pass


def _take(path: Path) -> int:
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, LOCK_MODE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(path, fd):
                return fd
        except BlockingIOError as cause:
            os.close(fd)
            raise UploadBusy from cause
        # Its holder gave it back, and removed the file, between the two calls.
        os.close(fd)


def _give_back(path: Path, fd: int) -> None:
    # First the file and then the lock: whoever opened the file meanwhile sees that it is gone, and makes a new one.
    with suppress(OSError):
        path.unlink()
    os.close(fd)


def _is_at(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(fd))
    except FileNotFoundError:
        return False
