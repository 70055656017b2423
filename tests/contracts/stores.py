"""The object stores that keep the contract. Each opens one on a folder; opened again, it is another process's."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.s3 import S3Store
from entrepot.blobs.s3_bucket import Bucket
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import BlobStore, ObjectStore
from entrepot.services.upload_locks import UploadLocks
from tests.contracts.databases import sqlite
from tests.support.seaweed import bucket, seaweed

OpenStore = Callable[[Path], ObjectStore]

SMALLEST_PART = 5 << 20  # "5 MiB to 5 GiB, no minimum for the last part", the S3 user guide on multipart uploads


@cache
def client() -> Any:
    return seaweed().client()


def s3(folder: Path, part: int = SMALLEST_PART) -> S3Store:
    """A store in a corner of the bucket that stands for a folder."""
    prefix = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return S3Store(Bucket(client(), bucket(), f"{prefix}/"), part)


STORES: dict[str, OpenStore] = {"folder": FolderStore, "s3": s3}


@asynccontextmanager
async def process(open_store: OpenStore, folder: Path) -> AsyncGenerator[BlobStore]:
    """A blob store as one of several processes has it, with what keeps the others out."""
    store = open_store(folder / "objects")
    if not store.cuts:
        blobs = SealedBlobStore(store, threads=2)
        yield blobs
        await blobs.close()
        return
    async with sqlite(folder) as db:
        locks = UploadLocks(db, lambda: datetime.now(UTC), lambda: str(uuid.uuid4()))
        blobs = SealedBlobStore(store, threads=2, lock=locks.hold)
        yield blobs
        await blobs.close()
