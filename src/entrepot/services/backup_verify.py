"""Reads backups back: everything is there, and is what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrepot.adapters.backup_folder import DATABASE, BackupFolder, Manifest
from entrepot.blobs.copies import read_file
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.forms import stored_size
from entrepot.context import App
from entrepot.meta import sqlite_snapshot
from entrepot.rules.backups import Copied, differing
from entrepot.rules.sampling import Sample
from entrepot.services import verify
from entrepot.services.verify import Orders


@dataclass(slots=True)
class Verified:
    """What was looked at, and sentences about what was found.

    Layers and manifests that were opened and `read`, and objects whose stored bytes were `compared` with a checksum.
    """

    snapshots: int = 0
    objects: int = 0
    read: int = 0
    manifests: int = 0
    compared: int = 0
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


def read_objects(folder: BackupFolder, listed: Mapping[str, Copied], sample: Sample, into: Verified) -> None:
    """Compares the stored bytes of objects with the checksums that they were copied with. Needs no key."""
    store = FolderStore(folder.objects)
    for name in filter(sample.holds, listed):
        try:
            good = read_file(store.path(name)) == listed[name]
        except FileNotFoundError:
            continue  # found before
        into.compared += 1
        if not good:
            into.found.append(f"object {name} is damaged: it has another checksum than when it was copied")


async def read_contents(app: App, sample: Sample, into: Verified) -> bool:
    """Opens layers and manifests of a snapshot, which `app` is on, and compares digests.

    Says whether there were any under a key that cannot be used.
    """
    found = await verify.read_back(app, Orders(sample))
    into.read += found.blobs
    into.manifests += found.manifests
    into.found += [
        f"{'object ' + each.object_id if each.object_id else 'manifest ' + each.digest} is {each.kind}: {each.why}"
        for each in found.findings
    ]
    return bool(found.sealed)
