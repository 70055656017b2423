"""PostgreSQL as a Database: one pool of connections a process, each used by one thread at a time.

Writes are SERIALIZABLE and repeated where PostgreSQL finds that they cannot be put in an order with others; reads see
one snapshot and cannot write. Nothing outlives a transaction on a connection (no prepared statements, no session
settings or locks), so that a pooler may give each transaction another server connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate

import psycopg
import structlog
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, OperationalError

from entrepot.errors import StorageUnavailable
from entrepot.meta.postgres_errors import AgainError, Conflict, is_demoted, is_starting, refusal
from entrepot.ports import P, T

CONNECTIONS = 10
PATIENCE = 10.0
"""How long a transaction is repeated, in seconds, before its caller is told that the database is not available."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.5
_MOST_OVERTAKEN = 5
# What libpq is told where the URL says nothing else: to notice within seconds that a server has vanished.
_DEFAULTS: dict[str, Any] = {
    "application_name": "entrepot",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

log = structlog.get_logger()


def postgres_engine(url: str, connections: int = 1) -> Engine:
    """An engine on the database of a libpq URI (several hosts and all of libpq's parameters included).

    Raises StorageUnavailable where libpq cannot read it.
    """
    try:
        parameters: dict[str, Any] = {**_DEFAULTS, **conninfo_to_dict(url)}
    except psycopg.ProgrammingError:
        # Not a word of libpq's: it may quote a piece of the password.
        raise StorageUnavailable("The setting database is not a URL that libpq can read.") from None

    conninfo = make_conninfo(**parameters)

    def connect() -> psycopg.Connection[Any]:
        # Poolers give each transaction another connection, on which a prepared statement would be unknown.
        return psycopg.connect(conninfo, prepare_threshold=None)

    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        pool_size=connections,
        max_overflow=0,
        use_native_hstore=False,
        hide_parameters=True,
    )


def wait_for(engine: Engine, patience: float = PATIENCE) -> None:
    """Returns once the server takes connections; raises OperationalError where it refuses, or stays away for long."""
    deadline = time.monotonic() + patience
    while True:
        try:
            engine.connect().close()
        except OperationalError as error:
            if not is_starting(error) or time.monotonic() > deadline:
                raise
            time.sleep(_LONGEST_PAUSE)
        else:
            return


class PostgresDatabase:
    """The Database port on one PostgreSQL database. Made in the process and for the event loop that use it."""

    def __init__(self, url: str, connections: int = CONNECTIONS, patience: float = PATIENCE) -> None:
        self._engine = postgres_engine(url, connections)
        self._reads = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writes = self._engine.execution_options(isolation_level="SERIALIZABLE")
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="db")
        self._patience = patience
        self._one_by_one = asyncio.Lock()
        self.repeats = 0
        """How many times a transaction was begun again, since the start."""

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        return await self._persist(lambda: _read(self._reads, lambda c: fn(c, *args, **kwargs)))

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        return await self._persist(lambda: _write(self._writes, lambda c: fn(c, *args, **kwargs)))

    def close(self) -> None:
        """Finishes the transactions that run, then closes every connection."""
        self._threads.shutdown()
        self._engine.dispose()

    async def _persist(self, transaction: Callable[[], T]) -> T:
        """Repeats a transaction until it is through, it fails of something else, or patience ends."""
        deadline, pause, overtaken, conflict = time.monotonic() + self._patience, _FIRST_PAUSE, 0, False
        while True:
            try:
                # In one another's way once, transactions of this process go one by one: some progress is certain.
                async with self._one_by_one if conflict else contextlib.nullcontext():
                    return await self._in_thread(transaction, deadline)
            except AgainError as again:
                conflict = isinstance(again, Conflict)
                overtaken += isinstance(again, Conflict) and again.overtaken
                wait = random.uniform(0, pause)  # noqa: S311 - so that two do not meet again
                if overtaken > _MOST_OVERTAKEN and again.__cause__:
                    raise again.__cause__ from None
                if time.monotonic() + wait > deadline:
                    log.warning("database not available", reason=str(again))
                    raise StorageUnavailable from again
            self.repeats += 1
            await asyncio.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _in_thread(self, transaction: Callable[[], T], deadline: float) -> T:
        def in_time() -> T:
            # Its turn came too late: whoever waits behind it is better served.
            if time.monotonic() > deadline:
                raise StorageUnavailable
            return transaction()

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_time)


def _read(engine: Engine, fn: Callable[[Connection], T]) -> T:
    try:
        with engine.connect() as connection:
            return fn(connection)
    except DBAPIError as error:
        raise refusal(error, writes=False, committing=False) from error


def _write(engine: Engine, fn: Callable[[Connection], T]) -> T:
    committing = False
    try:
        with engine.connect() as connection:
            value = fn(connection)
            committing = True
            connection.commit()
            return value
    except DBAPIError as error:
        if is_demoted(error):
            engine.dispose()
        raise refusal(error, writes=True, committing=committing) from error
