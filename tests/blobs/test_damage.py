"""Stored bytes that are not what was stored: an error, and never served."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.frames import Layout
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.errors import ContentDamaged
from entrepot.ports import BlobStore, StagedBlob, StoredBlob
from tests.blobs.uploads import append, get, new_upload, put

FRAME = 64
LAYOUT = Layout(FRAME)
SEALED = LAYOUT.sealed_frame
SIZE = 3 * FRAME + 9
STORED = LAYOUT.stored_size(SIZE)

Damage = Callable[[Path], None]
Step = Callable[[BlobStore, StagedBlob], Awaitable[object]]


def file_of(folder: Path, object_id: str) -> Path:
    (path,) = folder.rglob(object_id)
    return path


def rewritten(change: Callable[[bytearray], bytes | bytearray]) -> Damage:
    """Damage to a file by way of its content."""

    def damage(path: Path) -> None:
        content = change(bytearray(path.read_bytes()))
        path.chmod(0o600)
        path.write_bytes(content)

    return damage


def flipped(bit: int) -> Damage:
    def flip(content: bytearray) -> bytearray:
        content[bit // 8] ^= 1 << bit % 8
        return content

    return rewritten(flip)


async def served_after(folder: Path, damage: Damage) -> tuple[bytes, bytes]:
    """What a transfer of a damaged blob gave out before it failed, and what it should have been."""
    content = os.urandom(SIZE)
    blobs = SealedBlobStore(FolderStore(folder), frame=FRAME, threads=2)
    blob = await put(blobs, content)
    damage(file_of(folder, blob.object_id))
    served = bytearray()
    with pytest.raises(ContentDamaged):
        await collect(blobs.read(blob, 0, SIZE), served)
    await blobs.close()
    return bytes(served), content


async def collect(pieces: AsyncIterator[bytes], into: bytearray) -> None:
    async for piece in pieces:
        into += piece


@settings(deadline=None, max_examples=100)
@given(bit=st.integers(0, STORED * 8 - 1))
def test_a_flipped_bit_is_not_served(tmp_path_factory: pytest.TempPathFactory, bit: int) -> None:
    folder = tmp_path_factory.getbasetemp() / "flipped"
    served, content = asyncio.run(served_after(folder, flipped(bit)))
    assert served == content[: bit // 8 // SEALED * FRAME]


def swap(first: int, second: int) -> Damage:
    def swapped(content: bytearray) -> bytes:
        frames = [content[at : at + SEALED] for at in range(0, len(content), SEALED)]
        frames[first], frames[second] = frames[second], frames[first]
        return b"".join(frames)

    return rewritten(swapped)


@pytest.mark.parametrize(
    "damage",
    [
        swap(0, 1),
        rewritten(lambda content: content[:SEALED] * 4),
        rewritten(lambda content: content[:-1]),
        rewritten(lambda content: content[: 3 * SEALED]),
        rewritten(lambda content: content[SEALED:]),
        rewritten(lambda content: content[: SEALED + 5]),
        rewritten(lambda _: b""),
        rewritten(lambda content: bytes(len(content))),
        Path.unlink,
    ],
    ids=["swapped", "repeated", "byte short", "frame short", "first gone", "cut", "empty", "zeros", "missing"],
)
def test_a_changed_object_is_not_served(folder: Path, damage: Damage) -> None:
    served, content = asyncio.run(served_after(folder, damage))
    assert content.startswith(served)
    assert len(served) < SIZE


def test_frames_of_another_object_are_not_served(store: FolderStore, folder: Path) -> None:
    """Even one that is sealed with the same key."""

    async def case() -> None:
        blobs = SealedBlobStore(store, frame=FRAME, threads=2)
        blob = await put(blobs, bytes(SIZE))
        twin = StoredBlob(new_upload().object_id, blob.secret, SIZE)
        target = folder / twin.object_id[0] / twin.object_id[1] / twin.object_id
        target.write_bytes(file_of(folder, blob.object_id).read_bytes())
        with pytest.raises(ContentDamaged):
            await get(blobs, twin)
        await blobs.close()

    asyncio.run(case())


def test_what_was_read_before_is_not_served_again(store: FolderStore, folder: Path) -> None:
    """The thread's buffer still holds the frame that the object lost."""

    async def case() -> None:
        blobs = SealedBlobStore(store, frame=FRAME, threads=1)
        blob = await put(blobs, bytes(FRAME))
        await get(blobs, blob)
        rewritten(lambda content: content[:10])(file_of(folder, blob.object_id))
        with pytest.raises(ContentDamaged):
            await get(blobs, blob)
        await blobs.close()

    asyncio.run(case())


def test_intact_frames_beside_a_damaged_one_are_served(store: FolderStore, folder: Path) -> None:
    async def case() -> None:
        content = os.urandom(SIZE)
        blobs = SealedBlobStore(store, frame=FRAME, threads=2)
        blob = await put(blobs, content)
        flipped(SEALED * 8)(file_of(folder, blob.object_id))
        assert await get(blobs, blob, 0, FRAME) == content[:FRAME]
        assert await get(blobs, blob, 2 * FRAME) == content[2 * FRAME :]
        await blobs.close()

    asyncio.run(case())


def test_the_log_says_which_frame(store: FolderStore, folder: Path) -> None:
    async def case() -> StoredBlob:
        blobs = SealedBlobStore(store, frame=FRAME, threads=2)
        blob = await put(blobs, bytes(SIZE))
        flipped(2 * SEALED * 8 + 300)(file_of(folder, blob.object_id))
        with pytest.raises(ContentDamaged):
            await get(blobs, blob)
        await blobs.close()
        return blob

    with structlog.testing.capture_logs() as lines:
        blob = asyncio.run(case())
    assert [(line["log_level"], line["object_id"], line["frame"]) for line in lines] == [("error", blob.object_id, 2)]


@pytest.mark.parametrize("tail", [True, False], ids=["tail", "frames"])
@pytest.mark.parametrize(
    "step",
    [
        lambda blobs, staged: blobs.digest(staged, "sha256"),
        lambda blobs, staged: append(blobs, staged, bytes(FRAME)),
        lambda blobs, staged: blobs.commit(staged),
    ],
    ids=["digest", "append", "commit"],
)
def test_damage_to_an_upload_is_found(store: FolderStore, folder: Path, step: Step, tail: bool) -> None:  # noqa: FBT001
    """By a process that did not see the bytes come in."""

    async def case() -> None:
        first = SealedBlobStore(store, frame=FRAME, threads=2)
        staged = await append(first, new_upload(), os.urandom(FRAME + 5))
        flipped(-8)(file_of(folder, staged.object_id + ("-1" if tail else "")))
        blobs = SealedBlobStore(store, frame=FRAME, threads=2)
        with pytest.raises(ContentDamaged):
            await step(blobs, staged)
        await first.close()
        await blobs.close()

    asyncio.run(case())
