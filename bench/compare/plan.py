"""Which lines there are, in which order, and on which storage: contestants start afresh for every stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.compare import garbage, images, many, serving, small, transfers
from bench.compare.transfers import GIB, MIB, PULLS, PUSHES
from bench.compare.turns import Workload
from bench.compare.whole import Engine


@dataclass(frozen=True, slots=True)
class Stage:
    """Lines that share what was pushed; all of it is gone when the next one begins."""

    name: str
    workloads: tuple[Workload, ...]


def stages(engine: Engine, *, large: bool = False) -> Iterator[Stage]:
    """Everything; with `large` also many layers of 1 GiB at once, which take an hour and 40 GB of room."""
    yield Stage("small answers", (*small.manifests(), *small.calls(), *images.images()))
    yield Stage("pulls", tuple(transfers.pulls()))
    yield Stage("pushes", tuple(transfers.pushes()))
    for workload in transfers.large_pushes():
        yield Stage("large pushes", (workload,))
    yield Stage("many images", tuple(many.many()))
    yield Stage("docker", tuple(engine.lines()))
    yield Stage("starts", tuple(serving.starts()))
    yield Stage("memory", tuple(serving.memory()))
    yield Stage("garbage", tuple(garbage.collections()))
    if large:
        yield Stage("large pulls at once", (transfers.pull(GIB, PULLS, PULLS),))
        yield Stage("large pushes at once", (transfers.push(GIB, PUSHES, PUSHES),))


def smoke() -> Iterator[Stage]:
    """What is looked at with every change, in three minutes: one stage, as starts take their time too."""
    pulls = (transfers.pull(GIB, 1, 1), transfers.pull(10 * MIB, PULLS, 2 * PULLS))
    pushes = (transfers.push(GIB, 1, 1), transfers.push(10 * MIB, PUSHES, PUSHES))
    yield Stage("all", (*small.manifests(), *pulls, *pushes))


def chosen(stages: Iterator[Stage], names: Sequence[str]) -> list[Stage]:
    """Stages with only the lines whose names begin with one of these; all lines where there are none."""
    found = list[Stage]()
    for stage in stages:
        kept = tuple(each for each in stage.workloads if not names or each.name.startswith(tuple(names)))
        if kept:
            found.append(Stage(stage.name, kept))
    return found
