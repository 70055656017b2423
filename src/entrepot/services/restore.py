"""Puts a snapshot back into an empty data folder.

Everything that can be wrong with the backup or the key is found before anything is written. Then a note in the folder
says that it is being restored: no server starts on it until the restore, or a second run of it, has come to its end.
Objects come first, the database last, in one rename.
"""

from __future__ import annotations

import os
import shutil
import threading
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec

from entrepot.adapters.backup_folder import DATABASE, BackupFolder, Manifest
from entrepot.blobs.copies import copy_file
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.folder_files import replace_file, sync_folder
from entrepot.errors import ContentDamaged, DomainError
from entrepot.meta import schema, sqlite_snapshot
from entrepot.rules.backups import Copied
from entrepot.rules.pairs import Mark
from entrepot.services.backup_verify import check_snapshot

THREADS = 8
BATCH = 1_000
SHOWN = 20
NOTE = "restoring.json"
"""The note, in the data folder."""


Tell = Callable[[int, int], None]
TryKey = Callable[[Path], None]
"""Raises KeyUnavailable where the master key is not the one that opens the database of a snapshot."""


class _Note(msgspec.Struct):
    snapshot: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a snapshot goes: the data folder, the folder of layers and the name that rows have for it.

    `master_key` is the file of the key that is to be copied into the data folder as `master_key_path`, if any.
    """

    data: Path
    database: Path
    layers: Path
    layers_name: str
    master_key: Path | None
    master_key_path: Path

    @property
    def note(self) -> Path:
        """There while a restore is under way, or was broken off."""
        return self.data / NOTE


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored; `lacking` are objects that are not there, since the backup does not have them whole."""

    manifest: Manifest
    copied: int
    lacking: list[str]


def require_finished(data: Path) -> None:
    """Raises DomainError where a restore into this data folder did not come to its end."""
    if (data / NOTE).exists():
        raise DomainError(
            f"A restore into {data} was broken off: run the same `entrepot restore` again, which goes on with it."
        )


def restore(
    folder: BackupFolder, manifest: Manifest, target: Target, try_key: TryKey, *, incomplete: bool, tell: Tell
) -> Restored:
    """Restores a snapshot. Whoever calls holds the folder. Raises DomainError, KeyUnavailable, OSError.

    `incomplete` goes on without the objects that the backup does not have whole; without it nothing is written where
    any is known to be missing, and a restore that finds one damaged does not end.
    """
    listed, lacking = _examine(folder, manifest, target, try_key, incomplete=incomplete)
    _begin(target, manifest)
    copying = _Copying(folder, target)
    copied = copying.run({name: each for name, each in listed.items() if name not in lacking}, tell)
    lacking |= set(copying.damaged)
    if copying.damaged and not incomplete:
        raise DomainError(_told("The backup is damaged", sorted(copying.damaged)) + " --incomplete goes on without.")
    _place_database(folder, manifest, target)
    (target.note).unlink(missing_ok=True)
    sync_folder(target.data)
    return Restored(manifest, copied, sorted(lacking))


def _examine(
    folder: BackupFolder, manifest: Manifest, target: Target, try_key: TryKey, *, incomplete: bool
) -> tuple[dict[str, Copied], set[str]]:
    """The objects of a snapshot and those that it lacks, after all that can be looked at beforehand."""
    _require_room_for_it(target, manifest)
    database = folder.path(manifest.id) / DATABASE
    schema.require_known(manifest.schema, sqlite_snapshot.oldest_release(database))
    try_key(database)
    listed, found = check_snapshot(folder, manifest)
    if manifest.missing:
        found.append(f"{len(manifest.missing)} objects were missing already when the backup was made")
    if found and not incomplete:
        raise DomainError(_told("The backup is not whole", found) + " --incomplete restores the rest.")
    sizes = dict(FolderStore(folder.objects).sizes())
    lacking = {name for name, copied in listed.items() if sizes.get(name) != copied.size} | set(manifest.missing)
    _require_space(target, manifest)
    return listed, lacking


