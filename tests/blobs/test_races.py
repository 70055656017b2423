"""Requests that go on with one upload at the same time: at most one of them is told that it did."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator

import pytest

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.errors import ContentDamaged, StorageUnavailable
from entrepot.ports import StagedBlob
from tests.blobs.uploads import NO_LIMIT, CutError, append, body, get, new_upload

FRAME = 64
BATCH = 4 * FRAME


def a_process(store: FolderStore) -> SealedBlobStore:
    """With one thread, so that a test can wait until all is done that was begun."""
    return SealedBlobStore(store, frame=FRAME, threads=1)


class Stalled:
    """A body that stops after its first chunk until it is told how to end."""

    def __init__(self, first: bytes, then: bytes = b"", *, cut: bool = False) -> None:
        self._first, self._then, self._cut = first, then, cut
        self.arrived, self.go_on = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._first
        self.arrived.set()
        await self.go_on.wait()
        yield self._then
        if self._cut:
            raise CutError


async def overtaken(process: SealedBlobStore, staged: StagedBlob, dying: Stalled) -> asyncio.Task[StagedBlob]:
    """An append in the middle of which others come."""
    task = asyncio.create_task(process.append(staged, dying, NO_LIMIT))  # type: ignore[arg-type]
    await dying.arrived.wait()
    await asyncio.wrap_future(process._workers._pool.submit(lambda: None))
    return task


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("held", [0, FRAME, FRAME + 5])
@pytest.mark.parametrize("same", [True, False], ids=["same process", "another process"])
def test_a_dying_request_does_not_spoil_its_repetition(
    store: FolderStore,
    same: bool,  # noqa: FBT001
    held: int,
    cut: bool,  # noqa: FBT001
) -> None:
    first, second = os.urandom(held), os.urandom(3 * BATCH + 7)

    async def case() -> None:
        one = a_process(store)
        other = one if same else a_process(store)
        staged = await append(one, new_upload(), first)
        dying = Stalled(os.urandom(2 * BATCH + 1), os.urandom(BATCH), cut=cut)
        task = await overtaken(one, staged, dying)
        grown = await append(other, staged, second)
        dying.go_on.set()
        with pytest.raises(CutError if cut else StorageUnavailable):
            await task
        assert await other.digest(grown, "sha256") == f"sha256:{hashlib.sha256(first + second).hexdigest()}"
        assert await get(one, await other.commit(grown)) == first + second
        await one.close()
        await other.close()

    asyncio.run(case())


def test_a_committed_blob_is_not_written_by_a_request_of_before(store: FolderStore) -> None:
    async def case() -> None:
        one, other = a_process(store), a_process(store)
        content = os.urandom(BATCH)
        staged = await append(one, new_upload(), content)
        late = Stalled(os.urandom(BATCH + 1), os.urandom(2 * BATCH))
        task = await overtaken(other, staged, late)
        blob = await one.commit(staged)
        late.go_on.set()
        with pytest.raises(StorageUnavailable):
            await task
        with pytest.raises(StorageUnavailable):
            await append(other, staged, bytes(BATCH))
        with pytest.raises(StorageUnavailable):
            await append(other, new_upload_of(staged), bytes(BATCH))
        assert await get(one, blob) == content
        await one.close()
        await other.close()

    asyncio.run(case())


def new_upload_of(staged: StagedBlob) -> StagedBlob:
    """The standing of an upload before its first byte."""
    return StagedBlob(staged.object_id, staged.secret)


def test_bytes_that_were_not_hashed_are_not_committed(store: FolderStore) -> None:
    """A request with an outdated standing writes other bytes than those whose digest was found right."""

    async def case() -> None:
        one, other = a_process(store), a_process(store)
        fresh = new_upload()
        for size in (BATCH, BATCH + 5, 5):
            staged = await append(one, fresh, os.urandom(size))
            await one.digest(staged, "sha256")
            await append(other, fresh, os.urandom(size))
            with pytest.raises(ContentDamaged):
                await one.commit(staged)
        await one.close()
        await other.close()

    asyncio.run(case())


def test_an_upload_that_was_committed_further_is_not_committed_shorter(store: FolderStore) -> None:
    async def case() -> None:
        one, other = a_process(store), a_process(store)
        staged = await append(one, new_upload(), os.urandom(FRAME))
        grown = await append(one, staged, os.urandom(FRAME))
        blob = await one.commit(grown)
        with pytest.raises(StorageUnavailable):
            await other.commit(staged)
        assert len(await get(other, blob)) == 2 * FRAME
        await one.close()
        await other.close()

    asyncio.run(case())


@pytest.mark.parametrize("held", [0, 5, FRAME, BATCH + 5])
def test_many_commits_of_one_upload_make_one_blob(store: FolderStore, held: int) -> None:
    async def case() -> None:
        processes = [a_process(store) for _ in range(3)]
        content = os.urandom(held)
        staged = await append(processes[0], new_upload(), content)
        tries = await asyncio.gather(*(process.commit(staged) for process in processes * 3), return_exceptions=True)
        done = {tried for tried in tries if not isinstance(tried, BaseException)}
        assert all(isinstance(tried, StorageUnavailable | ContentDamaged) for tried in set(tries) - done)
        for process in processes:
            assert [await get(process, blob) for blob in done] == [content] * len(done)
        assert await get(processes[0], await processes[0].commit(staged)) == content
        for process in processes:
            await process.close()

    asyncio.run(case())


def test_many_appends_from_one_standing(store: FolderStore) -> None:
    async def case() -> None:
        processes = [a_process(store) for _ in range(2)]
        staged = await append(processes[0], new_upload(), b"held")
        contents = [os.urandom(3 * BATCH) for _ in range(6)]
        tries = await asyncio.gather(
            *(processes[at % 2].append(staged, body(content), NO_LIMIT) for at, content in enumerate(contents)),
            return_exceptions=True,
        )
        for tried, content in zip(tries, contents, strict=True):
            if isinstance(tried, StagedBlob):
                await committed_whole_or_not_at_all(processes[0], tried, b"held" + content)
        for process in processes:
            await process.close()

    asyncio.run(case())


async def committed_whole_or_not_at_all(blobs: SealedBlobStore, staged: StagedBlob, content: bytes) -> None:
    try:
        blob = await blobs.commit(staged)
    except (ContentDamaged, StorageUnavailable):
        return
    assert await get(blobs, blob) == content
