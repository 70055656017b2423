"""Backups of a deployment on SQLite and folders: a copy of the database, then the objects that the copy names.

Everything goes on meanwhile. Objects are immutable and no id is used twice, so that one which a backup has is never
copied again, and any number of snapshots share it. A hold keeps those that the copy names in the store until they are
copied, whatever is deleted meanwhile. Whoever is killed leaves whole objects and no snapshot: the next run goes on.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TextIO

import msgspec

from entrepot import __version__
from entrepot.adapters.backup_folder import DATABASE, LAYOUT, MANIFEST, OBJECTS, BackupFolder, Manifest
from entrepot.blobs.copies import copy_file, read_file
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.folder_files import sync_folder
from entrepot.blobs.forms import stored_size
from entrepot.context import App
from entrepot.errors import ContentDamaged, DomainError
from entrepot.meta import sqlite_snapshot
from entrepot.meta.sqlite_snapshot import NamedObject
from entrepot.rules.backups import Copied, line, snapshot_id
from entrepot.services import holds

THREADS = 8
BATCH = 1_000

Tell = Callable[[int, int], None]
"""Called with how many objects are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: the file of the database, and the folders of layers by the names that rows have for them."""

    database: Path
    folders: Mapping[str, FolderStore]


@dataclass(frozen=True, slots=True)
class Done:
    """A snapshot, and what it took: objects that were copied, and their bytes."""

    manifest: Manifest
    copied: int
    copied_bytes: int


async def back_up(app: App, source: Source, folder: BackupFolder, tell: Tell) -> Done:
    """Makes a snapshot. Whoever calls holds the folder.

    Raises DomainError where it cannot be made, StorageUnavailable, OSError. Ended by a cancellation it leaves what a
    process leaves that was killed.
    """
    moment, making = app.clock(), Making(source, folder, tell)
    name = snapshot_id(moment, app.new_id().replace("-", ""))
    async with holds.hold(app, "backup") as mine:
        try:
            await asyncio.to_thread(making.copy, name)
        finally:
            making.stopped.set()
        if making.missing and (mine.broken or app.clock() >= mine.ends):
            raise DomainError("The backup stood still for too long, and objects were deleted meanwhile. Run it again.")
    return await asyncio.to_thread(making.publish, name, moment)


class Making:
    """One snapshot in the making. Runs in a thread of its own, with others that copy."""

    def __init__(self, source: Source, folder: BackupFolder, tell: Tell) -> None:
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self.missing: list[str] = []
        self._source = source
        self._folder = folder
        self._tell = tell
        self._store = FolderStore(folder.objects)
        self._listed: dict[str, Copied] = {}
        self._copied = self._copied_bytes = 0
        self._elsewhere: list[str] = []

    def copy(self, name: str) -> None:
        """Makes the copy of the database, and copies what it names."""
        there = self._usable()
        self._folder.clear()
        path = self._folder.begin(name)
        sqlite_snapshot.take(self._source.database, path / DATABASE)
        named = sqlite_snapshot.named_objects(path / DATABASE)
        sqlite_snapshot.clear(path / DATABASE, list(self._source.folders))
        here = [each for each in named if each.store in self._source.folders]
        self._elsewhere = sorted({each.store for each in named} - set(self._source.folders))
        # A line at a time: what a process that is killed has copied, the next one is to find.
        with (path / OBJECTS).open("w", buffering=1) as lines, ThreadPoolExecutor(THREADS) as threads:
            try:
                for batch in _batches(here):
                    list(threads.map(partial(self._one, there, lines), batch))
                    self._tell(len(self._listed) + len(self.missing), len(here))
            finally:
                self.stopped.set()  # where one cannot be copied, as on a full disk, the others need not be
        self._sync(name)

    def publish(self, name: str, moment: datetime) -> Done:
        """Writes the manifest and makes the snapshot visible."""
        path = self._folder.root / "incoming" / name
        database, listed, facts = (
            read_file(path / DATABASE),
            read_file(path / OBJECTS),
            sqlite_snapshot.facts(path / DATABASE),
        )
        manifest = Manifest(
            layout=LAYOUT,
            id=name,
            created_at=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            release=__version__,
            schema=facts.schema,
            master_keys=facts.master_keys,
            database_size=database.size,
            database_sha256=database.sha256,
            objects=len(self._listed),
            object_bytes=sum(each.size for each in self._listed.values()),
            objects_sha256=listed.sha256,
            repositories=facts.repositories,
            images=facts.images,
            blobs=facts.blobs,
            elsewhere=self._elsewhere,
            missing=sorted(self.missing),
        )
        (path / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        self._folder.publish(name)
        return Done(manifest, self._copied, self._copied_bytes)

    def _usable(self) -> dict[str, Copied]:
        """What the backup has already: objects that are there in the length and with the checksum of some list."""
        known = self._folder.broken_off()
        for each in self._folder.ids():
            known |= self._folder.listed(self._folder.manifest(each))
        sizes = dict(self._store.sizes())
        return {name: copied for name, copied in known.items() if sizes.get(name) == copied.size}

    def _one(self, there: Mapping[str, Copied], lines: TextIO, named: NamedObject) -> None:
        if self.stopped.is_set():
            raise DomainError("The backup was ended.")
        size = stored_size(named.format, named.size)
        known = there.get(named.object_id)
        copied = known if known and known.size == size else self._copy(named, size)
        with self._lock:
            if copied is None:
                self.missing.append(named.object_id)
                return
            self._listed[named.object_id] = copied
            lines.write(line(named.object_id, copied))
            if copied is not known:
                self._copied, self._copied_bytes = self._copied + 1, self._copied_bytes + copied.size

    def _copy(self, named: NamedObject, size: int) -> Copied | None:
        source = self._source.folders[named.store].path(named.object_id)
        try:
            return copy_file(source, self._store.path(named.object_id), size=size)
        except (FileNotFoundError, ContentDamaged):
            return None

    def _sync(self, name: str) -> None:
        """Makes the names of copied objects durable, before anything names them."""
        for leaf in sorted({self._store.path(each).parent for each in self._listed}):
            sync_folder(leaf)
        sync_folder(self._folder.root / "incoming" / name)


def _batches(named: list[NamedObject]) -> Iterator[list[NamedObject]]:
    return (named[start : start + BATCH] for start in range(0, len(named), BATCH))
