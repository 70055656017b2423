"""Which master keys the settings name, read, made and tried."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from entrepot.adapters import master_key_file
from entrepot.adapters.master_key_raw import read_variable
from entrepot.errors import KeyUnavailable
from entrepot.observing.keys import observed_provider
from entrepot.observing.metrics import Metrics
from entrepot.ports import Database, KeyProvider
from entrepot.services import master_key_rotation
from entrepot.services.master_keys import MasterKeys
from entrepot.settings import Settings
from entrepot.settings_values import KeySource

Reader: TypeAlias = Callable[[], Sequence[KeyProvider]]

FILE = "master.key"
"""The file in the data folder that holds the master key where no setting names another."""


def open_keys(settings: Settings, metrics: Metrics | None = None) -> MasterKeys:
    """The master keys of one process. Raises KeyUnavailable where one is not there, or is no key."""
    require(settings)
    sources = (_current(settings), *settings.master_key_former)
    readers = [_observed(_reader(settings, source), source.kind, metrics) for source in sources]
    return MasterKeys(lambda: [key for read in readers for key in read()])


def _observed(read: Reader, kind: str, metrics: Metrics | None) -> Reader:
    if metrics is None:
        return read
    return lambda: [observed_provider(each, kind, metrics) for each in read()]


def ensure(settings: Settings, *, sealed: bool) -> None:
    """Makes the master key where it is a file, unless something was `sealed` with one before."""
    path = key_file(settings)
    if path is None or path.exists():
        return
    if sealed:
        raise missing(settings, path)
    master_key_file.create_file(path)


def require(settings: Settings) -> None:
    """Raises KeyUnavailable where the master key is a file that is not there."""
    path = key_file(settings)
    if path and not path.exists():
        raise missing(settings, path)


def missing(settings: Settings, path: Path) -> KeyUnavailable:
    """What is said where the file is not there."""
    copied = "Copy master.key from the data folder of another node, or restore it."
    remedy = copied if settings.database and not settings.master_key else "Restore it."
    return KeyUnavailable(
        f"The master key {path} is missing, and the data cannot be read without it. {remedy}", "NotFoundException"
    )


def key_file(settings: Settings) -> Path | None:
    """The file of the current master key; None where it is kept in another way."""
    source = _current(settings)
    return Path(source.place) if source.kind == "file" else None


def require_file(settings: Settings) -> Path:
    """As `key_file`. Raises KeyUnavailable where the master key is kept in another way."""
    if path := key_file(settings):
        return path
    raise KeyUnavailable(
        f"The master key is {settings.master_key}, where this command changes nothing. Make a new one there, and name "
        "both in master_key and master_key_former (docs/master-key.md).",
        "UnsupportedOperationException",
    )


def new_key(settings: Settings, *, standby: bool) -> str:
    """Adds a new key to the file and, unless it is to stand by, makes it the one that wraps; returns its name.

    In two steps, each durable before the next: what wraps first is never in one version of the file alone.
    """
    path = require_file(settings)
    require(settings)
    name = master_key_file.add_key(path).name
    if not standby:
        master_key_file.promote(path, name)
    return name


def promote(settings: Settings, name: str) -> None:
    """Makes a key that stands by in the file the one that wraps."""
    require(settings)
    master_key_file.promote(require_file(settings), name)


async def forget(settings: Settings, db: Database, keys: MasterKeys, now: int) -> str:
    """Retires all master keys but the current one, and drops them from its file; returns its name.

    Retired first: whoever still has the file from before may go on reading, and wraps nothing with them.
    """
    path = key_file(settings)
    if path is None:
        return await master_key_rotation.forget(db, keys, now)
    with master_key_file.locked(path):
        name = await master_key_rotation.forget(db, keys, now)
        master_key_file.keep_first(path)
    return name


def _current(settings: Settings) -> KeySource:
    return settings.master_key or KeySource("file", str(settings.data / FILE))


def _reader(settings: Settings, source: KeySource) -> Reader:
    """What reads the keys of one place: files are read each time, what is asked for a key is connected to once."""
    if source.kind == "file":
        return lambda: master_key_file.read_file(Path(source.place))
    if source.kind == "env":
        return lambda: [read_variable(source.place, os.environ)]
    # boto3 takes long to import, and the other kinds have no use for it.
    from entrepot.adapters.master_key_kms import KmsKey, KmsOptions  # noqa: PLC0415

    key = KmsKey(KmsOptions(source.place, settings.master_key_endpoint_url, settings.master_key_profile))
    return lambda: [key]
