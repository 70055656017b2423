"""What backups and restores are made with: the folders of a deployment, and an App on a snapshot."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from entrepot import app, app_blobs, app_keys
from entrepot.adapters.backup_folder import DATABASE, BackupFolder
from entrepot.blobs.folder import FolderStore
from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.meta import sqlite_snapshot
from entrepot.services.backup import Source
from entrepot.services.restore import Target, TryKey
from entrepot.settings import Settings
from entrepot.settings_values import KeySource

INSTEAD = (
    "The metadata is on PostgreSQL, which has tools of its own for this: first the database (pg_dump, or pg_basebackup "
    "with archived WAL), then the store of layers (the bucket's versioning or replication), with gc_delay longer than "
    "what lies between the two. After a restore run `entrepot restore --check`. See docs/backup.md."
)


def source(settings: Settings) -> Source:
    """What `entrepot backup` copies. Raises DomainError where that is for other tools."""
    if settings.database:
        raise DomainError(INSTEAD)
    places = app_blobs.stores(settings)
    folders = {app_blobs.store_name(settings, each): FolderStore(each) for each in places if isinstance(each, Path)}
    return Source(app.Paths(settings.data).database, folders)


def target(settings: Settings, master_key: Path | None) -> Target:
    """Where `entrepot restore` puts things: layers go where new ones will, unless that is a bucket."""
    if settings.database:
        raise DomainError(f"A backup of SQLite is not restored to PostgreSQL. {INSTEAD}")
    paths = app.Paths(settings.data)
    layers = settings.blobs if isinstance(settings.blobs, Path) else settings.data / "blobs"
    name = app_blobs.store_name(settings, layers)
    return Target(settings.data, paths.database, layers, name, master_key, settings.data / app_keys.FILE)


def key_trial(settings: Settings, master_key: Path | None) -> TryKey:
    """Tries the master key that the settings name, or the one in a file, on the database of a snapshot."""
    keyed = replace(settings, master_key=KeySource("file", str(master_key))) if master_key else settings

    def try_key(database: Path) -> None:
        with sqlite_snapshot.reading_engine(database) as engine:
            app.try_master_key(keyed, app.sealing_of(engine))

    return try_key


@asynccontextmanager
async def opened_snapshot(settings: Settings, folder: BackupFolder, snapshot: str) -> AsyncGenerator[App]:
    """An App on a copy of a snapshot's database, which is brought to this release's schema, and on its objects.

    Raises KeyUnavailable where the master key is not the one of the snapshot, as after a rotation.
    """
    with tempfile.TemporaryDirectory(prefix="entrepot-backup-") as scratch:
        data = Path(scratch)
        paths = app.Paths(data)
        shutil.copyfile(folder.path(snapshot) / DATABASE, paths.database)
        (data / "blobs").symlink_to(folder.objects.resolve())
        key = settings.master_key or KeySource("file", str(settings.data / app_keys.FILE))
        own = replace(settings, data=data, master_key=key, blobs=None, blobs_also=(), blob_delivery="server")
        app.try_master_key(own, app.migrate_database(own))
        async with app.opened(own) as running:
            yield running
