"""Reads backups back: everything is there, and is what it was."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Collection
from dataclasses import dataclass, field

from entrepot.adapters.backup_folder import DATABASE, BackupFolder, Manifest
from entrepot.blobs.copies import read_file
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.forms import stored_size
from entrepot.context import App
from entrepot.errors import ContentDamaged, KeyUnavailable
from entrepot.meta import blobs, sqlite_snapshot
from entrepot.meta.blobs import BlobRow
from entrepot.rules.backups import Copied, differing
from entrepot.rules.digests import parse_digest
from entrepot.services import blob_storage

PAGE = 500


@dataclass(slots=True)
class Verified:
    """What was looked at, and sentences about what was found. `unread` blobs are under keys that cannot be used."""

    snapshots: int = 0
    objects: int = 0
    read: int = 0
    unread: int = 0
    found: list[str] = field(default_factory=list[str])


def check_snapshot(folder: BackupFolder, manifest: Manifest) -> tuple[dict[str, Copied], list[str]]:
    """The list of a snapshot, and what is wrong with it without a look into objects. Raises DomainError."""
    found: list[str] = []
    path = folder.path(manifest.id) / DATABASE
    listed = folder.listed(manifest)
    if read_file(path) != Copied(manifest.database_size, manifest.database_sha256):
        return listed, [f"{path} is damaged: it has not the checksum that the manifest has for it"]
    named = {
        each.object_id: stored_size(each.format, each.size)
        for each in sqlite_snapshot.named_objects(path)
        if each.store not in manifest.elsewhere
    }
    found += [
        f"object {each} is not in the list of {manifest.id}" for each in differing(named, listed, manifest.missing)
    ]
    sizes = dict(FolderStore(folder.objects).sizes())
    for name, copied in listed.items():
        if name not in sizes:
            found.append(f"object {name} is missing")
        elif sizes[name] != copied.size:
            found.append(f"object {name} has {sizes[name]} bytes and not {copied.size}")
    return listed, found


def read_objects(folder: BackupFolder, listed: dict[str, Copied], chosen: Collection[str], into: Verified) -> None:
    """Compares the stored bytes of objects with the checksums that they were copied with. Needs no key."""
    store = FolderStore(folder.objects)
    for name in chosen:
        try:
            good = read_file(store.path(name)) == listed[name]
        except FileNotFoundError:
            continue  # found before
        into.read += 1
        if not good:
            into.found.append(f"object {name} is damaged: it has another checksum than when it was copied")


async def read_blobs(app: App, chosen: Collection[str], into: Verified) -> set[str]:
    """Opens blobs of a snapshot, which `app` is on, and compares digests; returns the objects that could be opened."""
    opened, after = set[str](), 0
    while page := await app.db.read(blobs.page_of_blobs, after, PAGE):
        after = page[-1].id
        for row in page:
            if row.object_id in chosen and await _read(app, row, into):
                opened.add(row.object_id)
    return opened


async def _read(app: App, row: BlobRow, into: Verified) -> bool:
    algorithm, _ = parse_digest(row.digest)
    hasher = hashlib.new(algorithm)
    try:
        blob = await blob_storage.stored(app, row)
    except KeyUnavailable:
        into.unread += 1
        return False
    try:
        async for piece in app.blobs.read(blob, 0, row.size):
            hasher.update(piece)
        good = f"{algorithm}:{hasher.hexdigest()}" == row.digest
    except ContentDamaged:
        good = False
    into.read += 1
    if not good:
        into.found.append(f"object {row.object_id} is damaged: it does not hold {row.digest}")
    return True


def sample(names: Collection[str], percent: float) -> set[str]:
    """So many of the names, at random; at least one where there is any."""
    count = -(-len(names) * percent // 100)
    return set(random.sample(sorted(names), min(len(names), int(count))))
