"""Small reads that are made together: each begins after it was asked for, and tells everyone their own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pytest
from sqlalchemy import Connection

from entrepot.errors import StorageUnavailable
from entrepot.meta.current import current
from entrepot.ports import Database, Name
from entrepot.services.gathering import MOST, Gathered
from tests.again.asking import Pair
from tests.gc.world import ACCOUNT
from tests.support.images import digest_of, tiny_image

IMAGE = tiny_image("gathered")


class Slow:
    """A database whose transactions the test lets through one by one, and whose content it sets."""

    def __init__(self) -> None:
        self.value = 0
        self.asked: list[list[str]] = []
        self.failure: Exception | None = None
        self._gates: asyncio.Queue[asyncio.Event] = asyncio.Queue()

    async def read(self, fn: Callable[..., Any], keys: list[str]) -> Any:
        del fn
        self.asked.append(keys)
        found = {key: self.value for key in keys if key != "absent"}
        gate = asyncio.Event()
        self._gates.put_nowait(gate)
        await gate.wait()
        if self.failure:
            raise self.failure
        return found

    async def let_through(self) -> None:
        (await self._gates.get()).set()
        for _ in range(4):
            await asyncio.sleep(0)


def _nothing(_connection: Connection, _keys: Sequence[str]) -> Mapping[str, int]:
    return {}


def gathered(db: Slow) -> Gathered[str, int]:
    return Gathered(cast("Database", db), _nothing)


def test_who_comes_while_one_runs_waits_for_the_next() -> None:
    async def case() -> None:
        db = Slow()
        reads = gathered(db)
        first = asyncio.ensure_future(reads.find("a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        late = [asyncio.ensure_future(reads.find(key)) for key in ("a", "b", "a", "absent")]
        await asyncio.sleep(0)
        db.value = 1
        await db.let_through()
        assert await first == 0
        await db.let_through()
        assert await asyncio.gather(*late) == [1, 1, 1, None]
        assert db.asked == [["a"], ["a", "b", "absent"]]

    asyncio.run(case())


def test_a_failure_is_everybodys_and_ends_with_them() -> None:
    async def case() -> None:
        db = Slow()
        reads = gathered(db)
        waiting = [asyncio.ensure_future(reads.find(key)) for key in ("a", "b")]
        waiting[1].cancel()
        db.failure = StorageUnavailable()
        await db.let_through()
        with pytest.raises(StorageUnavailable):
            await waiting[0]
        db.failure = None
        again = asyncio.ensure_future(reads.find("a"))
        await db.let_through()
        assert await again == 0

    asyncio.run(case())


def test_a_failure_that_nobody_waits_for_is_no_line_in_the_log() -> None:
    async def case() -> None:
        told: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context))
        db = Slow()
        db.failure = StorageUnavailable()
        waiting = gathered(db).ask("a")
        await db.let_through()
        assert waiting.done()
        del waiting
        gc.collect()
        await asyncio.sleep(0)
        assert told == []

    asyncio.run(case())


def test_no_transaction_reads_for_too_many() -> None:
    async def case() -> None:
        db = Slow()
        reads = gathered(db)
        waiting = [asyncio.ensure_future(reads.find(f"{number}")) for number in range(MOST + 1)]
        await asyncio.sleep(0)
        await db.let_through()
        await db.let_through()
        await asyncio.gather(*waiting)
        assert [len(keys) for keys in db.asked] == [MOST, 1]

    asyncio.run(case())


def test_names_on_both_engines(here: Pair) -> None:
    here.push("one", IMAGE, "latest")
    layer = digest_of(IMAGE.blobs[-1])

    def name(kind: Any, reference: str, repository: str = "one") -> Name:
        return Name(kind, ACCOUNT, "us-east-1", repository, reference)

    there = [name("tag", "latest"), name("image", IMAGE.digest), name("blob", layer)]
    absent = [name("tag", "none"), name("image", layer), name("blob", IMAGE.digest), name("tag", "latest", "two")]
    found = here.run(here.app.db.read(current, [*there, *absent]))
    assert set(found) == set(there)
    assert found[there[0]] == found[there[1]]
    assert [found[each].digest for each in there] == [IMAGE.digest, IMAGE.digest, layer]
