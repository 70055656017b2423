"""Blobs as they are, in a bucket whose store encrypts them (SSE): clients may be sent there for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from entrepot.blobs.forms import PLAIN
from entrepot.blobs.s3_segments import object_key
from entrepot.blobs.sealed import SealedBlobStore
from entrepot.ports import StoredBlob

if TYPE_CHECKING:
    from entrepot.blobs.s3 import S3Store


class PlainBlobStore(SealedBlobStore):
    """As the sealed store in all but the form of frames, and in that it gives out URLs."""

    def __init__(
        self, store: S3Store, *, threads: int, lock: Callable[[str], AbstractAsyncContextManager[None]] | None = None
    ) -> None:
        super().__init__(store, threads=threads, lock=lock, forms={"plain": PLAIN})
        self._bucket = store.bucket

    async def url(self, blob: StoredBlob, seconds: int) -> str | None:
        """A presigned URL: the store serves the blob, or ranges of it, to whoever has the URL while it lasts."""
        return await asyncio.to_thread(self._bucket.presigned, object_key(blob.object_id), seconds)
