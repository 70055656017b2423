"""One append: plain bytes in, frames and a tail out. Runs in worker threads."""

from __future__ import annotations

import threading
from dataclasses import replace

from entrepot.blobs.backing import Backing
from entrepot.blobs.committing import open_writer
from entrepot.blobs.frames import TAG
from entrepot.blobs.hashes import Hasher
from entrepot.blobs.staged import Standing, read_tail, write_tail
from entrepot.errors import StorageUnavailable
from entrepot.ports import ObjectWriter, StagedBlob


class Appending:
    """Seals batches of plain bytes behind what `staged` holds.

    Frames of the object begin where batches begin: the first batch starts with `carry` bytes that are left free for
    the content of the old tail, and every batch but the last ends with a frame. `hasher` stands at the beginning of
    the new bytes and is advanced over them, or is None.

    An instance is used by several threads but does one thing at a time. After `finish` or `abandon` it is over.
    """

    def __init__(self, backing: Backing, staged: StagedBlob, hasher: Hasher | None) -> None:
        self._backing = backing
        self._staged = staged
        self._standing = Standing.of(staged)
        self._cipher = backing.cipher(staged.object_id, staged.secret)
        self._hasher = hasher
        self._index = backing.layout.whole_frames(staged.received)
        self._received = staged.received
        self._mark = ""
        self._lock = threading.Lock()
        self._writer: ObjectWriter | None = None
        self._over = False
        self.carry = self._carry = backing.layout.rest(staged.received)

    def hash(self, fresh: memoryview) -> None:
        """Advances the hash over new bytes of a batch that is stored at the same time, and is hashed by nobody else."""
        if self._hasher:
            self._hasher.update(fresh)

    def take(self, batch: memoryview) -> None:
        """Stores a batch that ends with a frame. It is hashed by `hash`."""
        with self._lock:
            if not self._over:
                self._absorb(batch)

    def finish(self, batch: memoryview) -> StagedBlob:
        """Stores the last batch, and returns where the upload stands when all of it is stored."""
        with self._lock:
            if self._over:
                return self._staged
            self.hash(batch[self._carry :])
            rest = self._absorb(batch)
            turn = self._standing.turn + 1
            if rest and self._backing.store.cuts:
                self._append(rest)
            elif rest:
                write_tail(self._backing, self._staged.object_id, turn, self._seal(rest))
            object_state = self._writer.checkpoint() if self._writer else self._standing.object_state
            self._close()
            state = str(Standing(turn, self._mark, object_state))
            return replace(self._staged, received=self._received, state=state)

    def abandon(self) -> None:
        """Drops what was stored, if `finish` did not end well. Waits for a batch that is being stored."""
        with self._lock:
            self._close()

    def take_hashed(self, batch: memoryview) -> None:
        """Hashes a batch that ends with a frame, and stores it."""
        self.hash(batch[self._carry :])
        self.take(batch)

    def _absorb(self, batch: memoryview) -> memoryview:
        """Stores the whole frames of a batch and returns the rest of it."""
        self._received += len(batch) - self._carry
        if self._carry:
            read_tail(self._backing, self._staged, batch[: self._carry])
            self._carry = 0
        frame = self._backing.layout.frame
        while len(batch) >= frame:
            self._append(batch[:frame])
            batch = batch[frame:]
        return batch

    def _append(self, plain: memoryview) -> None:
        self._open().write(self._seal(plain))
        self._index += 1

    def _open(self) -> ObjectWriter:
        if self._writer is None:
            try:
                layout, cuts = self._backing.layout, self._backing.store.cuts
                length = layout.offset(layout.whole_frames(self._staged.received)) if cuts else None
                self._writer = open_writer(self._backing, self._staged, length)
            except FileExistsError as cause:
                raise StorageUnavailable from cause
        return self._writer

    def _seal(self, plain: memoryview) -> memoryview:
        sealed = self._backing.buffer()
        sealed = sealed[: self._cipher.seal_into(self._index, plain, sealed)]
        self._mark = sealed[-TAG:].hex()
        return sealed

    def _close(self) -> None:
        self._over = True
        if self._writer:
            self._writer.close()
            self._writer = None
