"""Master keys in a file: 64 hexadecimal digits a line, for its owner only.

The first line is the key that wraps; those below it still unwrap, or wait for their turn. Whatever a change does, the
file is there and whole at every moment, with every key that anything may have been wrapped with: a key is durable
before it comes first, and goes only by `keep_first`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from entrepot.adapters.master_key_raw import RawKey, key_of
from entrepot.errors import KeyUnavailable

_MODE = 0o600
_MOST_BYTES = 1 << 16


def read_file(path: Path) -> list[RawKey]:
    """All keys of a file, the one that wraps first.

    Raises KeyUnavailable where it cannot be read, is not what it should be, or others may read it too.
    """
    return [RawKey(key, str(path)) for key in _keys(path)]


def create_file(path: Path) -> None:
    """Makes a file with a new key, mode 0600, under a name that is not taken yet.

    The file is whole and durable from the moment it has its name: a first start that is cut short, or finds no room,
    leaves no half of a key for the next one to refuse.
    """
    fresh = _write_fresh(path, [os.urandom(32)])
    path.hardlink_to(fresh)  # which, unlike a rename, never replaces a key
    fresh.unlink()
    _sync_folder(path)


def add_key(path: Path) -> RawKey:
    """Adds a new key as the last line, where it wraps nothing yet. What the file held before is kept in `backup_of`."""
    path = path.resolve()
    with locked(path):
        keys = _keys(path)
        _replace(backup_of(path), path, keys)
        keys.append(os.urandom(32))
        _replace(path, path, keys)
    return RawKey(keys[-1], str(path))


def promote(path: Path, name: str) -> None:
    """Makes the key of that name the first. Raises KeyUnavailable where the file has none of that name."""
    path = path.resolve()
    with locked(path):
        keys = _keys(path)
        named = [key for key in keys if RawKey(key, "").name == name]
        if not named:
            raise KeyUnavailable(f"There is no master key {name} in {path}", "NotFoundException")
        _replace(path, path, [named[0], *(key for key in keys if key not in named)])


def keep_first(path: Path) -> None:
    """Drops all keys but the first, and the backup, in which they are as well. The caller holds the lock."""
    path = path.resolve()
    _replace(path, path, _keys(path)[:1])
    backup_of(path).unlink(missing_ok=True)
    _sync_folder(path)


def backup_of(path: Path) -> Path:
    """Where the content from before the last new key is kept until that is the only one."""
    return path.with_name(f"{path.name}.before")


@contextmanager
def locked(path: Path) -> Generator[None]:
    """One change of a file at a time: two new keys at once would each be made without the other."""
    path = path.resolve()
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _keys(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            _require_private(path, os.fstat(file.fileno()))
            lines = file.read(_MOST_BYTES).strip().split(b"\n")
    except OSError as error:
        code = "NotFoundException" if error.errno == errno.ENOENT else "KeyUnavailableException"
        raise KeyUnavailable(f"The master key {path} cannot be read: {error.strerror}", code) from error
    keys: list[bytes] = []
    for number, line in enumerate(lines, 1):
        if (key := key_of(line.strip())) is None:
            where = f"line {number} of the master key {path}" if number > 1 else f"The master key {path}"
            raise KeyUnavailable(f"{where} is not 64 hexadecimal digits", "InvalidKeyUsageException")
        if key not in keys:
            keys.append(key)
    return keys


def _require_private(path: Path, status: os.stat_result) -> None:
    # What another user owns, as secrets that are mounted into a container, is given to us through our group.
    mine = status.st_uid == os.geteuid()
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISREG(status.st_mode) and mode & (0o077 if mine else 0o037):
        remedy = f"chmod {'600' if mine else '440'} {path}"
        raise KeyUnavailable(
            f"The master key {path} may be read or changed by others (mode {mode:04o}). Shut them out: {remedy}",
            "InvalidKeyUsageException",
        )


def _replace(path: Path, like: Path, keys: Sequence[bytes]) -> None:
    """Writes a file in one step, with the owner and the mode of `like`, so that a server that may read that can."""
    status = like.stat()
    fresh = _write_fresh(path, keys, status)
    fresh.replace(path)
    _sync_folder(path)


def _write_fresh(path: Path, keys: Sequence[bytes], status: os.stat_result | None = None) -> Path:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "w") as file:
        if status and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, status.st_uid, status.st_gid)
        if status:
            os.fchmod(descriptor, stat.S_IMODE(status.st_mode))
        file.writelines(f"{key.hex()}\n" for key in keys)
        file.flush()
        os.fsync(descriptor)
    return fresh


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
