"""What every BlobStore does, over every ObjectStore."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from entrepot.blobs.forms import DSSE, PLAIN, SEALED
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.errors import ContentDamaged, RangeNotSatisfiable, SizeInvalid
from entrepot.ports import Algorithm, BlobStore, ObjectStore, StagedBlob
from tests.blobs.uploads import NO_LIMIT, CutError, append, begun, body, get, put

FRAME = 1024
SIZES = [0, 1, FRAME - 1, FRAME, FRAME + 1, 4 * FRAME - 1, 4 * FRAME, 4 * FRAME + 1, 9 * FRAME, 20 * FRAME + 7]

Case = Callable[[BlobStore], Awaitable[None]]
Run = Callable[[Case], None]


@pytest.fixture(params=[{"sealed": SEALED}, {"plain": PLAIN}, {"dsse": DSSE}], ids=["sealed", "plain", "dsse"])
def run(store: ObjectStore, request: pytest.FixtureRequest) -> Run:
    """Runs a case with a store of small frames, and closes it."""

    async def within(case: Case) -> None:
        blobs = SealedBlobStore(store, frame=FRAME, threads=2, forms=request.param)
        try:
            await case(blobs)
        finally:
            await blobs.close()

    return lambda case: asyncio.run(within(case))


@pytest.mark.parametrize("size", SIZES)
def test_a_blob_comes_back(run: Run, size: int) -> None:
    content = os.urandom(size)

    async def case(blobs: BlobStore) -> None:
        staged = await append(blobs, begun(blobs), content)
        assert staged.received == size
        assert await blobs.digest(staged, "sha256") == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert await blobs.digest(staged, "sha512") == f"sha512:{hashlib.sha512(content).hexdigest()}"
        blob = await blobs.commit(staged)
        assert (blob.object_id, blob.secret, blob.size) == (staged.object_id, staged.secret, size)
        pieces = [piece async for piece in blobs.read(blob, 0, size)]
        assert all(isinstance(piece, bytes) and 0 < len(piece) <= FRAME for piece in pieces)
        assert b"".join(pieces) == content

    run(case)


def test_committing_again_changes_nothing(run: Run) -> None:
    async def case(blobs: BlobStore) -> None:
        for content in (b"", b"x", bytes(4 * FRAME), os.urandom(5 * FRAME + 1)):
            staged = await append(blobs, begun(blobs), content)
            assert await blobs.commit(staged) == await blobs.commit(staged)
            assert await get(blobs, await blobs.commit(staged)) == content

    run(case)


def test_nothing_is_appended_by_an_empty_body(run: Run) -> None:
    async def case(blobs: BlobStore) -> None:
        fresh = begun(blobs)
        assert await append(blobs, fresh) == fresh
        assert await append(blobs, fresh, b"", b"") == fresh
        staged = await append(blobs, fresh, b"something")
        assert await append(blobs, staged, b"") == staged

    run(case)


@pytest.mark.parametrize("held", [0, 10, 6 * FRAME])
def test_a_limit_counts_all_bytes(run: Run, held: int) -> None:
    async def case(blobs: BlobStore) -> None:
        staged = await append(blobs, begun(blobs), bytes(held))
        limit = held + 5 * FRAME
        with pytest.raises(SizeInvalid):
            await blobs.append(staged, body(bytes(4 * FRAME), bytes(FRAME), b"!"), limit)
        grown = await blobs.append(staged, body(bytes(5 * FRAME)), limit)
        assert grown.received == limit
        assert await get(blobs, await blobs.commit(grown)) == bytes(limit)

    run(case)


def broken_body() -> AsyncIterator[bytes]:
    return body(os.urandom(9 * FRAME + 5), cut=True)


@pytest.mark.parametrize("held", [0, 10, FRAME, 5 * FRAME + 3])
def test_a_broken_body_leaves_the_upload_as_it_was(run: Run, held: int) -> None:
    first, second = os.urandom(held), os.urandom(3 * FRAME + 1)

    async def case(blobs: BlobStore) -> None:
        staged = await append(blobs, begun(blobs), first)
        for _ in range(2):
            with pytest.raises(CutError):
                await blobs.append(staged, broken_body(), NO_LIMIT)
        grown = await append(blobs, staged, second)
        assert await blobs.digest(grown, "sha256") == f"sha256:{hashlib.sha256(first + second).hexdigest()}"
        assert await get(blobs, await blobs.commit(grown)) == first + second

    run(case)


def test_a_cancelled_append_leaves_the_upload_as_it_was(run: Run) -> None:
    async def case(blobs: BlobStore) -> None:
        staged = await append(blobs, begun(blobs), b"first")
        arrived = asyncio.Event()

        async def stalled() -> AsyncIterator[bytes]:
            yield bytes(20 * FRAME)
            arrived.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(blobs.append(staged, stalled(), NO_LIMIT))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await get(blobs, await blobs.commit(await append(blobs, staged, b"second"))) == b"firstsecond"

    run(case)


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 0), (0, 1), (FRAME - 1, FRAME + 1), (FRAME, 2 * FRAME), (5, 3 * FRAME), (2500, 2501)]
)
def test_a_range_is_a_slice(run: Run, start: int, stop: int) -> None:
    content = os.urandom(3 * FRAME)

    async def case(blobs: BlobStore) -> None:
        assert await get(blobs, await put(blobs, content), start, stop) == content[start:stop]

    run(case)


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (2, 1), (0, 11), (11, 11)])
def test_a_range_outside_the_blob_is_refused(run: Run, start: int, stop: int) -> None:
    async def case(blobs: BlobStore) -> None:
        with pytest.raises(RangeNotSatisfiable):
            await get(blobs, await put(blobs, bytes(10)), start, stop)

    run(case)


def test_what_was_discarded_is_gone(run: Run, store: ObjectStore) -> None:
    async def case(blobs: BlobStore) -> None:
        blob = await put(blobs, bytes(3 * FRAME))
        staged = await append(blobs, await append(blobs, begun(blobs), bytes(10)), bytes(FRAME))
        for object_id in (blob.object_id, staged.object_id, staged.object_id):
            await blobs.discard(object_id)
        assert not list(store.objects())
        with pytest.raises(ContentDamaged):
            await get(blobs, blob)
        with pytest.raises(ContentDamaged):
            await blobs.commit(staged)

    run(case)


def test_a_commit_leaves_one_object(run: Run, store: ObjectStore) -> None:
    async def case(blobs: BlobStore) -> None:
        staged = begun(blobs)
        for _ in range(3):
            staged = await append(blobs, staged, bytes(FRAME // 2))
        blob = await blobs.commit(staged)
        assert [name for name, _ in store.objects()] == [blob.object_id]

    run(case)


def test_orphans_are_objects_that_rest(run: Run, store: ObjectStore) -> None:
    async def case(blobs: BlobStore) -> None:
        blob = await put(blobs, b"committed")
        small: StagedBlob = await append(blobs, begun(blobs), b"tail only")
        large = await append(blobs, begun(blobs), bytes(5 * FRAME + 1))
        times = [written for _, written in store.objects()]
        everything = sorted(part.object_id for part in (blob, small, large))
        assert await blobs.orphans(max(times) + 1) == everything
        assert await blobs.orphans(min(times) - 1) == []

    run(case)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_whole_blob_passes_its_check(run: Run, size: int, algorithm: Algorithm) -> None:
    content, told = os.urandom(size), list[int]()

    async def tell(count: int) -> None:
        told.append(count)

    async def case(blobs: BlobStore) -> None:
        blob = await put(blobs, content)
        digest = f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"
        await blobs.check(blob, digest, tell)
        assert sum(told) == size
        with pytest.raises(ContentDamaged) as refused:
            await blobs.check(blob, digest[:-1] + ("0" if digest[-1] != "0" else "1"), tell)
        assert (refused.value.frame, refused.value.missing) == (None, False)

    run(case)


@pytest.mark.parametrize("size", [0, 1, FRAME, 4 * FRAME + 1])
def test_a_blob_that_is_gone_or_of_another_length_does_not(run: Run, size: int) -> None:
    content = os.urandom(size)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"

    async def tell(_count: int) -> None:
        pass

    async def case(blobs: BlobStore) -> None:
        blob = await put(blobs, content)
        assert await blobs.total_size([blob.object_id, "0" * 32]) >= size
        for other in (size + 1, size + FRAME):
            with pytest.raises(ContentDamaged):
                await blobs.check(replace(blob, size=other), digest, tell)
        if size > 1:
            with pytest.raises(ContentDamaged):
                await blobs.check(replace(blob, size=size - 1), digest, tell)
        await blobs.discard(blob.object_id)
        with pytest.raises(ContentDamaged) as refused:
            await blobs.check(blob, digest, tell)
        assert refused.value.missing
        assert await blobs.total_size([blob.object_id]) == 0

    run(case)
