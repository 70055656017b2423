"""The databases that the contract is tried on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from entrepot.meta.postgres import PostgresDatabase
from entrepot.meta.schema import migrate
from entrepot.meta.sqlite import SqliteDatabase, sqlite_engine
from entrepot.ports import Database
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres import cluster

OpenDatabase = Callable[[Path], AbstractAsyncContextManager[Database]]


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncGenerator[Database]:
    path = folder / "entrepot.db"
    engine = sqlite_engine(path, writes=True)
    migrate(engine)
    engine.dispose()
    database = SqliteDatabase(path)
    try:
        yield database
    finally:
        database.close()


@asynccontextmanager
async def postgres(folder: Path) -> AsyncGenerator[Database]:
    database = PostgresDatabase(cluster().url(postgres_of(folder)))
    try:
        yield database
    finally:
        database.close()


@asynccontextmanager
async def pooled(folder: Path) -> AsyncGenerator[Database]:
    """PostgreSQL behind a pooler that has fewer connections than we make, each ours for one transaction only."""
    database = PostgresDatabase(pgbouncer().url(postgres_of(folder)))
    try:
        yield database
    finally:
        database.close()


def postgres_of(folder: Path) -> str:
    """The name of the database that stands for a folder, made at its first use."""
    note = folder / "database"
    if not note.exists():
        note.write_text(cluster().create(cluster().migrated))
    return note.read_text()


DATABASES: dict[str, OpenDatabase] = {"sqlite": sqlite, "postgres": postgres, "pgbouncer": pooled}
