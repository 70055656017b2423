"""How a transfer behaves while it goes on: little memory, no file left open."""

from __future__ import annotations

import asyncio
import os
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.folder_objects import FolderReader
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import ObjectStore, StoredBlob
from tests.blobs.uploads import get, put

FRAME = 1024
FRAMES = 10


@dataclass
class Watched:
    """A folder store that counts reads."""

    store: FolderStore
    offsets: list[int] = field(default_factory=list[int])

    def open(self, object_id: str, state: str = "", stop: int = 0) -> FolderReader:
        reader = self.store.open(object_id, state, stop)
        read_into = reader.read_into

        def counted(offset: int, buffer: bytearray | memoryview) -> int:
            self.offsets.append(offset)
            return read_into(offset, buffer)

        reader.read_into = counted
        return reader

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


def open_objects(folder: Path) -> int:
    """How many files under a folder this process has open."""
    return sum(file.resolve().is_relative_to(folder) for file in Path("/proc/self/fd").iterdir())


async def blob_in(store: ObjectStore) -> tuple[SealedBlobStore, StoredBlob]:
    blobs = SealedBlobStore(store, frame=FRAME, threads=1)
    return blobs, await put(blobs, os.urandom(FRAMES * FRAME))


def test_a_slow_reader_is_one_frame_ahead_of(store: FolderStore) -> None:
    async def case() -> None:
        watched = Watched(store)
        blobs, blob = await blob_in(watched)  # type: ignore[arg-type]
        async with aclosing(blobs.read(blob, 0, blob.size)) as pieces:
            for taken in range(1, FRAMES + 1):
                await anext(pieces)
                await asyncio.wrap_future(blobs._workers._pool.submit(lambda: None))
                assert len(watched.offsets) == min(taken + 1, FRAMES)
        await blobs.close()
        assert sorted(watched.offsets) == [index * (FRAME + 28) for index in range(FRAMES)]

    asyncio.run(case())


@pytest.mark.parametrize("taken", [0, 1, 2, FRAMES - 1, FRAMES])
def test_an_abandoned_transfer_closes_its_file(store: FolderStore, folder: Path, taken: int) -> None:
    async def case() -> None:
        blobs, blob = await blob_in(store)
        for _ in range(20):
            pieces = blobs.read(blob, 0, blob.size)
            for _ in range(taken):
                await anext(pieces)
            await pieces.aclose()
            assert open_objects(folder) == 0
        await blobs.close()

    asyncio.run(case())


def test_a_cancelled_transfer_closes_its_file(store: FolderStore, folder: Path) -> None:
    async def case() -> None:
        blobs, blob = await blob_in(store)
        for turns in range(30):
            task = asyncio.create_task(get(blobs, blob))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        await blobs.close()
        assert open_objects(folder) == 0

    asyncio.run(case())


def test_a_finished_transfer_needs_no_closing(store: FolderStore, folder: Path) -> None:
    async def case() -> None:
        blobs, blob = await blob_in(store)
        pieces = blobs.read(blob, 3 * FRAME, 5 * FRAME)
        await anext(pieces)
        await anext(pieces)
        assert open_objects(folder) == 0
        await pieces.aclose()
        await blobs.close()

    asyncio.run(case())


def test_many_transfers_at_once(store: FolderStore) -> None:
    async def case() -> None:
        blobs = SealedBlobStore(store, frame=FRAME, threads=3)
        contents = [os.urandom(size) for size in range(0, 30 * 500, 500)]
        stored = await asyncio.gather(*(put(blobs, content) for content in contents))
        assert await asyncio.gather(*(get(blobs, blob) for blob in stored)) == contents
        await blobs.close()

    asyncio.run(case())
