"""Running hashes of uploads. They live in this process only: hash state is never stored."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Protocol

from entrepot.blobs.backing import Backing
from entrepot.blobs.reading import FrameReading
from entrepot.blobs.staged import read_tail
from entrepot.ports import StagedBlob


class Hasher(Protocol):
    """What hashlib's objects do."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Goes on over `data`."""
        ...

    def hexdigest(self) -> str:
        """The digest of all bytes so far."""
        ...

    def copy(self) -> Hasher:
        """Another hash that stands at the same place."""
        ...


class RunningHashes:
    """SHA-256 hashes that stand at the end of an upload, for the `room` uploads that were used last.

    A hash is good for exactly the standing it was kept for. An upload that another process went on with is hashed
    anew: what that process built upon need not be what this one saw.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._kept: OrderedDict[str, tuple[StagedBlob, Hasher]] = OrderedDict()

    def at(self, staged: StagedBlob) -> Hasher | None:
        """A hash that stands at the end of `staged` and belongs to the caller, if there is one."""
        if staged.received == 0:
            return hashlib.sha256()
        held, hasher = self._kept.get(staged.object_id, (None, None))
        return hasher.copy() if hasher and held == staged else None

    def keep(self, staged: StagedBlob, hasher: Hasher) -> None:
        """Remembers a hash that stands at the end of `staged`."""
        self._kept[staged.object_id] = (staged, hasher)
        self._kept.move_to_end(staged.object_id)
        if len(self._kept) > self._room:
            self._kept.popitem(last=False)

    def drop(self, object_id: str) -> None:
        """Forgets an upload."""
        self._kept.pop(object_id, None)


def hash_frames(hasher: Hasher, reading: FrameReading, frames: range) -> None:
    """Advances `hasher` over some frames. Runs in a worker thread."""
    for index in frames:
        hasher.update(reading.frame(index))


def hash_tail(hasher: Hasher, backing: Backing, staged: StagedBlob) -> None:
    """Advances `hasher` over the bytes behind the last whole frame. Runs in a worker thread."""
    plain = bytearray(backing.layout.rest(staged.received))
    if plain:
        read_tail(backing, staged, memoryview(plain))
        hasher.update(plain)
