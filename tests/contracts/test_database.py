"""What every Database promises."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from entrepot.context import Registry
from entrepot.errors import ImageNotFound
from entrepot.meta import leases, registry_settings
from entrepot.meta.tables import registry_settings as t
from entrepot.ports import Database
from tests.contracts.databases import DATABASES, OpenDatabase

HOME = Registry("123456789012", "us-east-1")


@pytest.fixture(params=list(DATABASES.values()), ids=list(DATABASES))
def opened(request: pytest.FixtureRequest) -> OpenDatabase:
    return request.param


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)


def count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(t)).scalar_one()


async def put(db: Database, name: str, value: str) -> None:
    await db.write(registry_settings.put_setting, HOME, name, value)


def test_a_write_is_seen_by_the_next_read(opened: OpenDatabase, tmp_path: Path) -> None:
    async def check() -> None:
        async with opened(tmp_path) as db:
            for turn in range(20):
                await put(db, "turn", str(turn))
                assert await db.read(registry_settings.find_setting, HOME, "turn") == str(turn)

    run(check())


def test_a_write_that_raises_leaves_nothing_and_tells_its_caller(opened: OpenDatabase, tmp_path: Path) -> None:
    def half(connection: Connection) -> None:
        registry_settings.put_setting(connection, HOME, "half", "done")
        raise ImageNotFound("app", HOME.account, None, "v1")

    async def check() -> None:
        async with opened(tmp_path) as db:
            with pytest.raises(ImageNotFound, match="imageTag:'v1'"):
                await db.write(half)
            assert await db.read(registry_settings.find_setting, HOME, "half") is None

    run(check())


def test_writes_that_fail_do_not_take_their_neighbours_along(opened: OpenDatabase, tmp_path: Path) -> None:
    def number(connection: Connection, each: int) -> int:
        registry_settings.put_setting(connection, HOME, f"n{each}", "x")
        if each % 3 == 0:
            raise ValueError(each)
        return each

    async def check() -> None:
        async with opened(tmp_path) as db:
            results = await asyncio.gather(*(db.write(number, each) for each in range(300)), return_exceptions=True)
            for each, result in enumerate(results):
                assert (result == each) == (each % 3 != 0)
                assert isinstance(result, ValueError) == (each % 3 == 0)
            assert await db.read(count) == 200

    run(check())


def test_increments_from_two_processes_worth_of_handles_are_not_lost(opened: OpenDatabase, tmp_path: Path) -> None:
    def increment(connection: Connection) -> None:
        now = registry_settings.find_setting(connection, HOME, "sum") or "0"
        registry_settings.put_setting(connection, HOME, "sum", str(int(now) + 1))

    async def check() -> None:
        async with opened(tmp_path) as one, opened(tmp_path) as other:
            await asyncio.gather(*((one, other)[each % 2].write(increment) for each in range(200)))
            assert await one.read(registry_settings.find_setting, HOME, "sum") == "200"

    run(check())


def test_a_read_sees_one_moment(opened: OpenDatabase, tmp_path: Path) -> None:
    def both(connection: Connection, value: str) -> None:
        registry_settings.put_setting(connection, HOME, "a", value)
        registry_settings.put_setting(connection, HOME, "b", value)

    def compare(connection: Connection) -> bool:
        found = [registry_settings.find_setting(connection, HOME, name) for name in ("a", "b")]
        return found[0] == found[1]

    async def check() -> None:
        async with opened(tmp_path) as db, opened(tmp_path) as reader:
            writes = [db.write(both, str(each)) for each in range(200)]
            reads = [reader.read(compare) for _ in range(200)]
            results = await asyncio.gather(*writes, *reads)
            assert all(results[200:])

    run(check())


def test_a_read_cannot_write(opened: OpenDatabase, tmp_path: Path) -> None:
    async def check() -> None:
        async with opened(tmp_path) as db:
            with pytest.raises(Exception, match=r"read-?only|not available"):
                await db.read(registry_settings.put_setting, HOME, "x", "y")
            assert await db.read(count) == 0

    run(check())


def test_what_was_written_is_there_when_opened_again(opened: OpenDatabase, tmp_path: Path) -> None:
    async def check() -> None:
        async with opened(tmp_path) as db:
            await asyncio.gather(*(put(db, f"n{each}", "x") for each in range(50)))
        async with opened(tmp_path) as db:
            assert await db.read(count) == 50

    run(check())


def test_one_holder_at_a_time_has_a_lease(opened: OpenDatabase, tmp_path: Path) -> None:
    async def check() -> None:
        async with opened(tmp_path) as db:
            takers = [db.write(leases.take_lease, "sweep", str(each), 100, 200) for each in range(10)]
            assert sum(await asyncio.gather(*takers)) == 1
            holder = str(
                [await db.write(leases.take_lease, "sweep", str(each), 150, 250) for each in range(10)].index(True)
            )
            assert not await db.write(leases.take_lease, "sweep", "late", 249, 300)
            assert await db.write(leases.take_lease, "sweep", "late", 250, 300)
            assert not await db.write(leases.take_lease, "sweep", holder, 251, 300)

    run(check())
