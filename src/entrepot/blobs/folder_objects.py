"""One object of the folder store, open for appending or for reading."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Self

from entrepot.blobs.folder_files import begin_writing_back, locked, read_at, storage_errors, sync_folder, write_at
from entrepot.errors import ContentDamaged, StorageUnavailable

STAGED_MODE = 0o600
COMMITTED_MODE = 0o400
WRITE_BACK = 2 << 20
"""After how many bytes the disk is given something to do."""

ENDING = 16
"""How many of an object's last bytes tell who wrote them: sealed content ends in an authentication tag."""


def is_committed(mode: int) -> bool:
    """Whether a file of this mode is a committed object: it lost its write permission."""
    return not mode & stat.S_IWUSR


class FolderWriter:
    """Appends to one file, as long as nobody else does.

    Several processes may hold the same upload at the same time: a client that repeats a request while the first is
    still dying is enough. Each write therefore looks, under a lock that is held no longer, whether the file still ends
    with what this writer put there. The one that resumed last goes on; the others stop with StorageUnavailable. Nothing
    is written to a file that was committed.
    """

    def __init__(self, fd: int, folder: Path, position: int, ending: bytes) -> None:
        self._fd = fd
        self._folder = folder
        self._position = self._kept = self._begun = position
        self._ending = ending

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Appends `data`, all or nothing."""
        with storage_errors(), locked(self._fd):
            self._demand_own()
            write_at(self._fd, data, self._position)
        self._position += len(data)
        if self._position - self._begun >= WRITE_BACK:
            begin_writing_back(self._fd, self._begun, self._position - self._begun)
            self._begun = self._position
        self._ending = (self._ending + bytes(data[-ENDING:]))[-ENDING:]

    def checkpoint(self) -> str:
        """The file's size and its last bytes. They are in the page cache: a killed process loses nothing."""
        self._kept = self._position
        return f"{self._position}:{self._ending.hex()}"

    def commit(self) -> None:
        """Makes content and name durable, then closes the file to all writers."""
        with storage_errors():
            os.fsync(self._fd)
            sync_folder(self._folder)
            with locked(self._fd):
                self._demand_own()
                os.fchmod(self._fd, COMMITTED_MODE)
        self._kept = self._position

    def close(self) -> None:
        """Gives back what was written since the last checkpoint, and the file."""
        if self._fd < 0:
            return
        # What cannot be given back now is given back when the upload is resumed or dropped.
        with suppress(OSError), locked(self._fd):
            if self._kept < self._position and self._is_own():
                os.ftruncate(self._fd, self._kept)
        os.close(self._fd)
        self._fd = -1

    def _demand_own(self) -> None:
        if not self._is_own():
            raise OSError(errno.EBUSY, "another writer went on with this object")

    def _is_own(self) -> bool:
        status = os.fstat(self._fd)
        return (
            status.st_nlink > 0
            and status.st_size == self._position
            and not is_committed(status.st_mode)
            and read_ending(self._fd, self._position) == self._ending
        )


class FolderReader:
    """Reads one file."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def read_into(self, offset: int, buffer: bytearray | memoryview) -> int:
        """Fills `buffer` from `offset`; returns how many bytes there were. Raises StorageUnavailable."""
        try:
            return read_at(self._fd, offset, buffer)
        except OSError as cause:
            raise StorageUnavailable from cause

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def read_ending(fd: int, position: int) -> bytes:
    """The last bytes before `position`."""
    start = max(0, position - ENDING)
    return os.pread(fd, position - start, start)


def start_over(fd: int, folder: Path) -> FolderWriter:
    """A writer at the beginning of an open file; whatever it holds is dropped."""
    with locked(fd):
        demand_staged(fd)
        cut(fd, 0)
    return FolderWriter(fd, folder, 0, b"")


def go_on(fd: int, folder: Path, state: str) -> FolderWriter:
    """A writer where the checkpoint `state` was taken; whatever follows is dropped.

    Raises ContentDamaged where the file does not hold what it held then.
    """
    size, _, ending = state.partition(":")
    writer = FolderWriter(fd, folder, int(size), bytes.fromhex(ending))
    with locked(fd):
        demand_staged(fd)
        if os.fstat(fd).st_size < int(size) or read_ending(fd, int(size)).hex() != ending:
            raise ContentDamaged
        cut(fd, int(size))
    return writer


def cut(fd: int, size: int) -> None:
    """Shortens a file to `size` bytes."""
    # ext4 flushes a file that was truncated to 0 when it is closed, even if it was empty before.
    if os.fstat(fd).st_size != size:
        os.ftruncate(fd, size)


def demand_staged(fd: int) -> None:
    """Raises FileExistsError for a committed object."""
    if is_committed(os.fstat(fd).st_mode):
        raise FileExistsError(errno.EEXIST, "the object was committed")
