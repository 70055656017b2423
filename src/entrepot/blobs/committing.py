"""Opens the object of an upload for writing, and makes it whole. Runs in worker threads."""

from __future__ import annotations

from entrepot.blobs.backing import Backing
from entrepot.blobs.frames import TAG
from entrepot.blobs.reading import damage
from entrepot.blobs.staged import Standing, family, read_tail
from entrepot.errors import ContentDamaged, StorageUnavailable
from entrepot.ports import ObjectWriter, StagedBlob, StoredBlob


def open_writer(backing: Backing, staged: StagedBlob) -> ObjectWriter:
    """A writer behind the whole frames of `staged`.

    Raises ContentDamaged where they are not there, and FileExistsError where the object was committed.
    """
    state = Standing.of(staged).object_state
    try:
        return backing.store.resume(staged.object_id, state) if state else backing.store.create(staged.object_id)
    except (FileNotFoundError, ContentDamaged) as cause:
        raise damage(staged.object_id, backing.layout.whole_frames(staged.received)) from cause


def commit(backing: Backing, staged: StagedBlob) -> StoredBlob:
    """Puts the tail where it belongs, as the last frame, and makes the object durable.

    A commit that was done already, by a process that died before it could say so, is found done. Raises
    StorageUnavailable where another request has gone on with the upload.
    """
    try:
        writer = open_writer(backing, staged)
    except FileExistsError as cause:
        if not _was_committed(backing, staged):
            raise StorageUnavailable from cause
    else:
        _complete(backing, staged, writer)
    for name in family(staged.object_id)[1:]:
        backing.store.delete(name)
    return StoredBlob(staged.object_id, staged.secret, staged.received)


def _complete(backing: Backing, staged: StagedBlob, writer: ObjectWriter) -> None:
    try:
        rest = backing.layout.rest(staged.received)
        if rest:
            writer.write(read_tail(backing, staged, memoryview(bytearray(rest))))
        writer.commit()
    finally:
        writer.close()


def _was_committed(backing: Backing, staged: StagedBlob) -> bool:
    """Whether the object is as long as `staged` and ends with its last frame."""
    start = max(0, backing.layout.stored_size(staged.received) - TAG)
    ending = bytearray(TAG + 1)
    with backing.store.open(staged.object_id) as reader:
        count = reader.read_into(start, ending)
    return ending[:count].hex() == Standing.of(staged).mark
