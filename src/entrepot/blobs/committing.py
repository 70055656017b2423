"""Opens the object of an upload for writing, and makes it whole. Runs in worker threads."""

from __future__ import annotations

from entrepot.blobs.backing import Backing
from entrepot.blobs.frames import TAG
from entrepot.blobs.reading import damage
from entrepot.blobs.staged import Standing, family, read_tail
from entrepot.errors import ContentDamaged, StorageUnavailable
from entrepot.ports import ObjectWriter, StagedBlob, StoredBlob


def open_writer(backing: Backing, staged: StagedBlob, length: int | None = None) -> ObjectWriter:
    """A writer behind the whole frames of `staged`; in a store that cuts, behind `length` bytes or all there are.

    Raises ContentDamaged where they are not there, and FileExistsError where the object was committed.
    """
    state = Standing.of(staged).object_state
    try:
        if state:
            return backing.store.resume(staged.object_id, state, length)
        return backing.store.create(staged.object_id)
    except (FileNotFoundError, ContentDamaged) as cause:
        raise damage(staged.object_id, backing.layout.whole_frames(staged.received)) from cause


def commit(backing: Backing, staged: StagedBlob) -> StoredBlob:
    """Puts the tail where it belongs, as the last frame, and makes the object durable. A store that cuts has it there.

    A commit that was done already, by a process that died before it could say so, is found done. Raises
    StorageUnavailable where another request has gone on with the upload, ContentDamaged where its bytes are gone.
    """
    try:
        _complete(backing, staged, open_writer(backing, staged))
    except (FileExistsError, FileNotFoundError) as cause:
        if not _was_committed(backing, staged):
            raise StorageUnavailable from cause
    if not backing.store.cuts:
        for name in family(staged.object_id)[1:]:
            backing.store.delete(name)
    return StoredBlob(staged.object_id, staged.secret, staged.received, staged.store, staged.format)


def _complete(backing: Backing, staged: StagedBlob, writer: ObjectWriter) -> None:
    try:
        rest = 0 if backing.store.cuts else backing.layout.rest(staged.received)
        if rest:
            writer.write(read_tail(backing, staged, memoryview(bytearray(rest))))
        writer.commit()
    finally:
        writer.close()


def _was_committed(backing: Backing, staged: StagedBlob) -> bool:
    """Whether the object is as long as `staged` and ends with its last frame. Raises ContentDamaged for no object."""
    size = backing.layout.stored_size(staged.received)
    start = max(0, size - TAG)
    ending = bytearray(TAG + 1)
    try:
        with backing.store.open(staged.object_id) as reader:
            count = reader.read_into(start, ending)
    except FileNotFoundError as cause:
        raise damage(staged.object_id, backing.layout.whole_frames(staged.received)) from cause
    return start + count == size and ending[:count].hex().endswith(Standing.of(staged).mark)
