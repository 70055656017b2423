"""The seam of SQL: a Database whose transactions are counted, timed and traced."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, TypeVar

from sqlalchemy import Connection

from entrepot.errors import DomainError, StorageFull, StorageUnavailable
from entrepot.observing.metrics import Metrics
from entrepot.observing.tracing import CURRENT, Span
from entrepot.ports import Database, P, T

R = TypeVar("R")


class ObservedDatabase:
    """The Database port around another. `system` is OpenTelemetry's name for the engine."""

    def __init__(self, inner: Database, system: str, metrics: Metrics) -> None:
        self._inner = inner
        self._system = system
        self._read = _Mode("read", metrics)
        self._write = _Mode("write", metrics)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        run = _Run(fn, self._read, self._system)
        return await run.through(self._inner.read(run, *args, **kwargs))

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        run = _Run(fn, self._write, self._system)
        return await run.through(self._inner.write(run, *args, **kwargs))


class _Mode:
    """The instruments of reads, or of writes, looked up once."""

    def __init__(self, name: str, metrics: Metrics) -> None:
        self.name = name
        self.seconds = metrics.db_seconds(name)
        self.wait = metrics.db_wait(name)
        self.repeats = metrics.db_repeats(name)
        self.failures = metrics.db_failures


class _Run:
    """One transaction: in place of its function, it notes when a connection begins on it, and how often."""

    __slots__ = ("_began", "_fn", "_mode", "_runs", "_span")

    def __init__(self, fn: Callable[..., Any], mode: _Mode, system: str) -> None:
        self._fn = fn
        self._mode = mode
        self._runs = 0
        self._span: Span | None = None
        self._began = time.perf_counter()
        if parent := CURRENT.get():
            name = f"{fn.__module__}.{fn.__qualname__}".removeprefix("entrepot.")
            known = {"db.system.name": system, "db.operation.name": mode.name, "code.function.name": name}
            self._span = parent.child(f"db {mode.name}", "internal", known)

    def __call__(self, connection: Connection, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the function
        self._runs += 1
        if self._runs == 1:
            self._mode.wait.observe(time.perf_counter() - self._began)
        else:
            self._mode.repeats.inc()
        if self._span is None:
            return self._fn(connection, *args, **kwargs)
        token = CURRENT.set(self._span)
        try:
            return self._fn(connection, *args, **kwargs)
        finally:
            CURRENT.reset(token)

    async def through(self, transaction: Awaitable[R]) -> R:
        failure = ""
        try:
            return await transaction
        except Exception as error:
            failure = _why(error)
            if failure:
                self._mode.failures(self._mode.name, failure).inc()
            raise
        finally:
            self._mode.seconds.observe(time.perf_counter() - self._began)
            if self._span:
                self._span.note({"entrepot.runs": self._runs})
                self._span.end(failure)


def _why(error: Exception) -> str:
    """Why a transaction failed, empty where the database is not to blame: services refuse things inside of them."""
    match error:
        case StorageUnavailable():
            return "unavailable"
        case StorageFull():
            return "full"
        case DomainError() | LookupError():
            return ""
        case _:
            return "error"
