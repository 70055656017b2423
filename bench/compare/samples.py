"""What is found in a turn of a line, and what becomes of the turns of one run: medians, spread, ratios. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from statistics import median
from typing import Any

MB, GB = 1e6, 1e9


class LeftOut(Exception):
    """A line that cannot be measured of a contestant; the message is the reason that its reader is told."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a line is measured in, whether `more` of it is better, and of what its processor time is told."""

    name: str
    more: bool
    per: str


REQUESTS = Unit("requests/s", more=True, per="1,000 requests")
ACTS = Unit("a second", more=True, per="1,000 of them")
BYTES = Unit("MB/s", more=True, per="GB")
SECONDS = Unit("s", more=False, per="time")
MEMORY = Unit("MiB", more=False, per="")


@dataclass(frozen=True, slots=True)
class Sample:
    """One turn: `value` in the line's unit; the median and the 99th centile of how long one act took, in seconds.

    `server` is the processor time in seconds of all that a contestant consists of, for what the unit says; `client` is
    the part of one core that the client took while it asked. None stands for what was not measured.
    """

    value: float
    p50: float | None = None
    p99: float | None = None
    server: float | None = None
    client: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the comparison: samples by contestant, one for each round, or why there are none."""

    name: str
    title: str
    unit: Unit
    samples: Mapping[str, Sequence[Sample]]
    missing: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run: facts of the machine, its limits (each as often as it was measured), titles of contestants, and lines."""

    machine: Mapping[str, str]
    limits: Mapping[str, Sequence[float]]
    contestants: Mapping[str, str]
    lines: Mapping[str, Line]
    instructions: Mapping[str, float] = field(default_factory=dict[str, float])


def middle(line: Line, contestant: str, what: str = "value") -> float | None:
    """The median of one figure of a contestant's samples; None where it has none."""
    found = [getattr(sample, what) for sample in line.samples.get(contestant, ())]
    known = [each for each in found if each is not None]
    return median(known) if known else None


def spread(line: Line, contestant: str) -> tuple[float, float] | None:
    """The smallest and the largest value."""
    values = [sample.value for sample in line.samples.get(contestant, ())]
    return (min(values), max(values)) if values else None


def ratio(line: Line, subject: str, against: str, what: str = "value") -> float | None:
    """How many times better the subject does than the other, as the median of the rounds, each of which had both.

    Better is more of the unit, or less where less is better, as of times. None where either has no samples.
    """
    more = line.unit.more and what == "value"
    found = list[float]()
    for ours, theirs in zip(line.samples.get(subject, ()), line.samples.get(against, ()), strict=False):
        one, other = getattr(ours, what), getattr(theirs, what)
        if one and other:
            found.append(one / other if more else other / one)
    return median(found) if found else None


def centile(seconds: Sequence[float], share: float) -> float:
    """The value that so large a part of all is not above."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def save(comparison: Comparison, path: Path, told: Mapping[str, object] | None = None) -> None:
    """Writes the file, with four digits of every figure; `told` is what else its readers are to find in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded({**(told or {}), **asdict(comparison)}), indent=1) + "\n")


def load(path: Path) -> Comparison:
    """Reads it again, without what was told."""
    return _of(json.loads(path.read_text()))


def kept(comparison: Comparison) -> Comparison:
    """The run with no more digits than its file has, so that both make the same page."""
    return _of(rounded(asdict(comparison)))


def _of(document: Mapping[str, Any]) -> Comparison:
    known: dict[str, Any] = {each.name: document[each.name] for each in fields(Comparison)}
    known["lines"] = {name: _line(line) for name, line in known["lines"].items()}
    return Comparison(**known)


def _line(document: Mapping[str, Any]) -> Line:
    samples = {name: [Sample(**each) for each in found] for name, found in document["samples"].items()}
    return Line(**{**document, "unit": Unit(**document["unit"]), "samples": samples})


def rounded(value: Any) -> Any:  # noqa: ANN401 - anything that JSON has
    """The same with four digits that count: more were not measured."""
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
