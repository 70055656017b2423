"""A replica that is a store of its own, with the same objects under the same ids: a copied folder or bucket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from entrepot.errors import StorageUnavailable
from entrepot.ports import BlobStore, StoredBlob


class StoreReplica:
    """The Replica port over the blobs of a store without a name, which is only read from."""

    def __init__(self, name: str, blobs: BlobStore) -> None:
        self.name = name
        self._blobs = blobs

    def blob(self, blob: StoredBlob, digest: str, repositories: Sequence[str]) -> AsyncIterator[bytes]:
        """The object of the same id, opened with the same key."""
        del digest, repositories
        return self._blobs.read(replace(blob, store=""), 0, blob.size)

    async def manifest(self, digest: str, media_type: str, repositories: Sequence[str]) -> bytes:
        """None: manifests are in the database."""
        del digest, media_type, repositories
        raise StorageUnavailable("A store of objects holds no manifests.")

    async def close(self) -> None:
        """Closes the store."""
        await self._blobs.close()
