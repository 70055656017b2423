"""What a process remembers: versions for half a second, and no more entries than there is room for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from entrepot.services.access_cache import FRESH, Lru, ProcessCache


class Versions:
    """A database whose only content is a version; counts how often it is read."""

    def __init__(self) -> None:
        self.version = 1
        self.reads = 0

    async def read(self, fn: Callable[..., Any], *args: Any) -> int:
        del fn, args
        self.reads += 1
        await asyncio.sleep(0)
        return self.version

    async def write(self, fn: Callable[..., Any], *args: Any) -> int:
        raise AssertionError(fn, args)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_version_is_read_again_after_half_a_second() -> None:
    async def run() -> None:
        db, clock = Versions(), Clock()
        cache = ProcessCache(db, clock)  # type: ignore[arg-type]
        assert await cache.version("1") == 1
        db.version = 2
        clock.now += FRESH - 0.001
        assert (await cache.version("1"), db.reads) == (1, 1)
        clock.now += 0.001
        assert (await cache.version("1"), db.reads) == (2, 2)
        assert FRESH <= 0.5

    asyncio.run(run())


def test_a_higher_version_that_was_seen_counts_at_once_and_no_longer() -> None:
    async def run() -> None:
        db, clock = Versions(), Clock()
        cache = ProcessCache(db, clock)  # type: ignore[arg-type]
        cache.learn("1", 9)
        assert await cache.version("1") == 1
        clock.now += 0.3
        cache.learn("1", 3)
        cache.learn("1", 2)
        assert (await cache.version("1"), db.reads) == (3, 1)
        db.version = 4
        clock.now += FRESH - 0.3
        assert (await cache.version("1"), db.reads) == (4, 2)

    asyncio.run(run())


def test_accounts_have_versions_of_their_own() -> None:
    async def run() -> None:
        db, clock = Versions(), Clock()
        cache = ProcessCache(db, clock)  # type: ignore[arg-type]
        await cache.version("1")
        db.version = 7
        assert (await cache.version("2"), await cache.version("1")) == (7, 1)

    asyncio.run(run())


def test_those_who_ask_at_once_share_one_read() -> None:
    async def run() -> None:
        db = Versions()
        cache = ProcessCache(db, Clock())  # type: ignore[arg-type]
        assert await asyncio.gather(*(cache.version("1") for _ in range(50))) == [1] * 50
        assert db.reads == 1

    asyncio.run(run())


def test_who_goes_away_takes_nobody_along() -> None:
    async def run() -> None:
        db = Versions()
        cache = ProcessCache(db, Clock())  # type: ignore[arg-type]
        first = asyncio.create_task(cache.version("1"))
        await asyncio.sleep(0)
        second = asyncio.create_task(cache.version("1"))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second, db.reads) == (1, 1)

    asyncio.run(run())


def test_a_failed_read_is_not_remembered() -> None:
    class Failing(Versions):
        async def read(self, fn: Callable[..., Any], *args: Any) -> int:
            if not self.reads:
                self.reads += 1
                raise ConnectionError
            return await super().read(fn, *args)

    async def run() -> None:
        cache = ProcessCache(Failing(), Clock())  # type: ignore[arg-type]
        found = await asyncio.gather(cache.version("1"), return_exceptions=True)
        assert isinstance(found[0], ConnectionError)
        assert await cache.version("1") == 1

    asyncio.run(run())


def test_what_was_used_last_stays() -> None:
    lru = Lru(3)
    for key in "abc":
        lru.put(key, key.upper())
    assert lru.get("a") == "A"
    lru.put("d", "D")
    assert [lru.get(key) for key in "abcd"] == ["A", None, "C", "D"]
    lru.put("c", "new")
    assert (lru.get("c"), len(lru)) == ("new", 3)
