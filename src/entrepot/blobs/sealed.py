"""Blobs sealed by us, once or twice, over any store of objects."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from time import perf_counter
from types import MappingProxyType
from typing import Any
from weakref import WeakValueDictionary

from entrepot.blobs.appending import Appending
from entrepot.blobs.backing import Backing
from entrepot.blobs.batches import Batch
from entrepot.blobs.committing import commit
from entrepot.blobs.flow import Flow
from entrepot.blobs.forms import DSSE, SEALED, Form
from entrepot.blobs.frames import FRAME, Layout
from entrepot.blobs.hashes import Hasher, RunningHashes, hash_frames, hash_tail
from entrepot.blobs.opened import OpenedFrames
from entrepot.blobs.reading import FrameReading, demand_end
from entrepot.blobs.staged import Standing, family, owner
from entrepot.blobs.threads import Workers, forget
from entrepot.errors import ContentDamaged, RangeNotSatisfiable, SizeInvalid, StorageUnavailable
from entrepot.ports import Algorithm, Format, ObjectPlace, ObjectStore, StagedBlob, StoredBlob
from entrepot.rules.digests import parse_digest

BATCH_FRAMES = 4
"""Frames that are hashed, sealed and written at a time, while as many arrive."""

FORMS: Mapping[Format, Form] = MappingProxyType({"sealed": SEALED, "dsse": DSSE})

REHASH_FRAMES = 32
"""Frames that are read back and hashed at a time, so that a long upload leaves the threads to others in between."""

OPENED_FRAMES = 8
"""Frames that are held for the transfers of a process."""

FEW_UPLOADS = 4
"""Up to how many appends at once take large batches, two each; more of them make do with one frame each."""

CHECKED_FRAMES = 8
"""Frames that are read back in a row when a blob is checked, before others have their turn in the thread."""


class SealedBlobStore:
    """The BlobStore that seals each frame with AES-256-GCM before it leaves the process (see `frames`).

    An append holds two batches of `BATCH_FRAMES` frames at most, one frame where there are many of them; transfers hold
    `OPENED_FRAMES` frames together, each thread one. Everything
    but collecting and cutting bytes runs in `threads` worker threads. Of the `uploads` uploads that were appended to
    last, a running hash is kept. `lock` keeps other processes away from an upload, in place of the store's own. `forms`
    are what frames are made into, by the format of their blob; the first is that of new ones.
    """

    def __init__(
        self,
        store: ObjectStore,
        *,
        frame: int = FRAME,
        threads: int = 8,
        uploads: int = 1024,
        lock: Callable[[str], AbstractAsyncContextManager[None]] | None = None,
        forms: Mapping[Format, Form] = FORMS,
    ) -> None:
        self._layout = Layout(frame)
        self._batch = frame * BATCH_FRAMES
        self._workers = Workers(threads, frame + max(form.overhead for form in forms.values()))
        self._store = store
        self._backings: dict[Format, Backing] = {
            name: Backing(store, Layout(frame, form.overhead), self._workers.buffer, form.cipher)
            for name, form in forms.items()
        }
        self._hashes = RunningHashes(uploads)
        self._appends = 0
        self._opened = OpenedFrames(OPENED_FRAMES)
        self._turns = WeakValueDictionary[str, asyncio.Lock]()
        self._lock = lock or self._own_lock

    @asynccontextmanager
    async def exclusive(self, object_id: str) -> AsyncGenerator[None]:
        """One writer at a time: waits for others of this process; raises UploadBusy for those of another."""
        turn = self._turns.setdefault(object_id, asyncio.Lock())
        async with turn, self._lock(object_id):
            yield

    def _backing(self, form: Format) -> Backing:
        """For blobs of one format. Raises StorageUnavailable for one that none of ours has."""
        if form not in self._backings:
            raise StorageUnavailable(f"This store holds no blobs of the format '{form}'.")
        return self._backings[form]

    def _own_lock(self, object_id: str) -> AbstractAsyncContextManager[None]:
        return self._workers.held(self._store.lock(object_id))

    async def append(self, staged: StagedBlob, body: AsyncIterator[bytes], limit: int) -> StagedBlob:
        """Stores `body` behind `staged`. See `ports.BlobStore.append`."""
        hasher = self._hashes.at(staged)
        work = Appending(self._backing(staged.format), staged, hasher)
        try:
            last = await self._feed(work, body, limit - staged.received)
            if last is None:
                return staged
            grown = await self._workers.start(work.finish, last)
        except BaseException:
            await self._workers.finish(work.abandon)
            raise
        if hasher:
            self._hashes.keep(grown, hasher)
        return grown

    async def _feed(self, work: Appending, body: AsyncIterator[bytes], room: int) -> memoryview | None:
        """Hands full batches to threads. Returns the last batch; None where nothing came.

        One of a few has two buffers in turns, and is hashed by one thread while another seals and writes.
        """
        self._appends += 1
        few = self._appends <= FEW_UPLOADS
        size = self._batch if few else self._layout.frame
        filling, resting = Batch(size, work.carry), None
        running: asyncio.Future[Any] | None = None
        left, carry = room, work.carry
        try:
            async for chunk in body:
                left -= len(chunk)
                if left < 0:
                    raise SizeInvalid("The content is larger than the registry takes")
                view = memoryview(chunk)
                while view := filling.fill(view):
                    if running:
                        await running
                    batch = filling.content()
                    if few:
                        hashing = self._workers.start(work.hash, batch[carry:])
                        running = asyncio.gather(hashing, self._workers.start(work.take, batch))
                        filling, resting = resting or Batch(size), filling
                    else:
                        await self._workers.start(work.take_hashed, batch)
                    carry = 0
                    filling.clear()
            if running:
                await running
        finally:
            self._appends -= 1
            if running:
                forget(running)
        return filling.content() if left < room else None

    async def digest(self, staged: StagedBlob, algorithm: Algorithm) -> str:
        """The digest of what is staged: as it came in where this process saw all of it, and read back otherwise."""
        hasher = self._hashes.at(staged) if algorithm == "sha256" else None
        if hasher is None:
            hasher = await self._rehash(staged, algorithm)
            if algorithm == "sha256":
                self._hashes.keep(staged, hasher)
        return f"{algorithm}:{hasher.hexdigest()}"

    async def _rehash(self, staged: StagedBlob, algorithm: Algorithm) -> Hasher:
        hasher = hashlib.new(algorithm)
        frames = range(self._layout.whole_frames(staged.received))
        state = Standing.of(staged).object_state
        backing = self._backing(staged.format)
        reading = FrameReading(backing, staged.object_id, staged.secret, staged.received, frames, state)
        try:
            for first in range(0, len(frames), REHASH_FRAMES):
                await self._workers.start(hash_frames, hasher, reading, frames[first : first + REHASH_FRAMES])
            await self._workers.start(hash_tail, hasher, backing, staged)
        finally:
            if not reading.closed:
                await self._workers.finish(reading.close)
        return hasher

    async def commit(self, staged: StagedBlob) -> StoredBlob:
        """Makes the staged bytes a durable blob; doing it again changes nothing."""
        blob = await self._workers.start(commit, self._backing(staged.format), staged)
        self._hashes.drop(staged.object_id)
        return blob

    def begin(self, object_id: str, secret: bytes, form: Format | None = None) -> StagedBlob:
        """An empty staging."""
        return StagedBlob(object_id, secret, format=form or next(iter(self._backings)))

    async def discard(self, object_id: str, store: str | None = None) -> None:
        """Drops an object and its tails."""
        del store
        self._hashes.drop(object_id)
        await self._workers.start(_delete, self._store, object_id)

    async def discard_many(self, places: Sequence[ObjectPlace]) -> None:
        """Drops blobs, and whatever tails they have."""
        for place in places:
            self._hashes.drop(place.object_id)
        await self._workers.start(_delete_many, self._store, [place.object_id for place in places])

    async def url(self, blob: StoredBlob, seconds: int) -> str | None:
        """None: what is stored is of no use to a client."""
        del blob, seconds
        return None

    async def read(self, blob: StoredBlob, start: int, stop: int) -> AsyncGenerator[bytes]:
        """The plain bytes `start` to `stop`, one frame read ahead. Raises RangeNotSatisfiable, ContentDamaged."""
        if not 0 <= start <= stop <= blob.size:
            raise RangeNotSatisfiable(blob.size)
        frames, frame = self._layout.frames(start, stop), self._layout.frame
        if not frames:
            return
        reading = FrameReading(self._backing(blob.format), blob.object_id, blob.secret, blob.size, frames)
        # What a store that is paid by the request sends is a stream of the transfer's own, read in a row.
        name = f"{blob.object_id} {id(reading)}" if self._store.cuts else blob.object_id
        flow, at = Flow(), start
        try:
            with self._opened.transfer():
                while at < stop:
                    index = at // frame
                    opening = partial(self._start, reading, index)
                    self._opened.begin((name, index), opening)
                    if index < frames[-1] and at % frame == 0:
                        self._opened.begin((name, index + 1), partial(self._start, reading, index + 1))
                    plain = await self._opened.find((name, index), opening)
                    first, size = at - index * frame, flow.piece(frame, self._opened.transfers)
                    piece = plain[first : min(stop - index * frame, first + size)]
                    del plain  # nothing is held while the reader waits
                    before = perf_counter()
                    yield piece
                    flow.went(len(piece), perf_counter() - before)
                    at += len(piece)
        finally:
            if not reading.closed:
                await self._workers.finish(reading.close)

    def _start(self, reading: FrameReading, index: int) -> asyncio.Future[bytes]:
        return self._workers.start(reading.frame, index)

    async def check(self, blob: StoredBlob, digest: str, told: Callable[[int], Awaitable[None]]) -> None:
        """Reads all of a blob back, `CHECKED_FRAMES` at a time in one thread. See `ports.BlobStore.check`."""
        hasher = hashlib.new(parse_digest(digest)[0])
        frames = self._layout.frames(0, blob.size)
        backing = self._backing(blob.format)
        reading = FrameReading(backing, blob.object_id, blob.secret, blob.size, frames)
        try:
            for first in range(0, len(frames), CHECKED_FRAMES):
                batch = frames[first : first + CHECKED_FRAMES]
                await self._workers.start(hash_frames, hasher, reading, batch)
                await told(sum(self._layout.frame_size(index, blob.size) for index in batch))
        finally:
            if not reading.closed:
                await self._workers.finish(reading.close)
        await self._workers.start(demand_end, backing, blob.object_id, blob.size)
        if not digest.endswith(f":{hasher.hexdigest()}"):
            raise ContentDamaged

    async def total_size(self, object_ids: Sequence[str]) -> int:
        """Stored bytes of objects, with their tails."""
        return await self._workers.start(_total_size, self._store, object_ids)

    async def orphans(self, older_than: float) -> list[str]:
        """Objects all parts of which were last written before `older_than`."""
        return await self._workers.start(_older, self._store, older_than)

    async def present(self) -> set[ObjectPlace]:
        """Every object that is there to be read, in a store without a name."""
        return await self._workers.start(lambda: {ObjectPlace(each) for each in self._store.whole()})

    async def sizes(self) -> dict[ObjectPlace, int]:
        """The stored bytes of every object, in a store without a name."""
        sizes = self._store.sizes
        return await self._workers.start(lambda: {ObjectPlace(name): size for name, size in sizes()})

    async def mark(self) -> str:
        """The store's."""
        return await self._workers.start(self._store.mark)

    async def set_mark(self, text: str) -> None:
        """The store's."""
        await self._workers.start(self._store.set_mark, text)

    async def leftovers(self, older_than: float) -> list[tuple[str, str]]:
        """What the store knows of, besides whole objects, that was last written before `older_than`."""
        return await self._workers.start(lambda: list(self._store.leftovers(older_than)))

    async def drop(self, leftovers: Sequence[str]) -> None:
        """Removes leftovers."""
        for leftover in leftovers:
            await self._workers.start(self._store.drop, leftover)

    async def close(self) -> None:
        """Ends the worker threads, once what they do is done, and the store's."""
        await self._workers.close()
        await asyncio.to_thread(self._store.close)


def _delete(store: ObjectStore, object_id: str) -> None:
    for name in [object_id] if store.cuts else family(object_id):
        store.delete(name)


def _delete_many(store: ObjectStore, object_ids: Sequence[str]) -> None:
    store.delete_many(object_ids if store.cuts else [name for each in object_ids for name in family(each)])


def _total_size(store: ObjectStore, object_ids: Sequence[str]) -> int:
    names = object_ids if store.cuts else [name for each in object_ids for name in family(each)]
    return sum(store.size(name) for name in names)


def _older(store: ObjectStore, older_than: float) -> list[str]:
    old, young = set[str](), set[str]()
    for name, written in store.objects():
        (old if written < older_than else young).add(owner(name))
    return sorted(old - young)
