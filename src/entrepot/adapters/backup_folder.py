"""A folder with backups. The layout is stable: it has a version, and a release reads all versions up to its own.

    entrepot-backup.json                {"layout": 1}; held with flock(2) while somebody writes or reads
    objects/3/f/3f2a...                 the objects of all snapshots, as a folder store has them (docs/storage.md)
    snapshots/20261130T134648Z-1a2b3c4d/
        manifest.json                   what the snapshot is, with the checksums of the other two
        entrepot.db                     the database
        objects.txt                     a line an object: its id, stored bytes, and their SHA-256
    incoming/20261130T134648Z-1a2b3c4d/ a snapshot that is not whole yet

A snapshot appears by one rename, after all that it names is durable.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from entrepot.errors import DomainError
from entrepot.rules.backups import UNFINISHED, Copied, is_snapshot_id, read_lines

LAYOUT = 1
MARKER = "entrepot-backup.json"
DATABASE = "entrepot.db"
OBJECTS = "objects.txt"
MANIFEST = "manifest.json"
_NOT_OURS = {"lost+found", f"{MARKER}{UNFINISHED}"}


class _Marker(msgspec.Struct):
    layout: int


class Manifest(msgspec.Struct, rename="camel", frozen=True):
    """What a snapshot says of itself. Sizes are bytes as they are stored; `created_at` is UTC, RFC 3339.

    `schema` is the database's revision; `master_keys` names the master keys that open it, an empty name the only one
    that there was. `elsewhere` are the stores whose objects are not in the backup, `missing` the ids of objects that
    the store had not.
    """

    layout: int
    id: str
    created_at: str
    release: str
    schema: str
    master_keys: list[str]
    database_size: int
    database_sha256: str
    objects: int
    object_bytes: int
    objects_sha256: str
    repositories: int
    images: int
    blobs: int
    elsewhere: list[str] = msgspec.field(default_factory=list[str])
    missing: list[str] = msgspec.field(default_factory=list[str])


class BackupFolder:
    """A folder that holds backups. What cannot be used is told by DomainError, in a sentence for an operator."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.objects = root / "objects"
        self._snapshots = root / "snapshots"
        self._incoming = root / "incoming"
        self._marker = root / MARKER

    def prepare(self) -> None:
        """Makes a folder of backups of one that is empty or not there. Raises DomainError where it holds others."""
        if self._marker.exists():
            return
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        if others := [path for path in self.root.iterdir() if path.name not in _NOT_OURS]:
            raise DomainError(f"{self.root} holds no backups but other things, such as {others[0].name}.")
        fresh = self.root / f"{MARKER}{UNFINISHED}"
        fresh.write_bytes(msgspec.json.encode(_Marker(LAYOUT)) + b"\n")
        _sync(fresh)
        fresh.replace(self._marker)
        _sync(self.root)

    @contextmanager
    def held(self, *, writes: bool) -> Generator[None]:
        """Keeps the folder from those who write, or from everybody else to write. Raises DomainError at once."""
        self._check_layout()
        fd = os.open(self._marker, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(fd, (fcntl.LOCK_EX if writes else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise DomainError(f"Another backup or restore is at {self.root}.") from error
        finally:
            os.close(fd)

    def ids(self) -> list[str]:
        """The snapshots, oldest first."""
        if not self._snapshots.is_dir():
            return []
        return sorted(path.name for path in self._snapshots.iterdir() if is_snapshot_id(path.name))

    def path(self, snapshot: str) -> Path:
        """The folder of a snapshot. Raises DomainError where there is none of that name."""
        path = self._snapshots / snapshot
        if not is_snapshot_id(snapshot) or not path.is_dir():
            raise DomainError(f"There is no snapshot {snapshot} in {self.root}.")
        return path

    def manifest(self, snapshot: str) -> Manifest:
        """A snapshot's manifest. Raises DomainError where it is damaged, or of a newer layout."""
        path = self.path(snapshot) / MANIFEST
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except (OSError, ValueError) as error:
            raise DomainError(f"{path} is damaged: {error}") from error
        if found.layout > LAYOUT:
            raise DomainError(f"Snapshot {snapshot} was made by a newer release: {found.release}. Upgrade.")
        return found

    def listed(self, manifest: Manifest) -> dict[str, Copied]:
        """The objects of a snapshot. Raises DomainError where its list is damaged."""
        path = self.path(manifest.id) / OBJECTS
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DomainError(f"{path} cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != manifest.objects_sha256:
            raise DomainError(f"{path} is damaged: it has not the checksum that the manifest has for it.")
        return read_lines(content.decode())

    def begin(self, snapshot: str) -> Path:
        """The folder in which a new snapshot is made."""
        path = self._incoming / snapshot
        path.mkdir(mode=0o700, parents=True)
        return path

    def broken_off(self) -> dict[str, Copied]:
        """The objects of backups that were broken off: they are there, whole and durable."""
        found: dict[str, Copied] = {}
        for path in self._incoming.glob(f"*/{OBJECTS}"):
            found |= read_lines(path.read_text(errors="replace"))
        return found

    def clear(self) -> None:
        """Removes what was broken off; objects that are whole stay, and the lists of them until a snapshot has them."""
        for path in self._incoming.glob("*/*"):
            if path.name != OBJECTS:
                path.unlink()
        for path in self.objects.glob(f"*/*/*{UNFINISHED}"):
            path.unlink(missing_ok=True)

    def publish(self, snapshot: str) -> None:
        """Makes a snapshot visible, all of whose files are written."""
        self._snapshots.mkdir(mode=0o700, exist_ok=True)
        path = self._incoming / snapshot
        for name in (DATABASE, OBJECTS, MANIFEST):
            _sync(path / name)
        _sync(path)
        path.rename(self._snapshots / snapshot)
        for folder in (self._snapshots, self.root):
            _sync(folder)
        shutil.rmtree(self._incoming, ignore_errors=True)

    def withdraw(self, snapshot: str) -> None:
        """Removes a snapshot, in one step to whoever looks. Its objects stay."""
        self._incoming.mkdir(mode=0o700, exist_ok=True)
        (self._snapshots / snapshot).rename(self._incoming / snapshot)
        _sync(self._snapshots)
        (self._incoming / snapshot / OBJECTS).unlink(missing_ok=True)
        shutil.rmtree(self._incoming / snapshot)

    def _check_layout(self) -> None:
        try:
            layout = msgspec.json.decode(self._marker.read_bytes(), type=_Marker).layout
        except FileNotFoundError as error:
            raise DomainError(f"There are no backups in {self.root}.") from error
        except (OSError, ValueError) as error:
            raise DomainError(f"{self._marker} is damaged: {error}") from error
        if layout > LAYOUT:
            raise DomainError(f"The backups in {self.root} were made by a newer release. Upgrade.")


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
