"""Objects that have rested long enough to be looked up by the sweep."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import StagedBlob
from tests.blobs.uploads import append, new_upload

FRAME = 64
NOW = 1_800_000_000.0


async def staged_in(store: FolderStore) -> StagedBlob:
    """An upload with an object and both of its tails."""
    blobs = SealedBlobStore(store, frame=FRAME, threads=1)
    staged = await append(blobs, new_upload(), bytes(FRAME + 1))
    staged = await append(blobs, staged, bytes(1))
    await blobs.close()
    return staged


async def orphans(store: FolderStore, older_than: float) -> list[str]:
    blobs = SealedBlobStore(store, frame=FRAME, threads=1)
    found = await blobs.orphans(older_than)
    await blobs.close()
    return found


@pytest.mark.parametrize("young", ["", "-0", "-1"])
def test_an_upload_is_as_old_as_its_youngest_part(store: FolderStore, folder: Path, young: str) -> None:
    object_id = asyncio.run(staged_in(store)).object_id
    for part in ("", "-0", "-1"):
        written = NOW if part == young else NOW - 1000
        (path,) = folder.rglob(object_id + part)
        os.utime(path, (written, written))
    assert asyncio.run(orphans(store, NOW)) == []
    assert asyncio.run(orphans(store, NOW + 1)) == [object_id]
