"""Duties under leases: done once whoever does them, taken over from the dead, ended cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrepot.context import App
from entrepot.errors import StorageUnavailable
from entrepot.jobs import periodic
from entrepot.jobs.duties import DUTIES, Duty
from entrepot.jobs.periodic import LEASE, Turns, turn
from entrepot.meta import leases
from entrepot.meta.times import to_micros
from entrepot.observing.observer import Observer
from tests.contracts.databases import DATABASES, OpenDatabase

EVERY = timedelta(minutes=10)
QUICK = timedelta(milliseconds=5)


class Node:
    """A process of the deployment: an App of which only the database and the clock are there."""

    time = datetime(2026, 1, 1, tzinfo=UTC)

    def __init__(self, db: Any, name: str) -> None:
        self.app = cast(
            "App", SimpleNamespace(db=db, clock=lambda: Node.time, new_id=lambda: name, observer=Observer())
        )
        self.turns = Turns(self.app, name, renewal=QUICK)
        self.done = 0

    def duty(self, work: Callable[[App], Awaitable[object]] | None = None, name: str = "duty") -> Duty:
        return Duty(name, EVERY, work or self._count)

    async def _count(self, _app: App) -> None:
        self.done += 1

    async def turn(self, work: Callable[[App], Awaitable[object]] | None = None) -> timedelta:
        return await turn(self.turns, self.duty(work))


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest) -> OpenDatabase:
    return DATABASES[request.param]


def check(opened: OpenDatabase, folder: Path, story: Callable[[Node, Node], Coroutine[Any, Any, None]]) -> None:
    """Plays a story of two nodes, each with a database handle of its own."""

    async def play() -> None:
        async with two_nodes(opened, folder) as (one, other):
            await story(one, other)

    asyncio.run(play())


@asynccontextmanager
async def two_nodes(opened: OpenDatabase, folder: Path) -> AsyncGenerator[tuple[Node, Node]]:
    Node.time = datetime(2026, 1, 1, tzinfo=UTC)
    async with opened(folder) as db, opened(folder) as again:
        yield Node(db, "one"), Node(again, "other")


async def until(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 10)


def test_a_duty_is_done_once_an_interval(opened: OpenDatabase, tmp_path: Path) -> None:
    async def story(one: Node, other: Node) -> None:
        for interval in range(1, 4):
            waits = [await node.turn() for node in (one, other, one, other)]
            assert one.done + other.done == interval
            assert all(timedelta() < wait <= EVERY for wait in waits)
            Node.time += EVERY - timedelta(seconds=1)
            assert await other.turn() == timedelta(seconds=1)
            Node.time += timedelta(seconds=1)
            one, other = other, one
        assert one.done
        assert other.done

    check(opened, tmp_path, story)


def test_many_at_once(opened: OpenDatabase, tmp_path: Path) -> None:
    async def story(one: Node, other: Node) -> None:
        nodes = [Node((one, other)[number % 2].app.db, str(number)) for number in range(20)]
        await asyncio.gather(*(node.turn() for node in nodes))
        assert sum(node.done for node in nodes) == 1

    check(opened, tmp_path, story)


def test_what_a_dead_node_had_begun_is_taken_over(opened: OpenDatabase, tmp_path: Path) -> None:
    async def story(one: Node, other: Node) -> None:
        now = to_micros(Node.time)
        assert await one.app.db.write(
            leases.take_lease, "duty/duty", "one", now, now + LEASE // timedelta(microseconds=1)
        )
        Node.time += LEASE - timedelta(seconds=1)
        assert await other.turn() == timedelta(seconds=1)
        assert other.done == 0
        Node.time += timedelta(seconds=1)
        await other.turn()
        assert other.done == 1

    check(opened, tmp_path, story)


def test_a_lease_lasts_as_long_as_the_work(opened: OpenDatabase, tmp_path: Path) -> None:
    async def story(one: Node, other: Node) -> None:
        begun, enough = asyncio.Event(), asyncio.Event()

        async def long(_app: App) -> None:
            begun.set()
            await enough.wait()

        working = asyncio.create_task(one.turn(long))
        await until(begun)
        for _ in range(5):
            Node.time += LEASE / 2
            expected = to_micros(Node.time + LEASE)
            while await one.app.db.read(leases.lease_end, "duty/duty") != expected:  # noqa: ASYNC110 - a row
                await asyncio.sleep(0)
            await other.turn()
        assert other.done == 0
        enough.set()
        await working

    check(opened, tmp_path, story)


def test_work_that_another_node_has_taken_over_is_ended(opened: OpenDatabase, tmp_path: Path) -> None:
    """As after a machine slept."""

    async def story(one: Node, other: Node) -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def endless(_app: App) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        one.turns = Turns(one.app, "one", renewal=timedelta(seconds=0.2))
        working = asyncio.create_task(one.turn(endless))
        await until(begun)
        Node.time += LEASE
        await other.turn()
        assert other.done == 1
        await until(ended)
        await working
        assert await other.app.db.read(leases.lease_end, "duty/duty") == to_micros(Node.time + EVERY)

    check(opened, tmp_path, story)


def test_a_node_that_is_stopped_gives_its_lease_back(opened: OpenDatabase, tmp_path: Path) -> None:
    async def story(one: Node, other: Node) -> None:
        begun, ended = asyncio.Event(), list[str]()

        async def endless(_app: App) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                ended.append("cleanly")

        running = asyncio.create_task(periodic.run(one.app, [one.duty(endless)]))
        await until(begun)
        await other.turn()
        assert other.done == 0
        running.cancel()
        await asyncio.wait({running})
        assert ended == ["cleanly"]
        await other.turn()
        assert other.done == 1

    check(opened, tmp_path, story)


@pytest.mark.parametrize("failure", [StorageUnavailable(), OSError("gone"), ValueError("a bug")])
def test_one_broken_duty_ends_no_other(tmp_path: Path, failure: Exception) -> None:
    async def story(one: Node, _other: Node) -> None:
        tried, twice = 0, asyncio.Event()

        async def broken(_app: App) -> None:
            nonlocal tried
            tried += 1
            raise failure

        async def sound(_app: App) -> None:
            if tried and one.done:
                twice.set()
            one.done += 1

        async def sleep(_seconds: float) -> None:
            Node.time += timedelta(seconds=20)
            await asyncio.sleep(0)

        turns = Turns(one.app, "one", sleep=sleep)
        tasks = [
            asyncio.create_task(periodic.repeat(turns, one.duty(work, name)))
            for name, work in (("broken", broken), ("sound", sound))
        ]
        await until(twice)
        assert not any(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    check(DATABASES["sqlite"], tmp_path, story)


def test_work_that_failed_is_tried_again_before_the_interval_is_over(opened: OpenDatabase, tmp_path: Path) -> None:
    async def story(one: Node, other: Node) -> None:
        async def broken(_app: App) -> None:
            raise StorageUnavailable

        with pytest.raises(StorageUnavailable):
            await one.turn(broken)
        await other.turn()
        assert other.done == 0
        Node.time += periodic.LOOK_AGAIN
        await other.turn()
        assert other.done == 1

    check(opened, tmp_path, story)


def test_the_table_of_duties() -> None:
    assert len({duty.name for duty in DUTIES}) == len(DUTIES)
    assert all(len(f"duty/{duty.name}") <= 64 for duty in DUTIES)
    assert {duty.name for duty in DUTIES} >= {"collect", "sweep", "orphans", "forgotten"}
