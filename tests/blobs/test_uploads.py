"""Uploads in any number of pieces, through any number of processes, with connections that break."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.blobs.folder import FolderStore
from entrepot.blobs.frames import Layout
from entrepot.blobs.sealed import BATCH_FRAMES, SealedBlobStore
from tests.blobs.uploads import NO_LIMIT, CutError, body, cut_into, get, new_upload

FRAME = 16
BATCH = FRAME * BATCH_FRAMES
PROCESSES = 2


@dataclass(frozen=True)
class Request:
    """One append: its chunks, the process it goes to, whether the connection breaks, whether the process dies then."""

    chunks: list[bytes]
    process: int
    cut: bool
    dies: bool


borders = st.sampled_from([0, 1, FRAME, BATCH, 2 * BATCH, 3 * BATCH]).flatmap(
    lambda middle: st.integers(max(0, middle - 2), middle + 2)
)
sizes = borders | st.integers(0, 3 * BATCH)
contents = sizes.flatmap(lambda size: st.binary(min_size=size, max_size=size))
chunkings = st.builds(cut_into, contents, st.lists(sizes, max_size=5))
requests = st.lists(
    st.builds(Request, chunkings, st.integers(0, PROCESSES - 1), st.booleans(), st.booleans()), max_size=5
)


@settings(deadline=None, max_examples=250)
@given(requests=requests, last=st.integers(0, PROCESSES - 1), start=sizes, length=sizes)
def test_what_was_acknowledged_is_the_blob(
    objects: FolderStore, requests: list[Request], last: int, start: int, length: int
) -> None:
    asyncio.run(upload(objects, requests, last, slice(start, start + length)))


async def upload(objects: FolderStore, requests: list[Request], last: int, part: slice) -> None:
    processes = [SealedBlobStore(objects, frame=FRAME, threads=2) for _ in range(PROCESSES)]
    staged, content = new_upload(), b""
    for request in requests:
        with suppress(CutError):
            staged = await processes[request.process].append(staged, body(*request.chunks, cut=request.cut), NO_LIMIT)
            content += b"".join(request.chunks)
        if request.dies:
            await processes[request.process].close()
            processes[request.process] = SealedBlobStore(objects, frame=FRAME, threads=2)
        assert staged.received == len(content)
    assert await processes[last].digest(staged, "sha256") == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert await processes[last].digest(staged, "sha512") == f"sha512:{hashlib.sha512(content).hexdigest()}"
    blob = await processes[last].commit(staged)
    start, stop, _ = part.indices(len(content))
    for process in processes:
        assert await get(process, blob) == content
        assert await get(process, blob, start, max(start, stop)) == content[start:stop]
        await process.close()
    assert stored_size(objects, blob.object_id) == Layout(FRAME).stored_size(len(content))


def stored_size(objects: FolderStore, object_id: str) -> int:
    with objects.open(object_id) as reader:
        return reader.read_into(0, bytearray(1 << 16))
