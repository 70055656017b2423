"""A process that appends to one upload until it is killed, and prints each standing that it may acknowledge."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from pathlib import Path

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import StagedBlob
from tests.blobs.uploads import NO_LIMIT, body, cut_into

FRAME = 1024
UPLOAD = StagedBlob("a" * 32, bytes(32))


def part(number: int) -> bytes:
    """The content of the append of that number: any length up to two batches."""
    return hashlib.shake_256(number.to_bytes(4, "big")).digest(1 + number * 997 % (8 * FRAME))


async def upload(folder: Path) -> None:
    blobs = SealedBlobStore(FolderStore(folder), frame=FRAME, threads=2)
    staged, number = UPLOAD, 0
    while True:
        async with blobs.exclusive(staged.object_id):
            staged = await blobs.append(staged, body(*cut_into(part(number), range(0, 9 * FRAME, 700))), NO_LIMIT)
            sys.stdout.write(f"{staged.received} {staged.state}\n")
            sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    asyncio.run(upload(Path(sys.argv[1])))
