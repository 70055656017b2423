"""What counts: numbers and times, by their labels.

The plain ones are for the thread of the event loop, the shared ones for any: a lock costs more than all the rest, and
requests have no need of one. Whoever reads the figures from another thread sees each as it was a moment ago.

prometheus_client's instruments all have locks, and files where several processes share them; the library is used for
the text format and for what it knows of the process (docs/decisions/0016).
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Generic, TypeVar

from entrepot.observing.catalog import Declared
from entrepot.observing.families import Family, Sample, Samples, grained

Instrument = TypeVar("Instrument", bound="Count | Timings")


class Count:
    """A number. Whoever is in the event loop's thread may also add to `value` itself."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, amount: float = 1) -> None:
        """Adds to it."""
        self.value += amount

    def samples(self, declared: Declared, labels: dict[str, str]) -> Iterator[Sample]:
        """The one sample of it."""
        yield declared.name, labels, float(self.value)


class SharedCount(Count):
    """A number that any thread may add to."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def inc(self, amount: float = 1) -> None:
        """Adds to it."""
        with self._lock:
            self.value += amount


class Timings:
    """How many times were at most how long, in seconds."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Counts one time."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def samples(self, declared: Declared, labels: dict[str, str]) -> Iterator[Sample]:
        """Its buckets, how many times there were, and their sum."""
        counts = list(accumulate(list(self._counts)))
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            yield f"{declared.name}_bucket", {**labels, "le": bound}, float(count)
        yield f"{declared.name}_count", labels, float(counts[-1])
        yield f"{declared.name}_sum", labels, grained(self._sum)


class SharedTimings(Timings):
    """The same for any thread."""

    __slots__ = ("_lock",)

    def __init__(self, bounds: tuple[float, ...]) -> None:
        super().__init__(bounds)
        self._lock = threading.Lock()

    def observe(self, seconds: float) -> None:
        """Counts one time."""
        with self._lock:
            super().observe(seconds)


class ByLabels(Generic[Instrument]):
    """The instruments of a metric: called with its labels' values, in the order of the catalog."""

    def __init__(self, declared: Declared, make: Callable[[], Instrument]) -> None:
        self._declared = declared
        self._make = make
        self._made: dict[tuple[str, ...], Instrument] = {}

    def __call__(self, *labels: str) -> Instrument:
        """The one for these labels, from now on among the figures."""
        found = self._made.get(labels)
        # Where two threads are the first, both get the one that came first.
        return self._made.setdefault(labels, self._make()) if found is None else found

    def family(self) -> Family:
        """The figures."""
        samples: Samples = []
        for values, made in list(self._made.items()):
            samples += made.samples(self._declared, dict(zip(self._declared.labels, values, strict=True)))
        return Family(self._declared.name, samples)


def counts(declared: Declared) -> ByLabels[Count]:
    """The instruments of a counter or a gauge."""
    return ByLabels(declared, Count)


def shared_counts(declared: Declared) -> ByLabels[Count]:
    """The same for any thread."""
    return ByLabels(declared, SharedCount)


def timings(declared: Declared) -> ByLabels[Timings]:
    """The instruments of a histogram."""
    return ByLabels(declared, lambda: Timings(declared.buckets))


def shared_timings(declared: Declared) -> ByLabels[Timings]:
    """The same for any thread."""
    return ByLabels(declared, lambda: SharedTimings(declared.buckets))
