"""Files of objects, copied whole: what backups are made of, and what is restored from them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from entrepot.blobs.folder_objects import COMMITTED_MODE
from entrepot.errors import ContentDamaged
from entrepot.rules.backups import UNFINISHED, Copied

CHUNK = 1 << 20


def copy_file(
    source: Path, target: Path, *, size: int | None = None, sha256: str = "", mode: int = COMMITTED_MODE
) -> Copied:
    """Copies a file; `target` has all of it, durably, or is not there. Its folder has to be synced by the caller.

    Raises ContentDamaged where the file has another `size` or `sha256` than it is to have, FileNotFoundError where
    there is none, and OSError with the name of the file that could not be written.
    """
    fresh = target.with_name(target.name + UNFINISHED)
    try:
        copied = _copy(source, fresh, target, mode)
        _require(copied, size, sha256)
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise
    return copied


def _require(copied: Copied, size: int | None, sha256: str) -> None:
    if (size is not None and copied.size != size) or (sha256 and copied.sha256 != sha256):
        raise ContentDamaged


def _copy(source: Path, fresh: Path, target: Path, mode: int) -> Copied:
    hasher, size, buffer = hashlib.sha256(), 0, memoryview(bytearray(CHUNK))
    with source.open("rb", buffering=0) as reader, _create(fresh, target) as writer:
        while count := reader.readinto(buffer):
            hasher.update(buffer[:count])
            size += count
            with _named(target):
                _write(writer.fileno(), buffer[:count])
        with _named(target):
            os.fchmod(writer.fileno(), mode)
            os.fsync(writer.fileno())
    return Copied(size, hasher.hexdigest())


def _create(fresh: Path, target: Path) -> FileIO:
    with _named(target):
        return FileIO(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb")


@contextmanager
def _named(path: Path) -> Generator[None]:
    """Gives an error the name of the file that it is about: of an open file it has none."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def read_file(source: Path) -> Copied:
    """Reads a file to its end. Raises OSError."""
    hasher, size, buffer = hashlib.sha256(), 0, memoryview(bytearray(CHUNK))
    with source.open("rb", buffering=0) as reader:
        while count := reader.readinto(buffer):
            hasher.update(buffer[:count])
            size += count
    return Copied(size, hasher.hexdigest())


def _write(fd: int, data: memoryview) -> None:
    while data:
        data = data[os.write(fd, data) :]
