"""The seam of SQL: a Database whose transactions are counted, timed and traced.

A manifest is two reads, so what is done for each is written for speed: one closure, and no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Concatenate, cast

from sqlalchemy import Connection

from entrepot.errors import DomainError, StorageFull, StorageUnavailable
from entrepot.observing.metrics import Metrics
from entrepot.observing.tracing import CURRENT, Span
from entrepot.ports import Database, P, T


class ObservedDatabase:
    """The Database port around another. `system` is OpenTelemetry's name for the engine."""

    def __init__(self, inner: Database, system: str, metrics: Metrics) -> None:
        self._inner = inner
        self._read = _Mode("read", system, metrics)
        self._write = _Mode("write", system, metrics)

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        mode, span, runs, first = self._read, None, 0, 0.0
        if CURRENT.get():
            span = mode.span(fn)

        def run(connection: Connection) -> T:
            nonlocal runs, first
            if not runs:
                first = perf_counter()
            runs += 1
            return fn(connection, *args, **kwargs) if span is None else _within(span, fn, connection, *args, **kwargs)

        began = perf_counter()
        try:
            return await self._inner.read(run)
        except Exception as error:
            mode.failed(error, span)
            raise
        finally:
            mode.over(began, first, runs, span)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """See ports.Database."""
        mode, span, runs, first = self._write, None, 0, 0.0
        if CURRENT.get():
            span = mode.span(fn)

        def run(connection: Connection) -> T:
            nonlocal runs, first
            if not runs:
                first = perf_counter()
            runs += 1
            return fn(connection, *args, **kwargs) if span is None else _within(span, fn, connection, *args, **kwargs)

        began = perf_counter()
        try:
            return await self._inner.write(run)
        except Exception as error:
            mode.failed(error, span)
            raise
        finally:
            mode.over(began, first, runs, span)


class _Mode:
    """What is noted of reads, or of writes."""

    def __init__(self, name: str, system: str, metrics: Metrics) -> None:
        self._name = name
        self._system = system
        self._seconds = metrics.db_seconds(name)
        self._wait = metrics.db_wait(name)
        self._repeats = metrics.db_repeats(name)
        self._failures = metrics.db_failures

    def span(self, fn: Callable[..., Any]) -> Span | None:
        """Begins the span of a transaction, where there is a trace that it belongs to."""
        known = {"db.system.name": self._system, "db.operation.name": self._name, "code.function.name": name_of(fn)}
        parent = CURRENT.get()
        return parent and parent.child(f"db {self._name}", "internal", known)

    def failed(self, error: Exception, span: Span | None) -> None:
        """Counts a failure, if it is the database's."""
        if why := _why(error):
            self._failures(self._name, why).inc()
        if span:
            span.note({"error.type": why or type(error).__name__})

    def over(self, began: float, first: float, runs: int, span: Span | None) -> None:
        """Notes how long it took, when a connection began on it, and how often."""
        self._seconds.observe(perf_counter() - began)
        if runs:
            self._wait.observe(first - began)
        if runs > 1:
            self._repeats.inc(runs - 1)
        if span:
            span.note({"entrepot.runs": runs})
            span.end()


def name_of(fn: Callable[..., Any]) -> str:
    """What a transaction's function is called, be it a part of another one, or an object that is none."""
    while isinstance(fn, partial):
        fn = cast("Callable[..., Any]", fn.func)
    name = getattr(fn, "__qualname__", type(fn).__qualname__)
    return f"{getattr(fn, '__module__', type(fn).__module__)}.{name}".removeprefix("entrepot.")


def _within(span: Span, fn: Callable[Concatenate[Connection, P], T], *args: Any, **kwargs: Any) -> T:  # noqa: ANN401 - as the function
    """In the database's thread: statements belong to the transaction's span."""
    token = CURRENT.set(span)
    try:
        return fn(*args, **kwargs)
    finally:
        CURRENT.reset(token)


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
