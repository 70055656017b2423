"""What backups and restores are made with: the folders of a deployment, and an App on a snapshot."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from entrepot import app, app_blobs
from entrepot.adapters.backup_folder import DATABASE, BackupFolder
from entrepot.adapters.master_key import FileKeyProvider
from entrepot.blobs.folder import FolderStore
from entrepot.context import App
from entrepot.errors import DomainError, KeyUnavailable
from entrepot.ports import KeyProvider
from entrepot.services.backup import Source
from entrepot.services.restore import Target
from entrepot.settings import Settings

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
    return Target(settings.data, paths.database, layers, name, master_key, paths.master_key)


def key_provider(settings: Settings, master_key: Path | None) -> KeyProvider:
    """The master key that a snapshot is to be opened with. Raises KeyUnavailable."""
    path = master_key or app.Paths(settings.data).master_key
    if not path.exists():
        raise KeyUnavailable(
            f"The master key {path} is missing, and the backup cannot be read without it. Put it there, or name it "
            "with --master-key.",
            "NotFoundException",
        )
    return FileKeyProvider(path)


@asynccontextmanager
async def opened_snapshot(settings: Settings, folder: BackupFolder, snapshot: str) -> AsyncGenerator[App]:
    """An App on a copy of a snapshot's database, which is brought to this release's schema, and on its objects."""
    with tempfile.TemporaryDirectory(prefix="entrepot-backup-") as scratch:
        data = Path(scratch)
        paths = app.Paths(data)
        shutil.copyfile(folder.path(snapshot) / DATABASE, paths.database)
        (data / "blobs").symlink_to(folder.objects.resolve())
        paths.master_key.symlink_to(app.Paths(settings.data).master_key)
        own = replace(settings, data=data, blobs=None, blobs_also=(), blob_delivery="server", work=False)
        app.migrate_database(own)
        async with app.opened(own) as running:
            yield running
