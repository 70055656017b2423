"""A line of the comparison and how its turns are taken: everybody in every round, one after the other."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from bench.clients import Act, UnexpectedAnswer, drive
from bench.compare.contestants import Contestant
from bench.compare.samples import BYTES, GB, MB, LeftOut, Line, Sample, Unit, centile

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long small answers are asked for in a turn (seconds), on how many connections, and how many rounds there are.

    Lines that move or start a lot have `few` rounds. With `calm` every turn waits until the disk has all that others
    left to be written.
    """

    seconds: float = 3.0
    connections: int = 16
    rounds: int = 5
    few: int = 3
    calm: bool = True


@dataclass(frozen=True, slots=True)
class Workload:
    """Something to measure. `prepare` is done once for each contestant, `run` in each of its turns.

    Both raise LeftOut for what a contestant has not got. A `heavy` one has few rounds.
    """

    name: str
    title: str
    unit: Unit
    run: Callable[[Contestant, Effort], Sample]
    prepare: Callable[[Contestant], object] = lambda _: None
    heavy: bool = False


class Spent:
    """Processor time from here on: of a contestant, and of this process and of those that it started and waited for."""

    def __init__(self, contestant: Contestant) -> None:
        self._contestant, self._server = contestant, contestant.seconds()
        self._client, self._began = _client_seconds(), perf_counter()

    def sample(self, value: float, amount: float, p50: float | None = None, p99: float | None = None) -> Sample:
        """The sample of what was done since; `amount` is how much of what processor time is told of."""
        wall = perf_counter() - self._began
        server = (self._contestant.seconds() - self._server) / amount if self._contestant.own else None
        return Sample(value, p50, p99, server, (_client_seconds() - self._client) / wall)


def driven(it: Contestant, act: Act, count: int, at_once: int, unit: Unit, size: int = 0) -> Sample:
    """Acts so often, so many at a time, each of which moves `size` bytes."""
    spent = Spent(it)
    found = drive(it.connect, act, range(count), at_once)
    moved = unit is BYTES
    value, amount = (found.rate * size / MB, count * size / GB) if moved else (found.rate, count / 1000)
    return spent.sample(value, amount, centile(found.seconds, 0.5), centile(found.seconds, 0.99))


def measured(workload: Workload, contestants: Sequence[Contestant], effort: Effort, tell: Tell) -> Line:
    """All turns of a line. Whoever cannot do it is left out with the reason, from all of its rounds."""
    samples, missing = dict[str, list[Sample]](), dict[str, str]()
    for each in contestants:
        samples[each.name] = []
        _try(each, missing, lambda each=each: workload.prepare(each))
    for number in range(effort.few if workload.heavy else effort.rounds):
        for each in contestants:
            if each.name not in missing:
                if effort.calm:
                    os.sync()
                _try(each, missing, lambda each=each: samples[each.name].append(workload.run(each, effort)))
                if found := samples[each.name]:
                    tell(
                        f"{workload.title}, round {number + 1}, {each.name}: {found[-1].value:.4g} {workload.unit.name}"
                    )
    for name, reason in missing.items():
        tell(f"{workload.title}, {name}: {reason}")
    found = {name: each for name, each in samples.items() if name not in missing}
    return Line(workload.name, workload.title, workload.unit, found, missing)


def _try(contestant: Contestant, missing: dict[str, str], act: Callable[[], object]) -> None:
    try:
        act()
    except LeftOut as reason:
        missing[contestant.name] = str(reason)
    except (UnexpectedAnswer, AssertionError, OSError) as failure:
        missing[contestant.name] = f"failed: {str(failure)[:200]}"


def _client_seconds() -> float:
    mine, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime
