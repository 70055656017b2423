"""Measures the operations of a deployment, one after the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bench.clients import Client, Driven, drive
from bench.counting import PostgresCounter, StoreWork, Work, store_work
from bench.operations import Operation, operations
from bench.processes import own_seconds, reset_peaks, resident, shared_out
from bench.results import Cost, Measured
from bench.servers import Deployment
from bench.world import World
from tests.support.processes import run

COLD = 4
LARGE = 1 << 20
HUGE = 100 << 20


@dataclass(frozen=True, slots=True)
class Effort:
    """How often acts are done: many at once, those that change nothing and those that do; and one after the other.

    Of those that move many bytes, as many as make up `moved` bytes; of those of many requests, an eighth. `clients` are
    how many are at it at once, or as many as those bytes are enough for.
    """

    reads: int = 512
    writes: int = 192
    alone: int = 30
    moved: int = 480 << 20
    clients: int = 32

    def times(self, operation: Operation) -> Times:
        """How often this one is done."""
        if operation.size > LARGE:
            fitting = max(2, self.moved // operation.size)
            alone = max(1, min(self.alone, fitting // 4))
            few = operation.size > HUGE
            return Times(0 if few else 1, alone, 0 if few else 1, fitting, min(self.clients, fitting))
        together = self.writes if operation.writes else self.reads
        if operation.long:
            return Times(
                self.clients // 4, max(1, self.alone // 4), COLD, max(self.clients, together // 8), self.clients
            )
        return Times(self.clients, self.alone, COLD, together, self.clients)


class Times(NamedTuple):
    """Acts to warm up, alone, each after a checkpoint, and in all of those `at_once`."""

    warm: int
    alone: int
    cold: int
    together: int
    at_once: int


def measure(deployment: Deployment, world: World, effort: Effort, tell: Callable[[str], None]) -> Measured:
    """Everything of one deployment, which has just started."""
    roots = [deployment.parts["ours"]]
    memory, (_, *workers) = shared_out(roots), resident(roots)
    world.furnish()
    costs: dict[str, Cost] = {}
    with _counter(deployment) as counter:
        for operation in operations(world):
            tell(operation.title)
            costs[operation.name] = _cost(world, operation, effort, counter)
        if deployment.store:
            tell("requests to the store")
            costs |= {name: _with_store(costs[name], work) for name, work in _store(deployment, world)}
        # Last of all: it takes whatever no image needs, layers that were pulled alone among them.
        tell("collecting garbage")
        collecting = _collect(deployment, counter)
    title, count = deployment.topology.title, deployment.topology.workers
    return Measured(title, count, memory, max(workers), costs, collecting)


def _cost(world: World, operation: Operation, effort: Effort, counter: PostgresCounter | None) -> Cost:
    def act(client: Client, number: int) -> object:
        return operation.act(world, client, number)

    times = effort.times(operation)
    together, at_once = times.together, times.at_once
    drive(world.connect, act, range(times.warm), max(1, min(times.warm, at_once)))
    single = drive(world.connect, act, range(1_000, 1_000 + times.alone), 1)
    cold = _cold(world, act, counter, times.cold) if counter and operation.writes else 0.0
    roots = [world.deployment.parts["ours"]]
    reset_peaks(roots)
    used, work, own = world.deployment.usage(), counter.work() if counter else Work(), own_seconds()
    driven = drive(world.connect, act, range(10_000, 10_000 + together), at_once)
    spent = {name: now - used[name] for name, now in world.deployment.usage().items()}
    done = (counter.work() if counter else Work()) - work
    seconds: dict[str, Any] = {name: usage.seconds / together for name, usage in spent.items()}
    return Cost(
        title=operation.title,
        at_once=at_once,
        milliseconds=single.milliseconds,
        rate=driven.rate,
        client=(own_seconds() - own) / together,
        written=spent["ours"].written / together,
        peak=sum(resident(roots, "VmHWM")),
        **seconds,
        **_traffic(driven),
        **_work(done, together),
        wal_cold=cold,
    )


def _traffic(driven: Driven) -> dict[str, Any]:
    count, traffic = len(driven.seconds), driven.traffic
    return {
        "requests": traffic.requests / count,
        "sent": traffic.sent / count,
        "received": traffic.received / count,
    }


def _work(done: Work, count: int) -> dict[str, Any]:
    return {
        "reads": done.reads / count,
        "writes": done.writes / count,
        "statements": done.statements / count,
        "wal": done.wal / count,
    }


def _cold(world: World, act: Callable[[Client, int], object], counter: PostgresCounter, times: int) -> float:
    """WAL of an act right after a checkpoint: the mean of a few."""
    written = 0
    with closing(world.connect()) as client:
        for number in range(times):
            counter.checkpoint()
            before = counter.wal()
            act(client, 100_000 + number)
            written += counter.wal() - before
    return written / max(1, times)


def _collect(deployment: Deployment, counter: PostgresCounter | None) -> dict[str, float]:
    """Costs of one object of garbage, of which the operations before left many."""
    used, work = deployment.usage(), counter.work() if counter else Work()
    argv = [sys.executable, "-m", "bench.collecting", deployment.server.data]
    answer = json.loads(run(argv, env=_environment(deployment), seconds=600))
    spent = {name: now - used[name] for name, now in deployment.usage().items()}
    done, count = (counter.work() if counter else Work()) - work, answer["objects"]
    found = {name: usage.seconds / count for name, usage in spent.items() if name != "ours"}
    return {
        "objects": count,
        "rate": count / answer["wall"],
        "ours": answer["seconds"] / count,
        **found,
        **_work(done, count),
    }


def _environment(deployment: Deployment) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", **deployment.env}


@contextmanager
def _counter(deployment: Deployment) -> Iterator[PostgresCounter | None]:
    if deployment.cluster is None:
        yield None
        return
    with closing(PostgresCounter(deployment.cluster, deployment.database)) as counter:
        yield counter


def _store(deployment: Deployment, world: World) -> Iterator[tuple[str, StoreWork]]:
    """Every operation once more, by way of a server whose requests to the store are counted.

    But for those that ask the same of it as others, or nothing.
    """
    with deployment.seen_by_a_proxy() as (server, proxy):
        through = world.by_way_of(f"127.0.0.1:{server.port}")
        with closing(through.connect()) as client:
            for operation in operations(world):
                if operation.name != "delete" and not operation.name.startswith("blob_put_"):
                    proxy.forget()
                    operation.act(through, client, 1)
                    yield operation.name, store_work(proxy, 1)


def _with_store(cost: Cost, work: StoreWork) -> Cost:
    return replace(cost, store_requests=work.requests, store_taken=work.taken, store_given=work.given)
