"""Gives a blob another object, with the bytes that it is to have, while everything is being served.

The bytes are stored under a new object id and compared by their digest, and then the blob's row is changed, if it still
says what it said. Whoever read the row before reads the old object, which is kept for as long as the garbage collection
keeps one. The copy is queued for deletion before it is made, and taken from the queue in the transaction that changes
the row: a process that dies, or never hears whether the row was changed, leaves nothing that is lost and nothing that
stays.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

from entrepot.context import App
from entrepot.errors import ContentDamaged, DomainError, SizeInvalid
from entrepot.meta import blob_moves
from entrepot.meta.blobs import BlobRow
from entrepot.meta.times import to_micros
from entrepot.ports import ObjectPlace, StagedBlob, StoredBlob
from entrepot.rules.digests import parse_digest
from entrepot.rules.garbage import copy_due, object_due
from entrepot.services import content_keys

_MICROSECOND = timedelta(microseconds=1)


async def replace(app: App, row: BlobRow, source: AsyncIterator[bytes]) -> bool:
    """Stores the bytes of `source` where new blobs go and points the row at them; False where the row has changed.

    Raises ContentDamaged where they are not those of the blob's digest: nothing has changed then, and in no other case
    of failure.
    """
    key = await content_keys.of_content(app, row.data_key_id)
    object_id = app.new_id().replace("-", "")
    staging = app.blobs.begin(object_id, key.object_secret(object_id), key.form)
    place, now = ObjectPlace(object_id, staging.store), to_micros(app.clock())
    await app.db.write(blob_moves.announce_copy, place, row.size, copy_due(now, row.size))
    moved = False
    try:
        copy = await _copy(app, row, staging, source)
        now = to_micros(app.clock())
        moved = await app.db.write(blob_moves.move_blob, row, copy, object_due(now, app.gc_delay // _MICROSECOND))
    finally:
        if not moved:
            # Not deleted here: a write that was broken off may have moved the blob all the same.
            with suppress(DomainError):
                await app.db.write(blob_moves.give_copy_up, place, now)
    return moved


async def _copy(app: App, row: BlobRow, staging: StagedBlob, source: AsyncIterator[bytes]) -> StoredBlob:
    try:
        standing = await app.blobs.append(staging, source, row.size)
    except SizeInvalid as error:
        raise ContentDamaged from error
    algorithm, _ = parse_digest(row.digest)
    if standing.received != row.size or await app.blobs.digest(standing, algorithm) != row.digest:
        raise ContentDamaged
    return await app.blobs.commit(standing)
