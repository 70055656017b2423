"""Frames that transfers share."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.opened import OpenedFrames
from entrepot.blobs.reading import FrameReading, TransferOver
from entrepot.blobs.sealed import OPENED_FRAMES, SealedBlobStore
from entrepot.errors import ContentDamaged
from entrepot.ports import StoredBlob
from tests.blobs.uploads import put
from tests.support.images import random_bytes

FRAME = 4096
DATA = random_bytes(FRAME * 3 * OPENED_FRAMES + 17)


def run(case: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(case())


def soon(value: bytes) -> Callable[[], asyncio.Future[bytes]]:
    async def work() -> bytes:
        await asyncio.sleep(0)
        return value

    return lambda: asyncio.ensure_future(work())


def failing(error: Exception) -> Callable[[], asyncio.Future[bytes]]:
    async def work() -> bytes:
        await asyncio.sleep(0)
        raise error

    return lambda: asyncio.ensure_future(work())


def never() -> asyncio.Future[bytes]:
    raise AssertionError("it was there")


def test_a_frame_is_opened_once() -> None:
    async def case() -> None:
        frames = OpenedFrames(2)
        with frames.transfer():
            found = await asyncio.gather(frames.find(("a", 0), soon(b"0")), frames.find(("a", 0), never))
            assert found == [b"0", b"0"]
            assert await frames.find(("a", 0), never) == b"0"

    run(case)


def test_no_more_are_held_than_there_is_room_for() -> None:
    async def case() -> None:
        frames = OpenedFrames(2)
        with frames.transfer():
            for index in (0, 1, 0, 2):
                await frames.find(("a", index), soon(b"%d" % index))
            assert await frames.find(("a", 0), never) == b"0"
            assert await frames.find(("a", 1), soon(b"again")) == b"again"

    run(case)


def test_nothing_is_held_when_no_transfer_goes_on() -> None:
    async def case() -> None:
        frames = OpenedFrames(2)
        with frames.transfer(), frames.transfer():
            await frames.find(("a", 0), soon(b"0"))
        with frames.transfer():
            assert await frames.find(("a", 0), soon(b"new")) == b"new"

    run(case)


def test_damage_is_told_to_all_who_wait_and_not_remembered() -> None:
    async def case() -> None:
        frames = OpenedFrames(2)
        with frames.transfer():
            first = asyncio.ensure_future(frames.find(("a", 0), failing(ContentDamaged())))
            second = asyncio.ensure_future(frames.find(("a", 0), never))
            found = await asyncio.gather(first, second, return_exceptions=True)
            assert [type(each) for each in found] == [ContentDamaged, ContentDamaged]
            assert await frames.find(("a", 0), soon(b"repaired")) == b"repaired"

    run(case)


def test_the_end_of_a_transfer_is_no_end_for_another() -> None:
    async def case() -> None:
        frames = OpenedFrames(2)
        with frames.transfer():
            frames.begin(("a", 0), failing(TransferOver("over")))
            assert await frames.find(("a", 0), soon(b"mine")) == b"mine"
            waiting = asyncio.ensure_future(frames.find(("a", 1), soon(b"1")))
            await asyncio.sleep(0)
            waiting.cancel()
            assert await frames.find(("a", 1), never) == b"1"

    run(case)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def test_many_transfers_of_one_blob_open_its_frames_once(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    frame = FrameReading.frame

    def counted(self: FrameReading, index: int) -> bytes:
        opened.append(index)
        return frame(self, index)

    monkeypatch.setattr(FrameReading, "frame", counted)

    async def case() -> None:
        blobs = SealedBlobStore(store, frame=FRAME)
        blob = await put(blobs, DATA)
        found = await asyncio.gather(*(_all(blobs, blob) for _ in range(8)))
        assert found == [DATA] * 8
        assert len(opened) < 2 * len(set(opened))
        await blobs.close()

    run(case)


@given(st.randoms(use_true_random=False))
def test_transfers_that_stop_and_go_get_their_own_bytes(chance: random.Random) -> None:
    """More of them than frames are held, of several blobs, in any order, with some that end early."""

    async def case(folder: Path) -> None:
        blobs = SealedBlobStore(FolderStore(folder), frame=FRAME)
        contents = [DATA, DATA[::-1]]
        stored = [await put(blobs, content) for content in contents]
        transfers: list[tuple[bytes, Any, bytearray]] = []
        for _ in range(chance.randint(1, 12)):
            which = chance.randint(0, 1)
            start = chance.randint(0, len(DATA))
            stop = chance.randint(start, len(DATA))
            transfers.append((contents[which][start:stop], blobs.read(stored[which], start, stop), bytearray()))
        while transfers:
            at = chance.randrange(len(transfers))
            expected, pieces, got = transfers[at]
            if chance.random() < 0.03:
                await pieces.aclose()
                transfers.pop(at)
                continue
            piece = await anext(pieces, None)
            if piece is None:
                assert bytes(got) == expected
                transfers.pop(at)
            else:
                got += piece
                assert expected.startswith(bytes(got))
        await blobs.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(case(Path(folder)))


async def _all(blobs: SealedBlobStore, blob: StoredBlob) -> bytes:
    async with aclosing(blobs.read(blob, 0, blob.size)) as pieces:
        return b"".join([piece async for piece in pieces])
