"""Modes and owners of files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from entrepot import app_keys
from entrepot.doctor.site import Site
from entrepot.rules.doctor import files
from entrepot.rules.doctor.files import FileFact
from entrepot.rules.doctor.finding import Finding

NO_DEPLOYMENT = "no-deployment"
FOLDER, PRIVATE, SHARED, PUBLIC = 0o700, 0o600, 0o640, 0o644


async def check(site: Site) -> list[Finding]:
    """Files that others may read, that belong to somebody else, or that cannot be used."""
    data = site.settings.data
    if not data.is_dir():
        what = f"there is no deployment in {data}"
        return [Finding(NO_DEPLOYMENT, "error", what, "start entrepot serve, or name the data folder with --data")]
    owner = data.stat().st_uid
    return list(files.judge(owner, [*_files(site, owner)]))


def _files(site: Site, owner: int) -> Iterator[FileFact]:
    paths, settings = site.paths, site.settings
    yield from _fact(paths.data, "the data folder", FOLDER)
    if key := app_keys.key_file(settings):
        # As a server takes it: a group may read one that belongs to somebody else.
        mine = key.exists() and key.stat().st_uid == os.geteuid()
        yield from _fact(key, "the master key", PRIVATE if mine else SHARED, secret=True)
    for ending in ("", "-wal", "-shm"):
        path = paths.database.with_name(paths.database.name + ending)
        yield from _fact(path, "the database", PRIVATE, secret=True)
    yield from _fact(paths.aws_config.parent, "the folder of the profiles", FOLDER)
    yield from _fact(paths.aws_config, "the file of the profiles", PRIVATE, secret=True)
    config = settings.config or paths.data / "entrepot.toml"
    password = bool(settings.database)
    yield from _fact(config, "the settings file", SHARED if password else PUBLIC, secret=password, writes=False)
    for folder in site.folders:
        yield from _fact(folder, "the folder of layers", FOLDER)
    if settings.tls_key:
        # Often a group's that is there for keys, and root's.
        yield from _fact(settings.tls_key, "the private key", SHARED, secret=True, writes=False, owner=owner)


def _fact(
    path: Path, what: str, allowed: int, *, secret: bool = False, writes: bool = True, owner: int | None = None
) -> Iterator[FileFact]:
    """The facts of a file that is there."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    wanted = os.R_OK | (os.W_OK if writes else 0) | (os.X_OK if path.is_dir() else 0)
    usable = os.access(path, wanted)
    whose = status.st_uid if owner is None else owner
    yield FileFact(str(path), what, status.st_mode, whose, allowed, secret, usable)
