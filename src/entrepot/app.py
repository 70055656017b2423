"""The composition root: the only module that names concrete backends."""

from __future__ import annotations

import asyncio
import configparser
import os
import time
import uuid
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp

from entrepot import app_blobs, app_keys, app_limits, app_observing
from entrepot.adapters.jwks import CachedJwks
from entrepot.adapters.jwks_https import HttpsJwks
from entrepot.context import App, Naming, Registry
from entrepot.errors import KeyUnavailable, StorageUnavailable
from entrepot.fronts.operators import operators_door
from entrepot.fronts.root import Root
from entrepot.jobs import periodic
from entrepot.meta import former_master_keys, master_keys
from entrepot.meta.current import current
from entrepot.meta.postgres_errors import reason
from entrepot.meta.schema import migrate, require_schema
from entrepot.meta.sqlite import SqliteDatabase, sqlite_engine
from entrepot.observing.database import ObservedDatabase
from entrepot.observing.observer import Observer
from entrepot.ports import Database
from entrepot.services import credentials, restore
from entrepot.services.access_cache import Lru, ProcessCache
from entrepot.services.credentials import AccessKey
from entrepot.services.gathering import Gathered
from entrepot.services.keyring import MasterKeyring
from entrepot.services.master_keys import MasterKeys
from entrepot.services.rate_limits import SharedRates
from entrepot.services.upload_locks import UploadLocks
from entrepot.settings import Settings

if TYPE_CHECKING:
    from entrepot.meta.postgres import PostgresDatabase

MOST_COUNTS = 16_384
"""Of how many repositories a process remembers how much is in them."""

