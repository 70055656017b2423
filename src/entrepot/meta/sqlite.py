"""SQLite as a Database: WAL, a pool of reading threads and one writing thread that commits in groups.

Every write that waits while another commits shares the next commit (and its fsync), each inside its own savepoint,
so that one that fails takes nothing of its neighbours with it.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from entrepot.errors import DomainError, StorageFull, StorageUnavailable
from entrepot.ports import P, T

READERS = 4
GROUP = 64
BUSY_MS = 30_000
_PAUSE = 0.01

Job = tuple[Callable[[Connection], Any], "Future[Any]"]
Outcome = tuple[Any, BaseException | None]


def sqlite_engine(path: Path, *, writes: bool) -> Engine:
    """An engine on the file `path` whose transactions begin IMMEDIATE when it `writes`, and are read-only when not."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False})

    def connected(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None  # the driver begins no transactions of its own: "begin" below does
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        _use_wal(cursor)
        for pragma in (
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16384",
            f"query_only={'OFF' if writes else 'ON'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def began(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)
    return engine


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Turns to WAL. Where several processes do so to a new file at once, SQLite refuses some without waiting."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
        else:
            return


def storage_error(error: OperationalError) -> DomainError:
    """What an engine's refusal to work means to a caller."""
    if "full" in str(error.orig):
        return StorageFull()
    return StorageUnavailable()


class SqliteDatabase:
    """The Database port on one SQLite file. Made in the process that uses it: connections do not survive a fork."""

    def __init__(self, path: Path) -> None:
        self._read_engine = sqlite_engine(path, writes=False)
        self._write_engine = sqlite_engine(path, writes=True)
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._writing: Connection | None = None
        self._writer = threading.Thread(target=self._write_loop, name="db-write", daemon=True)
        self._writer.start()

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: self._read(lambda c: fn(c, *args, **kwargs)))

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        future: Future[T] = Future()
        self._jobs.put((lambda c: fn(c, *args, **kwargs), future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finishes the writes that wait, then closes every connection."""
        self._jobs.put(None)
        self._writer.join()
        self._readers.shutdown()
        for connection in (*self._connections, *filter(None, [self._writing])):
            connection.close()

    def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            with self._reading().begin() as transaction:
                return fn(transaction.connection)
        except OperationalError as error:
            raise storage_error(error) from error

    def _reading(self) -> Connection:
        """The calling thread's connection, opened at its first use."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._read_engine.connect()
            self._connections.append(connection)
        return connection

    def _write_loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            while len(batch) < GROUP and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    self._jobs.put(None)
                    break
                batch.append(following)
            self._settle([job for job in batch if job[1].set_running_or_notify_cancel()])

    def _outcomes(self, batch: list[Job]) -> list[Outcome]:
        try:
            # Opened by the first write, so that an engine that refuses fails the write and not the thread.
            connection = self._writing = self._writing or self._write_engine.connect()
        except OperationalError as error:
            return [(None, storage_error(error))] * len(batch)
        # Where the engine refuses in the middle, it may have rolled everything back: then each stands on its own.
        return _attempt(connection, batch) or [_alone(connection, job) for job in batch]

    def _settle(self, batch: list[Job]) -> None:
        outcomes = self._outcomes(batch)
        for (_, future), (value, error) in zip(batch, outcomes, strict=True):
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)


def _attempt(connection: Connection, batch: list[Job]) -> list[Outcome] | None:
    """All of a batch in one commit, each job in a savepoint; None where the engine refused to go on."""
    outcomes: list[Outcome] = []
    try:
        with connection.begin():
            for fn, _ in batch:
                try:
                    with connection.begin_nested():
                        value = fn(connection)
                    outcomes.append((value, None))
                except OperationalError:
                    raise
                except BaseException as error:  # noqa: BLE001 - it belongs to the caller, who waits for it
                    outcomes.append((None, error))
    except DBAPIError:
        return None
    return outcomes


def _alone(connection: Connection, job: Job) -> Outcome:
    try:
        with connection.begin():
            return job[0](connection), None
    except OperationalError as error:
        refusal = storage_error(error)
        refusal.__cause__ = error
        return None, refusal
    except BaseException as error:  # noqa: BLE001 - as above
        return None, error
