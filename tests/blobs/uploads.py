"""What tests of blobs need: bodies, fresh uploads, whole blobs."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from itertools import pairwise

from entrepot.ports import BlobStore, StagedBlob, StoredBlob

NO_LIMIT = 1 << 62


class CutError(Exception):
    """The client went away."""


async def body(*chunks: bytes, cut: bool = False) -> AsyncIterator[bytes]:
    """The chunks one after the other, and then perhaps the end of the connection."""
    for chunk in chunks:
        yield chunk
    if cut:
        raise CutError


async def repeated(chunk: bytes, times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield chunk


def new_upload() -> StagedBlob:
    return StagedBlob(uuid.uuid4().hex, os.urandom(32))


def begun(store: BlobStore) -> StagedBlob:
    """A new upload in the store's own format, with as many keys as that takes."""
    staged = store.begin(uuid.uuid4().hex, os.urandom(32))
    return replace(staged, secret=os.urandom(64)) if staged.format == "dsse" else staged


async def append(store: BlobStore, staged: StagedBlob, *chunks: bytes) -> StagedBlob:
    return await store.append(staged, body(*chunks), NO_LIMIT)


async def put(store: BlobStore, *chunks: bytes) -> StoredBlob:
    """A whole blob."""
    return await store.commit(await append(store, begun(store), *chunks))


async def get(store: BlobStore, blob: StoredBlob, start: int = 0, stop: int | None = None) -> bytes:
    """Its content."""
    return b"".join([piece async for piece in store.read(blob, start, blob.size if stop is None else stop)])


def cut_into(content: bytes, borders: Iterable[int]) -> list[bytes]:
    """Content in pieces, cut at `borders` as far as they lie within."""
    edges = sorted({0, len(content), *(border for border in borders if border < len(content))})
    return [content[start:stop] for start, stop in pairwise(edges)]
