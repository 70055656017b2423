"""What one process counts, in the instruments of prometheus_client, which are safe to use from any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Protocol, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from entrepot import __version__
from entrepot.observing import catalog
from entrepot.observing.catalog import Declared
from entrepot.observing.families import Family, collected

Instrument = TypeVar("Instrument", Counter, Gauge, Histogram)


class Remembering(Protocol):
    """A cache that counts how often it knew the answer."""

    @property
    def hits(self) -> int:
        """How often it did."""
        ...

    @property
    def misses(self) -> int:
        """How often it did not."""
        ...


class Metrics:
    """The instruments of a process. Each attribute is called with its labels' values, in the order of the catalog."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry(auto_describe=False)
        self.request_seconds = _histogram(registry, catalog.REQUEST_SECONDS)
        self.request_errors = _counter(registry, catalog.REQUEST_ERRORS)
        self.in_flight = _gauge(registry, catalog.IN_FLIGHT)
        self.received = _counter(registry, catalog.RECEIVED)
        self.sent = _counter(registry, catalog.SENT)
        self.authentication_failures = _counter(registry, catalog.AUTHENTICATION_FAILURES)
        self.denials = _counter(registry, catalog.DENIALS)
        self.limit_refusals = _counter(registry, catalog.LIMIT_REFUSALS)
        self.key_refusals = _counter(registry, catalog.KEY_REFUSALS)
        self.db_seconds = _histogram(registry, catalog.DB_SECONDS)
        self.db_wait = _histogram(registry, catalog.DB_WAIT)
        self.db_failures = _counter(registry, catalog.DB_FAILURES)
        self.db_repeats = _counter(registry, catalog.DB_REPEATS)
        self.store_seconds = _histogram(registry, catalog.STORE_SECONDS)
        self.store_failures = _counter(registry, catalog.STORE_FAILURES)
        self.store_bytes = _counter(registry, catalog.STORE_BYTES)
        self.key_seconds = _histogram(registry, catalog.KEY_SECONDS)
        self.key_failures = _counter(registry, catalog.KEY_FAILURES)
        self.duty_seconds = _histogram(registry, catalog.DUTY_SECONDS)
        self.duty_failures = _counter(registry, catalog.DUTY_FAILURES)
        self.duty_interval = _gauge(registry, catalog.DUTY_INTERVAL)
        self.spans = _counter(registry, catalog.SPANS)
        _gauge(registry, catalog.WORKERS)().set(1)
        _gauge(registry, catalog.BUILD)(__version__).set(1)
        self._caches = _Caches()
        registry.register(self._caches)
        ProcessCollector(registry=registry)

    def watch(self, name: str, cache_: Remembering) -> None:
        """Adds a cache, whose own counts are read when somebody asks."""
        self._caches.known[name] = cache_

    def families(self) -> list[Family]:
        """All that was counted so far."""
        return collected(self._registry)


class _Caches(Collector):
    def __init__(self) -> None:
        self.known: dict[str, Remembering] = {}

    def collect(self) -> Iterator[Metric]:
        """Hits and misses of every cache."""
        hits, misses = (
            CounterMetricFamily(each.name, each.help, labels=each.labels)
            for each in (catalog.CACHE_HITS, catalog.CACHE_MISSES)
        )
        for name, each in self.known.items():
            hits.add_metric([name], each.hits)
            misses.add_metric([name], each.misses)
        yield from (hits, misses)


def _counter(registry: CollectorRegistry, declared: Declared) -> Callable[..., Counter]:
    return _labelled(Counter(declared.name, declared.help, declared.labels, registry=registry), declared)


def _gauge(registry: CollectorRegistry, declared: Declared) -> Callable[..., Gauge]:
    return _labelled(Gauge(declared.name, declared.help, declared.labels, registry=registry), declared)


def _histogram(registry: CollectorRegistry, declared: Declared) -> Callable[..., Histogram]:
    made = Histogram(declared.name, declared.help, declared.labels, registry=registry, buckets=declared.buckets)
    return _labelled(made, declared)


def _labelled(made: Instrument, declared: Declared) -> Callable[..., Instrument]:
    """From labels to the instrument, remembered: finding it takes the library longer than counting does."""
    return cache(made.labels) if declared.labels else lambda: made
