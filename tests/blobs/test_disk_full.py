"""A file system without room: a clear error, and nothing lost that was there before."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.errors import StorageFull
from tests.blobs.uploads import NO_LIMIT, append, get, new_upload, put, repeated

MEBIBYTE = 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_an_upload_goes_on_when_there_is_room_again(small_disk: Path) -> None:
    async def case() -> None:
        blobs = SealedBlobStore(FolderStore(small_disk / "objects"), threads=2)
        before, first = os.urandom(2 * MEBIBYTE), os.urandom(MEBIBYTE + 1000)
        blob = await put(blobs, before)
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(2 * MEBIBYTE))
        staged = await append(blobs, new_upload(), first)
        for _ in range(2):
            with pytest.raises(StorageFull):
                await blobs.append(staged, repeated(bytes(64 << 10), 160), NO_LIMIT)
        assert await get(blobs, blob) == before
        ballast.unlink()
        second = os.urandom(2 * MEBIBYTE)
        grown = await append(blobs, staged, second)
        assert await blobs.digest(grown, "sha256") == f"sha256:{hashlib.sha256(first + second).hexdigest()}"
        assert await get(blobs, await blobs.commit(grown)) == first + second
        await blobs.close()

    asyncio.run(case())


def test_what_a_failed_append_took_is_given_back(small_disk: Path) -> None:
    async def case() -> None:
        blobs = SealedBlobStore(FolderStore(small_disk / "objects"), threads=2)
        free = os.statvfs(small_disk).f_bavail
        with pytest.raises(StorageFull):
            await blobs.append(new_upload(), repeated(bytes(MEBIBYTE), 10), NO_LIMIT)
        assert os.statvfs(small_disk).f_bavail >= free - 2
        await blobs.close()

    asyncio.run(case())


def test_a_commit_without_room_can_be_repeated(small_disk: Path) -> None:
    async def case() -> None:
        blobs = SealedBlobStore(FolderStore(small_disk / "objects"), threads=2)
        content = os.urandom(MEBIBYTE // 2)
        staged = await append(blobs, new_upload(), content)
        ballast = small_disk / "ballast"
        with pytest.raises(OSError, match="space"):
            ballast.write_bytes(bytes(8 * MEBIBYTE))
        with pytest.raises(StorageFull):
            await blobs.commit(staged)
        ballast.unlink()
        assert await get(blobs, await blobs.commit(staged)) == content
        await blobs.close()

    asyncio.run(case())
