"""A process that is killed in the middle of an upload: what it had acknowledged is there."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import StagedBlob
from tests.blobs.uploader import FRAME, UPLOAD, part
from tests.blobs.uploads import append, get


def standings(folder: Path, seconds: float) -> list[str]:
    """What an uploader printed that was killed some time after its first line."""
    command = [sys.executable, "-m", "tests.blobs.uploader", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as uploader:
        assert uploader.stdout is not None
        lines = [uploader.stdout.readline()]
        killer = threading.Timer(seconds, uploader.kill)
        killer.start()
        lines += uploader.stdout.readlines()
        killer.join()
    return [line for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("seconds", [0.001, 0.004, 0.013, 0.029, 0.05])
def test_acknowledged_bytes_survive(folder: Path, seconds: float) -> None:
    printed = standings(folder, seconds)
    received, state = printed[-1].split()
    content = b"".join(part(number) for number in range(len(printed)))
    assert int(received) == len(content)
    asyncio.run(goes_on(folder, StagedBlob(UPLOAD.object_id, UPLOAD.secret, int(received), state), content))


async def goes_on(folder: Path, staged: StagedBlob, content: bytes) -> None:
    blobs = SealedBlobStore(FolderStore(folder), frame=FRAME, threads=2)
    async with blobs.exclusive(staged.object_id):
        grown = await append(blobs, staged, b"the end")
        assert await blobs.digest(grown, "sha256") == f"sha256:{hashlib.sha256(content + b'the end').hexdigest()}"
        assert await get(blobs, await blobs.commit(grown)) == content + b"the end"
    await blobs.close()
    assert not list((folder / "locks").iterdir())
