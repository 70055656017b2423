"""The seam of bytes: an ObjectStore whose calls are counted, timed and traced. All of it runs in worker threads.

A transfer has one span, however many frames it reads or batches it writes.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from entrepot.errors import ContentDamaged, StorageFull, StorageUnavailable, UploadBusy
from entrepot.observing.metrics import Metrics
from entrepot.observing.tracing import CURRENT, Span
from entrepot.ports import ObjectReader, ObjectStore, ObjectWriter

Item = TypeVar("Item")
Store = TypeVar("Store", bound=ObjectStore)

_WHY: dict[type[BaseException], str] = {
    StorageUnavailable: "unavailable",
    StorageFull: "full",
    ContentDamaged: "damaged",
    FileNotFoundError: "missing",
    UploadBusy: "busy",
}


def observed_store(inner: Store, name: str, metrics: Metrics) -> Store:
    """The store with its calls observed, called `name` in metrics; whatever else it has is left as it is."""
    return cast("Store", _Store(inner, Meter(name, metrics)))


class Meter:
    """The instruments of one store."""

    def __init__(self, name: str, metrics: Metrics) -> None:
        self.name = name
        self._metrics = metrics
        self.read = metrics.store_bytes(name, "read")
        self.written = metrics.store_bytes(name, "written")

    @contextmanager
    def call(self, operation: str) -> Generator[None]:
        """Around one call of the store."""
        began = time.perf_counter()
        try:
            yield
        except Exception as error:
            self._metrics.store_failures(self.name, operation, reason_of(error)).inc()
            raise
        finally:
            self._metrics.store_seconds(self.name, operation).observe(time.perf_counter() - began)

    def span(self, operation: str) -> Span | None:
        """Begins a span, where there is a trace that it belongs to."""
        parent = CURRENT.get()
        known = {"entrepot.store": self.name, "entrepot.operation": f"store.{operation}"}
        return parent and parent.child(f"store {operation}", "client", known)

    @contextmanager
    def traced(self, operation: str) -> Generator[None]:
        """Around a call that is a piece of work of its own."""
        span, failure = self.span(operation), ""
        try:
            with self.call(operation):
                yield
        except Exception as error:
            failure = reason_of(error)
            raise
        finally:
            if span:
                span.end(failure)


def reason_of(error: Exception) -> str:
    """Why a call failed, in a word of the catalog."""
    return next((_WHY[base] for base in type(error).__mro__ if base in _WHY), "error")


class _Store:
    """See ports.ObjectStore: what is not here is the inner store's own."""

    def __init__(self, inner: ObjectStore, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the inner store has it
        return getattr(self._inner, name)

    def create(self, object_id: str) -> ObjectWriter:
        with self._meter.call("create"):
            writer = self._inner.create(object_id)
        return _Writer(writer, self._meter)

    def resume(self, object_id: str, state: str, length: int | None = None) -> ObjectWriter:
        with self._meter.call("resume"):
            writer = self._inner.resume(object_id, state, length)
        return _Writer(writer, self._meter)

    def open(self, object_id: str, state: str = "", stop: int = 0) -> AbstractContextManager[ObjectReader]:
        with self._meter.call("open"):
            opened = self._inner.open(object_id, state, stop)
        return _Reader(opened, self._meter)

    def delete(self, object_id: str) -> None:
        with self._meter.traced("delete"):
            self._inner.delete(object_id)

    def delete_many(self, object_ids: Sequence[str]) -> None:
        with self._meter.traced("delete"):
            self._inner.delete_many(object_ids)

    def objects(self) -> Iterator[tuple[str, float]]:
        return _listed(self._inner.objects(), self._meter)

    def whole(self) -> Iterator[str]:
        return _listed(self._inner.whole(), self._meter)

    def sizes(self) -> Iterator[tuple[str, int]]:
        return _listed(self._inner.sizes(), self._meter)

    def leftovers(self, before: float) -> Iterator[tuple[str, str]]:
        return _listed(self._inner.leftovers(before), self._meter)


class _Writer:
    """See ports.ObjectWriter."""

    def __init__(self, inner: ObjectWriter, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter
        self._span = meter.span("write")
        self._bytes = 0
        self._failure = ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        with self._meter.call("write"), self._noting():
            self._inner.write(data)
        self._bytes += len(data)
        self._meter.written.inc(len(data))

    def checkpoint(self) -> str:
        with self._meter.call("checkpoint"), self._noting():
            return self._inner.checkpoint()

    def commit(self) -> None:
        with self._meter.traced("commit"), self._noting():
            self._inner.commit()

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            if self._span:
                self._span.note({"entrepot.bytes": self._bytes})
                self._span.end(self._failure)
                self._span = None

    @contextmanager
    def _noting(self) -> Generator[None]:
        try:
            yield
        except Exception as error:
            self._failure = reason_of(error)
            raise


class _Reader:
    """See ports.ObjectReader, and what `open` returns: from the one to the other by `with`."""

    def __init__(self, opened: AbstractContextManager[ObjectReader], meter: Meter) -> None:
        self._opened = opened
        self._meter = meter
        self._span = meter.span("read")
        self._bytes = 0
        self._failure = ""

    def __enter__(self) -> Self:
        self._inner = self._opened.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._opened.__exit__(kind, error, at)
        finally:
            self._over()

    def read_into(self, offset: int, buffer: bytearray | memoryview) -> int:
        try:
            with self._meter.call("read"):
                count = self._inner.read_into(offset, buffer)
        except Exception as error:
            self._failure = reason_of(error)
            raise
        self._bytes += count
        self._meter.read.inc(count)
        return count

    def close(self) -> None:
        try:
            self._inner.close()
        finally:
            self._over()

    def _over(self) -> None:
        if self._span:
            self._span.note({"entrepot.bytes": self._bytes})
            self._span.end(self._failure)
            self._span = None


def _listed(entries: Iterable[Item], meter: Meter) -> Iterator[Item]:
    """Entries of a listing; the time is that of all of it, what is done with the entries in between included."""
    with meter.traced("list"):
        yield from entries