MOST_ANSWERS = 1_024
"""Of how many requests a process remembers the answer: with manifests of ordinary size some 10 MiB."""

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
    def master_key(self) -> Path:
        """What all data keys are wrapped with, unless the setting master_key names another."""
        return self.data / app_keys.FILE

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

    Raises KeyUnavailable where the master key is missing, unusable or not the one that sealed the data,
    StorageUnavailable where the database or the store of blobs cannot be used, DomainError where a restore was broken
    off, and OSError where files cannot be made.
    """
    restore.require_finished(settings.data)
    paths = Paths(settings.data)
    for folder in (paths.data, paths.aws_config.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app_blobs.prepare(settings)
    if not settings.database:
        app_keys.ensure(settings, sealed=paths.database.exists())
    sealing = migrate_database(settings)
    if not sealing.uses:
        app_blobs.require_unused(settings)
    app_keys.ensure(settings, sealed=bool(sealing.uses))
    try_master_key(settings, sealing)
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
    """Raises KeyUnavailable where nothing was prepared, or by another master key: no command is to make half a one."""
    _require_database(settings)
    with engine_of(settings) as engine:
        require_schema(engine)
        sealing = sealing_of(engine)
    try_master_key(settings, sealing)


def build(settings: Settings, folder: Path | None = None) -> ASGIApp:
    """The ASGI application of one process; in `folder` the workers of a server tell each other what they count."""
    return Root(lambda: running(settings, folder))


@asynccontextmanager
async def running(settings: Settings, folder: Path | None = None) -> AsyncGenerator[App]:
    """The App of one process, with its periodic work unless that is left to others, while it serves."""
    observer = app_observing.observer_of(settings, folder)
    async with opened(settings, observer) as app, app_observing.kept_up(observer):
        task = asyncio.create_task(periodic.run(app)) if settings.work else None
        try:
            yield app
        finally:
            if task:
                task.cancel()
                await asyncio.wait({task})


async def work(settings: Settings, stopped: asyncio.Event) -> None:
    """Periodic work and nothing else, until `stopped`; what is under way then is ended, for another node to go on."""
    async with running(replace(settings, work=True)) as app:
        with operators_door(app, settings.host, settings.worker_metrics_port):
            await stopped.wait()


@asynccontextmanager
async def opened(settings: Settings, observer: Observer | None = None) -> AsyncGenerator[App]:
    """The App of one process: what the command line needs, without periodic work."""
    observer = observer or Observer()
    metrics, rates = observer.metrics, app_limits.rates(settings)
    masters = app_keys.open_keys(settings, metrics)
    engine = database_of(settings)
    db = ObservedDatabase(engine, "postgresql" if settings.database else "sqlite", metrics)
    blobs = app_blobs.open_blobs(settings, UploadLocks(db, utc_now, new_id), metrics)
    naming = Naming(settings.public_host, settings.domain, settings.scheme)
    access = app_observing.watched(ProcessCache(db, time.monotonic), metrics)
    keyring = MasterKeyring(db, masters, utc_now, access)
    metrics.watch("data_keys", keyring)
    answers = Lru(MOST_ANSWERS)
    metrics.watch("answers", answers)
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
            access=access,
            home=Registry(settings.account, settings.region),
            usage=Lru(MOST_COUNTS),
            answers=answers,
            current=Gathered(db, current),
            jwks=jwks,
            trusted_proxies=settings.trusted_proxies,
            strict_policies=settings.strict_policies,
            gc_delay=settings.gc_delay,
            quotas=app_limits.quotas(settings),
            rates=SharedRates(db, rates, utc_now) if rates else None,
            verify_share=settings.verify_share.of_one,
            observer=observer,
            metrics_token=settings.metrics_token,
        )
    finally:
        fetcher.close()
        masters.close()
        await blobs.close()
        engine.close()


@asynccontextmanager
async def opened_keys(settings: Settings) -> AsyncGenerator[tuple[Database, MasterKeys]]:
    """What commands need that change the master key: neither has to fit the other yet.

    Raises KeyUnavailable where nothing was prepared, or a master key is not there.
    """
    _require_database(settings)
    with engine_of(settings) as engine:
        require_schema(engine)
    with closing(app_keys.open_keys(settings)) as keys, closing(database_of(settings)) as db:
        yield db, keys


def utc_now() -> datetime:
    """The clock of a deployment."""
    return datetime.now(UTC)


def new_id() -> str:
    """A random id, as uploads and requests have them."""
    return str(uuid.uuid4())


def database_of(settings: Settings) -> PostgresDatabase | SqliteDatabase:
    """The database of one process, for whoever closes it."""
    if settings.database:
        from entrepot.meta.postgres import PostgresDatabase  # noqa: PLC0415 - a driver that SQLite does without

        return PostgresDatabase(settings.database, settings.database_connections)
    return SqliteDatabase(Paths(settings.data).database)


@contextmanager
def engine_of(settings: Settings, *, patient: bool = True) -> Generator[Engine]:
    """What migrations run on. Raises StorageUnavailable where the database cannot be used.

    `patient` waits some seconds for a database server that is starting.
    """
    path = Paths(settings.data).database
    if settings.database:
        from entrepot.meta import postgres  # noqa: PLC0415 - see database_of

        engine = postgres.postgres_engine(settings.database)
        wait = partial(postgres.wait_for, engine, postgres.PATIENCE if patient else 0)
    else:
        engine, wait = sqlite_engine(path, writes=True), None
    try:
        if wait:
            wait()
        yield engine
    except DBAPIError as error:
        name = "of the setting database" if settings.database else path
        raise StorageUnavailable(f"The database {name} cannot be used: {reason(error)}") from error
    finally:
        engine.dispose()


def _require_database(settings: Settings) -> None:
    restore.require_finished(settings.data)
    if not settings.database and not Paths(settings.data).database.exists():
        raise KeyUnavailable(
            f"There is no deployment in {settings.data}: start `entrepot serve` first.", "NotFoundException"
        )


class Sealing(NamedTuple):
    """Which master keys wrap what a database holds, and which are not to be used any more."""

    uses: list[master_keys.Use]
    retired: frozenset[str]


def sealing_of(engine: Engine) -> Sealing:
    """As the database has it."""
    with engine.connect() as connection:
        return Sealing(master_keys.uses(connection), former_master_keys.retired(connection))


def try_master_key(settings: Settings, sealing: Sealing) -> None:
    """Refuses a lost or wrong master key, before anything is served. Raises KeyUnavailable."""
    with closing(app_keys.open_keys(settings)) as keys:
        keys.try_on(*sealing)


def migrate_database(settings: Settings) -> Sealing:
    """Brings the database to this release's schema; says what master keys sealed of what it holds."""
    with engine_of(settings) as engine:
        migrate(engine)
        if not settings.database:
            Paths(settings.data).database.chmod(0o600)
        return sealing_of(engine)


async def _ensure_root(settings: Settings, account: str) -> AccessKey:
    async with opened(settings) as app:
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
