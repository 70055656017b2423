"""Figures as plain values, so that they can be kept, handed from one process to another, and added up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from entrepot.observing.catalog import DECLARED, Declared, Sum

Sample = tuple[str, dict[str, str], float]
"""A name, which is a metric's or that with a suffix, labels, and a value."""

Samples = list[Sample]
Labels = tuple[tuple[str, str], ...]
Key = tuple[str, Labels]
"""A sample's name and labels, in their order."""


class Family(msgspec.Struct, frozen=True):
    """A metric with its samples."""

    name: str
    samples: Samples


class Part(msgspec.Struct, frozen=True):
    """What one process counted, and whether it still runs."""

    families: list[Family]
    living: bool = True


_BY_NAME = {declared.name: declared for declared in DECLARED}


_GRAIN = 1 << 20


def grained(value: float) -> float:
    """A value down to a multiple of 2^-20, about a millionth.

    Sums of such values are exact, in whatever order they are added up: otherwise a counter might go back by a rounding.
    """
    return math.floor(value * _GRAIN) / _GRAIN


def family(declared: Declared, samples: Iterable[tuple[tuple[str, ...], float]]) -> Family:
    """The figures of a metric that has one sample for each set of labels."""
    named = [(dict(zip(declared.labels, labels, strict=True)), value) for labels, value in samples]
    return Family(declared.name, [(declared.name, labels, float(value)) for labels, value in named])


def collected(registry: CollectorRegistry) -> list[Family]:
    """What a registry of the library holds of numbers that the catalog has."""
    found: list[Family] = []
    for metric in registry.collect():
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        if name in _BY_NAME:
            found.append(Family(name, [(name, dict(each.labels), grained(each.value)) for each in metric.samples]))
    return found


def merged(parts: Iterable[Part]) -> list[Family]:
    """The figures of several processes as those of one, each metric as its declaration says."""
    sums: dict[str, dict[Key, float]] = {}
    for part in parts:
        for each in part.families:
            declared = _BY_NAME.get(each.name)
            if declared and (part.living or declared.over == "all"):
                _add(sums.setdefault(each.name, {}), each, declared.over)
    return [
        Family(name, [(sample, dict(labels), value) for (sample, labels), value in sums[name].items()]) for name in sums
    ]


def _add(into: dict[Key, float], each: Family, over: Sum) -> None:
    for name, labels, value in each.samples:
        key = (name, tuple(labels.items()))
        before = into.get(key)
        if before is None:
            into[key] = value
        elif over == "oldest":
            into[key] = min(before, value)
        else:
            into[key] = max(before, value) if over == "most" else before + value


class _Families(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """Each metric once, in the order of the catalog."""
        by_name = {each.name: each for each in self._families}
        for declared in DECLARED:
            if each := by_name.get(declared.name):
                metric = Metric(declared.name.removesuffix("_total"), declared.help, declared.kind)
                for name, labels, value in each.samples:
                    metric.add_sample(name, labels, value)
                yield metric


def exposition(families: Iterable[Family]) -> bytes:
    """Prometheus's text format, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(families))
    return generate_latest(registry)
