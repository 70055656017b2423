"""What a run of `bench.costs` found, as it is kept in a JSON file, and the median of several runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

FILE = Path(__file__).with_name("costs.json")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one act costs. Seconds of processor time: of Entrepot, the database, the store, and the client that asked.

    Acts were `at_once` for all but `milliseconds`, which is how long one takes alone. `sent` and `received` are the
    client's bytes on the wire, `written` those that our processes wrote to files. `wal_cold` is the WAL just after a
    checkpoint, when every page that is touched is written whole. Of a store: requests by kind, bytes it was sent and
    gave out. Nought stands for what a topology has no counter of.
    """

    title: str
    at_once: int
    milliseconds: float
    rate: float
    ours: float
    database: float = 0.0
    store: float = 0.0
    client: float = 0.0
    requests: float = 0.0
    sent: float = 0.0
    received: float = 0.0
    written: float = 0.0
    peak: float = 0.0
    reads: float = 0.0
    writes: float = 0.0
    statements: float = 0.0
    wal: float = 0.0
    wal_cold: float = 0.0
    store_requests: Mapping[str, float] = field(default_factory=dict[str, float])
    store_taken: float = 0.0
    store_given: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """A topology: its costs by operation, those of collecting one layer, and memory in bytes when it has just started.

    `memory` is of all our processes, what they share counted once; `worker` of one that serves, with what it shares.
    """

    title: str
    workers: int
    memory: float
    worker: float
    costs: Mapping[str, Cost]
    collecting: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Results:
    """A run, of images of `layers` layers of `layer_size` bytes. `rows`: bytes a row with its indexes, by engine."""

    machine: Mapping[str, str]
    layers: int
    layer_size: int
    topologies: Mapping[str, Measured]
    rows: Mapping[str, Mapping[str, float]]


def save(results: Results, path: Path) -> None:
    """Writes the file."""
    path.write_text(json.dumps(asdict(results), indent=1) + "\n")


def load(path: Path = FILE) -> Results:
    """Reads it again."""
    return _of(json.loads(path.read_text()))


def middle(runs: Sequence[Any]) -> Any:  # noqa: ANN401 - anything that JSON has
    """The median of every number in documents of one shape; what is no number is the first one's."""
    first = runs[0]
    if isinstance(first, Mapping):
        return {key: middle([run[key] for run in runs if key in run]) for key in first}
    if isinstance(first, int | float) and not isinstance(first, bool):
        return median(runs)
    return first


def combined(runs: Sequence[Results]) -> Results:
    """One result of several runs on the same machine, with as many digits as the file has."""
    return _of(_rounded(middle([asdict(run) for run in runs])))


def _of(document: Mapping[str, Any]) -> Results:
    topologies = {
        name: Measured(**each | {"costs": {key: Cost(**cost) for key, cost in each["costs"].items()}})
        for name, each in document["topologies"].items()
    }
    return Results(**{**document, "topologies": topologies})


def _rounded(value: Any) -> Any:  # noqa: ANN401 - as above
    """Four digits that count: more were not measured."""
    if isinstance(value, Mapping):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, float):
        return int(value) if value.is_integer() else float(f"{value:.4g}")
    return value