def _require_room_for_it(target: Target, manifest: Manifest) -> None:
    """Refuses a folder that holds anything but what a restore of the same snapshot left."""
    if target.note.exists():
        with suppress(ValueError):
            if msgspec.json.decode(target.note.read_bytes(), type=_Note).snapshot == manifest.id:
                return
        raise DomainError(
            f"A restore of another snapshot into {target.data} was broken off: end that one, or empty the folder."
        )
    if target.database.exists():
        raise DomainError(f"{target.data} holds a deployment already: nothing is restored over it.")
    if target.layers.is_dir() and next(FolderStore(target.layers).objects(), None):
        raise DomainError(f"{target.layers} holds layers already: nothing is restored over them.")
    given = target.master_key
    if given and target.master_key_path.exists() and given.read_bytes() != target.master_key_path.read_bytes():
        raise DomainError(f"{target.master_key_path} is another master key than {given}.")


def _require_space(target: Target, manifest: Manifest) -> None:
    parent = next(path for path in (target.layers, *target.layers.parents) if path.exists())
    there = sum(size for _, size in FolderStore(target.layers).sizes()) if target.layers.is_dir() else 0
    needed, free = manifest.object_bytes - there + 2 * manifest.database_size, shutil.disk_usage(parent).free
    if needed > free:
        raise DomainError(f"There is no room for the snapshot at {parent}: {needed} bytes are needed, {free} are free.")


def _begin(target: Target, manifest: Manifest) -> None:
    target.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(target.note, msgspec.json.encode(_Note(manifest.id)) + b"\n")
    if target.master_key and not target.master_key_path.exists():
        copy_file(target.master_key, target.master_key_path, mode=0o600)
    target.layers.mkdir(mode=0o700, parents=True, exist_ok=True)


class _Copying:
    """Objects on their way back. Those that are there in their whole length were checked when they came."""

    def __init__(self, folder: BackupFolder, target: Target) -> None:
        self.damaged: list[str] = []
        self._from = FolderStore(folder.objects)
        self._to = FolderStore(target.layers)
        self._stopped = threading.Event()

    def run(self, listed: dict[str, Copied], tell: Tell) -> int:
        """Copies what is not there yet; returns how many that were."""
        there = dict(self._to.sizes())
        names = [name for name, copied in listed.items() if there.get(name) != copied.size]
        with ThreadPoolExecutor(THREADS, thread_name_prefix="restore") as threads:
            try:
                for start in range(0, len(names), BATCH):
                    tell(start, len(names))
                    list(threads.map(partial(self._one, listed), names[start : start + BATCH]))
            finally:
                self._stopped.set()
        for leaf in sorted({self._to.path(name).parent for name in listed}):
            sync_folder(leaf)
        return len(names) - len(self.damaged)

    def _one(self, all_listed: Mapping[str, Copied], name: str) -> None:
        if self._stopped.is_set():
            return
        listed = all_listed[name]
        try:
            copy_file(self._from.path(name), self._to.path(name), size=listed.size, sha256=listed.sha256)
        except (ContentDamaged, FileNotFoundError):
            self.damaged.append(name)


def _place_database(folder: BackupFolder, manifest: Manifest, target: Target) -> None:
    """The last step: from its rename on there is a deployment."""
    if target.database.exists():
        return  # a run before this one came as far as here
    fresh = target.database.with_name(f"{target.database.name}.restoring")
    source = folder.path(manifest.id) / DATABASE
    copy_file(source, fresh, size=manifest.database_size, sha256=manifest.database_sha256, mode=0o600)
    if target.layers_name:
        sqlite_snapshot.place(fresh, target.layers_name)
    mark = Mark(1, uuid.uuid4().hex)
    sqlite_snapshot.mark(fresh, target.layers_name, str(mark))
    FolderStore(target.layers).set_mark(f"{mark}\n")
    fd = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
    fresh.rename(target.database)
    sync_folder(target.data)


def _told(what: str, found: list[str]) -> str:
    shown = "; ".join(found[:SHOWN])
    more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{what}: {shown}{more}."
