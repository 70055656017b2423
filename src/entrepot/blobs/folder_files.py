"""Small pieces of file handling that the folder store is made of."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from entrepot.errors import StorageFull, StorageUnavailable

_SYNC_FILE_RANGE_WRITE = 2


def _sync_file_range() -> Callable[[int, int, int, int], int] | None:
    """Linux's call of that name, which Python has no word for."""
    call: Any = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return call


_SYNC_FILE_RANGE = _sync_file_range()

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def storage_errors(*expected: type[OSError]) -> Generator[None]:
    """Turns what the operating system refuses into StorageFull or StorageUnavailable, `expected` errors excepted."""
    try:
        yield
    except expected:
        raise
    except OSError as cause:
        refusal = StorageFull if cause.errno in NO_ROOM else StorageUnavailable
        raise refusal from cause


@contextmanager
def locked(fd: int) -> Generator[None]:
    """Holds the file against other writers, in this process and others. Only ever for the length of one write."""
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def write_at(fd: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    """Writes all of `data`; a write that fails in the middle gives its room back."""
    view = memoryview(data)
    done = 0
    try:
        while done < len(view):
            done += os.pwrite(fd, view[done:], offset + done)
    except OSError:
        os.ftruncate(fd, offset)
        raise


def begin_writing_back(fd: int, offset: int, length: int) -> None:
    """Has the kernel begin to bring these bytes to the disk, so that little is left to wait for in the end.

    Without it they stay in the page cache until an upload is over, and then the disk is what everyone waits for. It
    promises nothing, and where there is no such call nothing is lost but time.
    """
    if _SYNC_FILE_RANGE is not None:
        _SYNC_FILE_RANGE(fd, offset, length, _SYNC_FILE_RANGE_WRITE)


def read_at(fd: int, offset: int, buffer: bytearray | memoryview) -> int:
    """Fills `buffer`; returns how many bytes there were, fewer only at the end of the file."""
    view = memoryview(buffer)
    done = 0
    while done < len(view):
        count = os.preadv(fd, [view[done:]], offset + done)
        if count == 0:
            break
        done += count
    return done


def sync_folder(path: Path) -> None:
    """Makes the names in a folder durable."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Puts a file in the place of another, or of none, in one step that survives a power cut."""
    fresh = path.with_name(f"{path.name}.new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    try:
        write_at(fd, content, 0)
        os.fsync(fd)
    finally:
        os.close(fd)
    fresh.replace(path)
    sync_folder(path.parent)
