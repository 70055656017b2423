"""A copy of an SQLite database as it was at one moment, made while others write to it.

VACUUM INTO reads one snapshot of a database in WAL mode: nobody waits for it, and the copy holds live rows only, none
of what was deleted and still lies in free pages. Then the copy loses what is of use to the deployment at that moment
alone: unfinished uploads, leases, buckets of rate limits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from entrepot.errors import DomainError, StorageUnavailable
from entrepot.ports import Format

BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class NamedObject:
    """What a row of blobs says of its object: the store's name, and the plain size that `format` makes a stored one."""

    object_id: str
    store: str
    size: int
    format: Format


@dataclass(frozen=True, slots=True)
class Facts:
    """What a snapshot's database is: its revision, the master keys that open it, and how much is in it."""

    schema: str
    master_keys: list[str]
    repositories: int
    images: int
    blobs: int


def take(database: Path, target: Path) -> None:
    """Makes the file `target`, which must not exist. Raises StorageUnavailable, and OSError where it finds no room."""
    with _errors(database, target), closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def clear(target: Path, folders: Collection[str]) -> None:
    """Takes from a copy what is no part of a backup. `folders` names the stores whose objects the backup holds.

    Their blobs lose the name: where a restore puts them is for the restore to say.
    """
    with _errors(target, target), closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("BEGIN")
        for table in ("uploads", "leases", "rate_buckets"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line
        for name in folders:
            connection.execute("DELETE FROM object_deletions WHERE store = ?", (name,))
            connection.execute("DELETE FROM store_marks WHERE store = ?", (name,))
            connection.execute("UPDATE blobs SET store = '' WHERE store = ?", (name,))
        connection.execute("COMMIT")


def place(target: Path, store: str) -> None:
    """Gives the blobs of a copy, which have no store's name, the name of the store that they were restored to."""
    with _errors(target, target), closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("UPDATE blobs SET store = ? WHERE store = ''", (store,))


def mark(target: Path, store: str, text: str) -> None:
    """Notes in a copy which mark the store has that it is restored with."""
    with _errors(target, target), closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("INSERT OR REPLACE INTO store_marks VALUES (?, ?, '', '', 0)", (store, text))


def facts(database: Path) -> Facts:
    """What a copy holds; `database` is not written to, nor is anything made beside it."""
    with reading(database) as connection:
        keys = "SELECT DISTINCT master_key FROM data_keys WHERE kms_key_id IS NULL ORDER BY 1"
        return Facts(
            schema=str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]),
            master_keys=[row[0] for row in connection.execute(keys)],
            repositories=_count(connection, "repositories"),
            images=_count(connection, "images"),
            blobs=_count(connection, "blobs"),
        )


def named_objects(database: Path) -> list[NamedObject]:
    """The object of every blob."""
    with reading(database) as connection:
        rows = connection.execute("SELECT object_id, store, size, format FROM blobs ORDER BY id")
        return [NamedObject(*row) for row in rows]


def oldest_release(database: Path) -> str:
    """The oldest release that may use the database."""
    with reading(database) as connection:
        row = connection.execute("SELECT value FROM schema_info WHERE name = 'oldest_release'").fetchone()
        return str(row[0]) if row else "0"


@contextmanager
def reading(database: Path) -> Generator[sqlite3.Connection]:
    """A connection that takes no locks and leaves no files: for a copy that nobody writes to."""
    with _errors(database, database), closing(_connect(database)) as connection:
        yield connection


@contextmanager
def reading_engine(database: Path) -> Generator[Engine]:
    """As `reading`, for queries that are written for every engine."""
    engine = create_engine("sqlite://", creator=lambda: _connect(database), poolclass=NullPool)
    try:
        yield engine
    except DBAPIError as error:
        raise StorageUnavailable(f"The database {database} cannot be used: {error.orig}") from error
    finally:
        engine.dispose()


def _connect(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - names from above


@contextmanager
def _errors(database: Path, target: Path) -> Generator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise DomainError(f"There is no room left for {target}.") from error
        raise StorageUnavailable(f"The database {database} cannot be used: {error}") from error
