"""One writer at a time to an upload: in a process the others wait, in other processes they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import pytest

from entrepot.errors import UploadBusy
from entrepot.ports import BlobStore

Another = Callable[[], AbstractAsyncContextManager[BlobStore]]

UPLOAD = uuid4().hex


@asynccontextmanager
async def two_processes(another: Another) -> AsyncIterator[tuple[BlobStore, BlobStore]]:
    async with another() as one, another() as other:
        yield one, other


async def hold(blobs: BlobStore, held: asyncio.Event, enough: asyncio.Event) -> None:
    async with blobs.exclusive(UPLOAD):
        held.set()
        await enough.wait()


def test_others_of_the_process_wait(another_process: Another) -> None:
    async def case() -> None:
        async with two_processes(another_process) as (one, other):
            inside = 0

            async def take_turn() -> None:
                nonlocal inside
                async with one.exclusive(UPLOAD):
                    inside += 1
                    assert inside == 1
                    await asyncio.sleep(0)
                    inside -= 1

            await asyncio.gather(*(take_turn() for _ in range(20)))
            async with other.exclusive(UPLOAD):
                pass

    asyncio.run(case())


def test_other_processes_are_told(another_process: Another) -> None:
    async def case() -> None:
        async with two_processes(another_process) as (one, other):
            async with one.exclusive(UPLOAD), one.exclusive(uuid4().hex):
                with pytest.raises(UploadBusy):
                    await hold(other, asyncio.Event(), asyncio.Event())
            async with other.exclusive(UPLOAD):
                pass

    asyncio.run(case())


@pytest.mark.parametrize("turns", range(8))
def test_a_cancelled_holder_gives_back(another_process: Another, turns: int) -> None:
    """Whether it was cancelled before, while or after it got the lock."""

    async def case() -> None:
        async with two_processes(another_process) as (one, other):
            task = asyncio.create_task(hold(one, asyncio.Event(), asyncio.Event()))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            async with other.exclusive(UPLOAD):
                pass
            async with one.exclusive(UPLOAD):
                pass

    asyncio.run(case())


def test_a_waiting_one_follows_a_cancelled_holder(another_process: Another) -> None:
    async def case() -> None:
        async with two_processes(another_process) as (one, _):
            held, follows = asyncio.Event(), asyncio.Event()
            first = asyncio.create_task(hold(one, held, asyncio.Event()))
            await held.wait()
            second = asyncio.create_task(hold(one, follows, follows))
            first.cancel()
            await second
            assert follows.is_set()

    asyncio.run(case())
