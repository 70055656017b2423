"""The composition root: the only module that names concrete backends."""

from __future__ import annotations

import asyncio
import configparser
import os
import time
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp

from entrepot.adapters.jwks import CachedJwks
from entrepot.adapters.jwks_https import HttpsJwks
from entrepot.adapters.master_key import FileKeyProvider, create_master_key
from entrepot.blobs.folder import FolderStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.context import App, Naming, Registry
from entrepot.errors import KeyUnavailable, StorageUnavailable
from entrepot.fronts.root import Root
from entrepot.jobs import periodic
from entrepot.meta import data_keys
from entrepot.meta.schema import migrate
from entrepot.meta.sqlite import SqliteDatabase, sqlite_engine
from entrepot.services import credentials
from entrepot.services.access_cache import ProcessCache
from entrepot.services.credentials import AccessKey
from entrepot.services.keyring import MasterKeyring
from entrepot.settings import Settings

PROFILE = "entrepot"
"""The profile of the account that the settings name."""


@dataclass(frozen=True, slots=True)
class Paths:
    """Where a deployment on one machine keeps its things, all under its data folder."""

    data: Path

    @property
    def database(self) -> Path:
        """The metadata."""
        return self.data / "entrepot.db"

    @property
    def blobs(self) -> Path:
        """The sealed layers."""
        return self.data / "blobs"

    @property
    def master_key(self) -> Path:
        """What all data keys are wrapped with."""
        return self.data / "master.key"

    @property
    def aws_config(self) -> Path:
        """The profile that the AWS CLI and the SDKs read."""
        return self.data / "aws" / "config"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` leaves for whoever starts the server to tell its user."""

    aws_config: Path
    url: str


def prepare(settings: Settings) -> Prepared:
    """Creates what the first start needs and finds it again at the next; leaves nothing open.

    Raises KeyUnavailable where the master key is missing, unreadable or not the one that sealed the data,
    StorageUnavailable where the database cannot be used, and OSError where files cannot be made.
    """
    paths = Paths(settings.data)
    for folder in (paths.data, paths.blobs, paths.aws_config.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _ensure_master_key(paths)
    _migrate(paths.database)
    paths.database.chmod(0o600)
    root = asyncio.run(_ensure_root(settings, settings.account))
    _write_profile(paths.aws_config, PROFILE, root, settings)
    return Prepared(paths.aws_config, settings.url)


def create_account(settings: Settings, account: str) -> str:
    """Creates an account with its root and an access key, or finds it again; returns the profile that signs for it.

    The profile, in the file where `prepare` left its own, is for the settings' region and for the same address.
    Raises KeyUnavailable where nothing was prepared.
    """
    require_deployment(settings)
    paths = Paths(settings.data)
    root = asyncio.run(_ensure_root(settings, account))
    name = f"entrepot-{account}"
    _write_profile(paths.aws_config, name, root, settings)
    return name


def require_deployment(settings: Settings) -> None:
    """Raises KeyUnavailable where nothing was prepared, so that no command makes half a deployment."""
    paths = Paths(settings.data)
    if not (paths.master_key.exists() and paths.database.exists()):
        raise KeyUnavailable(
            f"There is no deployment in {settings.data}: start `entrepot serve` first.", "NotFoundException"
        )


def build(settings: Settings) -> ASGIApp:
    """The ASGI application of one process."""
    return Root(lambda: running(settings))


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[App]:
    """The App of one process, with its periodic work, while it serves."""
    async with opened(settings) as app:
        task = asyncio.create_task(periodic.run(app))
        try:
            yield app
        finally:
            task.cancel()


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[App]:
    """The App of one process: what the command line needs, without periodic work."""
    paths = Paths(settings.data)
    db = SqliteDatabase(paths.database)
    blobs = SealedBlobStore(FolderStore(paths.blobs))
    naming = Naming(settings.public_host, settings.domain, settings.scheme)
    keyring = MasterKeyring(db, FileKeyProvider(paths.master_key), utc_now)
    fetcher = HttpsJwks()
    jwks = CachedJwks(fetcher.fetch, utc_now)
    try:
        yield App(
            db,
            blobs,
            keyring,
            naming,
            utc_now,
            new_id,
            access=ProcessCache(db, time.monotonic),
            home=Registry(settings.account, settings.region),
            jwks=jwks,
            trusted_proxies=settings.trusted_proxies,
            strict_policies=settings.strict_policies,
        )
    finally:
        fetcher.close()
        await blobs.close()
        db.close()


def utc_now() -> datetime:
    """The clock of a deployment."""
    return datetime.now(UTC)


def new_id() -> str:
    """A random id, as uploads and requests have them."""
    return str(uuid.uuid4())


def _ensure_master_key(paths: Paths) -> None:
    if paths.master_key.exists():
        return
    if paths.database.exists():
        raise KeyUnavailable(
            f"The master key {paths.master_key} is missing, and the data cannot be read without it. Restore it.",
            "NotFoundException",
        )
    create_master_key(paths.master_key)


def _migrate(database: Path) -> None:
    engine = sqlite_engine(database, writes=True)
    try:
        migrate(engine)
    except DBAPIError as error:
        raise StorageUnavailable(f"The database {database} cannot be used: {error.orig}") from error
    finally:
        engine.dispose()


async def _ensure_root(settings: Settings, account: str) -> AccessKey:
    async with opened(settings) as app:
        if key := await app.db.read(data_keys.any_key):
            await app.keyring.by_id(key.key_id)  # the wrong master key is refused here, before anything is served
        return await credentials.ensure_root(app, account)


def _write_profile(path: Path, name: str, key: AccessKey, settings: Settings) -> None:
    """Sets one profile and leaves others in the file as they are; replaced in one step, mode 0600.

    Where the server is reached is known to whoever starts it: other profiles are given the address of its own.
    """
    profiles = configparser.RawConfigParser()
    profiles.read(path)
    known = profiles.get(f"profile {PROFILE}", "endpoint_url", fallback=settings.url)
    profiles[f"profile {name}"] = {
        "region": settings.region,
        "endpoint_url": settings.url if name == PROFILE else known,
        "aws_access_key_id": key.access_key_id,
        "aws_secret_access_key": key.secret,
    }
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        profiles.write(file)
    fresh.replace(path)
