"""Blobs, over a store of objects. Ports: see the package."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Algorithm = Literal["sha256", "sha512"]
Format = Literal["sealed", "plain", "dsse"]
"""How an object's bytes lie in a store: sealed by us once, as they are, or sealed by us twice (see blobs/forms.py)."""


@dataclass(frozen=True, slots=True)
class StagedBlob:
    """Bytes of an upload: stored, but nobody's blob yet. The row of the upload remembers it between requests.

    `secret` is the 32-byte key of this one object, or the two of one that is sealed twice; `received` counts plain
    bytes; `state` belongs to the store, which is the one that `store` names.
    """

    object_id: str
    secret: bytes
    received: int = 0
    state: str = ""
    store: str = ""
    format: Format = "sealed"


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A whole, durable blob: `size` plain bytes in the object `object_id` of a store, as `format` says."""

    object_id: str
    secret: bytes
    size: int
    store: str = ""
    format: Format = "sealed"


class ObjectPlace(NamedTuple):
    """Which object, and in which of the stores of a deployment; the one in the data folder has no name."""

    object_id: str
    store: str = ""


class BlobStore(Protocol):
    """Blobs by way of an ObjectStore: what services use. Verifies on the way in and on the way out."""

    def exclusive(self, object_id: str) -> AbstractAsyncContextManager[None]:
        """One writer at a time, in this process (which waits) and in others (UploadBusy).

        Held around reading an upload's row, `append` or `commit`, and moving the row on.
        """
        ...

    def begin(self, object_id: str, secret: bytes, form: Format | None = None) -> StagedBlob:
        """An empty staging where new blobs are to be stored, in the format that is asked for or that new blobs have."""
        ...

    async def append(self, staged: StagedBlob, body: AsyncIterator[bytes], limit: int) -> StagedBlob:
        """Stores the bytes of `body` behind what `staged` holds and returns the new standing.

        What is returned can be gone on with by any process. `staged` stays valid too, until something is appended
        to what is returned: whatever comes after it is dropped when it is gone on with. The same holds when the
        body breaks off (its iterator raises). Raises SizeInvalid past `limit` plain bytes in all,
        StorageFull, StorageUnavailable.
        """
        ...

    async def digest(self, staged: StagedBlob, algorithm: Algorithm) -> str:
        """The digest of all bytes staged, as `algorithm:hex`."""
        ...

    async def commit(self, staged: StagedBlob) -> StoredBlob:
        """Makes the staged bytes a durable blob. Called once, after the digest was found right."""
        ...

    async def discard(self, object_id: str, store: str | None = None) -> None:
        """Drops a staged or stored blob's bytes, from one store or from all; those that are gone are no error."""
        ...

    async def discard_many(self, places: Sequence[ObjectPlace]) -> None:
        """Drops the bytes of stored blobs. Where it raises, some of them may be gone."""
        ...

    async def url(self, blob: StoredBlob, seconds: int) -> str | None:
        """Where a client gets the blob's bytes from the store itself for a while; None where it is to ask us."""
        ...

    def read(self, blob: StoredBlob, start: int, stop: int) -> AsyncIterator[bytes]:
        """The plain bytes `start` to `stop` (exclusive), a frame at a time, each authenticated before it is given out.

        Raises ContentDamaged where a stored bit was changed or is missing.
        """
        ...

    async def check(self, blob: StoredBlob, digest: str, told: Callable[[int], Awaitable[None]]) -> None:
        """Reads all of a blob back. Raises ContentDamaged where a frame does not open, or bytes are missing or added.

        The digest of what comes out has to be `digest`. `told` is awaited with the number of plain bytes after every
        few frames: who is to read more slowly waits there.
        """
        ...

    async def total_size(self, object_ids: Sequence[str]) -> int:
        """Stored bytes of objects, staged or committed, in all; of those that are gone there are none."""
        ...

    async def orphans(self, older_than: float) -> list[str]:
        """Object ids last written before `older_than` (seconds since the epoch), for the sweep to look up."""
        ...

    async def present(self) -> set[ObjectPlace]:
        """Every blob's object that is there to be read, with the store that it lies in. About 200 bytes for each."""
        ...

    async def sizes(self) -> dict[ObjectPlace, int]:
        """As `present`, each with how many bytes are stored."""
        ...

    async def mark(self) -> str:
        """The mark of the store that new blobs go to; see `ObjectStore.mark`."""
        ...

    async def set_mark(self, text: str) -> None:
        """Sets the mark of the store that new blobs go to."""
        ...

    async def leftovers(self, older_than: float) -> list[tuple[str, str]]:
        """As `ObjectStore.leftovers`: what uploads that were broken off left beside objects that rows may name."""
        ...

    async def drop(self, leftovers: Sequence[str]) -> None:
        """Removes what `leftovers` named."""
        ...

    async def close(self) -> None:
        """Ends worker threads and closes files. Staged bytes stay."""
        ...


class Replica(Protocol):
    """Another place that may have the bytes that are damaged here. What it gives is believed for its digest only."""

    @property
    def name(self) -> str:
        """What an operator calls it; without credentials."""
        ...

    def blob(self, blob: StoredBlob, digest: str, repositories: Sequence[str]) -> AsyncIterator[bytes]:
        """The bytes of a blob, as it is stored here and by its digest, which one of the repositories there may hold.

        Raises StorageUnavailable where it is not to be had, and ContentDamaged.
        """
        ...

    async def manifest(self, digest: str, media_type: str, repositories: Sequence[str]) -> bytes:
        """A manifest. Raises StorageUnavailable where it is not to be had."""
        ...

    async def close(self) -> None:
        """Lets go of threads and connections."""
        ...
