"""All that one process counts."""

from __future__ import annotations

from typing import Protocol

from prometheus_client import CollectorRegistry, ProcessCollector

from entrepot import __version__
from entrepot.observing import catalog
from entrepot.observing.families import Family, collected, family
from entrepot.observing.instruments import ByLabels, Count, counts, shared_counts, shared_timings, timings


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
    """The instruments of a process, by the names of the catalog."""

    def __init__(self) -> None:
        self.request_seconds = timings(catalog.REQUEST_SECONDS)
        self.request_errors = counts(catalog.REQUEST_ERRORS)
        self.in_flight = counts(catalog.IN_FLIGHT)
        self.received = counts(catalog.RECEIVED)
        self.sent = counts(catalog.SENT)
        self.authentication_failures = counts(catalog.AUTHENTICATION_FAILURES)
        self.denials = counts(catalog.DENIALS)
        self.limit_refusals = counts(catalog.LIMIT_REFUSALS)
        self.key_refusals = counts(catalog.KEY_REFUSALS)
        self.db_seconds = timings(catalog.DB_SECONDS)
        self.db_wait = timings(catalog.DB_WAIT)
        self.db_failures = counts(catalog.DB_FAILURES)
        self.db_repeats = counts(catalog.DB_REPEATS)
        self.store_seconds = shared_timings(catalog.STORE_SECONDS)
        self.store_failures = shared_counts(catalog.STORE_FAILURES)
        self.store_bytes = shared_counts(catalog.STORE_BYTES)
        self.key_seconds = shared_timings(catalog.KEY_SECONDS)
        self.key_failures = shared_counts(catalog.KEY_FAILURES)
        self.duty_seconds = timings(catalog.DUTY_SECONDS)
        self.duty_failures = counts(catalog.DUTY_FAILURES)
        self.duty_interval = counts(catalog.DUTY_INTERVAL)
        self.spans = shared_counts(catalog.SPANS)
        self._doors: dict[str, tuple[Count, Count, Count]] = {}
        self._caches: dict[str, Remembering] = {}
        self._process = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._process)

    def of_door(self, door: str) -> tuple[Count, Count, Count]:
        """Requests in flight, bytes received and bytes sent."""
        found = self._doors.get(door)
        if found is None:
            found = self._doors[door] = (self.in_flight(door), self.received(door), self.sent(door))
        return found

    def watch(self, name: str, cache: Remembering) -> None:
        """Adds a cache, whose own counts are read when somebody asks."""
        self._caches[name] = cache

    def families(self) -> list[Family]:
        """All that was counted so far."""
        caches = self._caches.items()
        return [
            *(each.family() for each in vars(self).values() if isinstance(each, ByLabels)),
            family(catalog.CACHE_HITS, (((name,), cache.hits) for name, cache in caches)),
            family(catalog.CACHE_MISSES, (((name,), cache.misses) for name, cache in caches)),
            family(catalog.WORKERS, [((), 1)]),
            family(catalog.BUILD, [((__version__,), 1)]),
            *collected(self._process),
        ]
