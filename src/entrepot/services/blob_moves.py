"""Moves blobs to the store that new ones go to, and into its format, while everything is being served.

A blob is copied under a new object id, compared by its digest, and then its row is changed, if it still says what it
said. Whoever read the row before reads the old object, which is kept for as long as the garbage collection keeps one.
The copy is queued for deletion before it is made, and taken from the queue in the transaction that changes the row: a
process that dies, or never hears whether the row was changed, leaves nothing that is lost and nothing that stays.
Asked again, the move goes on with what is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.errors import ContentDamaged, DomainError, KeyUnavailable
from entrepot.meta import blob_moves
from entrepot.meta.blobs import BlobRow
from entrepot.meta.times import to_micros
from entrepot.ports import ObjectPlace, StagedBlob, StoredBlob
from entrepot.rules.digests import parse_digest
from entrepot.rules.garbage import copy_due, object_due
from entrepot.services import blob_storage, content_keys

PAGE = 100
AT_ONCE = 4

_MICROSECOND = timedelta(microseconds=1)

log = structlog.get_logger()


@dataclass(slots=True)
class Moves:
    """What was done so far. Blobs that could not be read were left where they are, and are told by their digests.

    `damaged` are those that are not what was stored, `locked` those whose key was disabled or deleted.
    """

    total: int
    blobs: int = 0
    size: int = 0
    damaged: list[str] = field(default_factory=list[str])
    locked: list[str] = field(default_factory=list[str])


async def move_all(app: App, told: Callable[[Moves], None]) -> Moves:
    """Moves every blob that is elsewhere, and calls `told` after each few. Raises StorageUnavailable, StorageFull."""
    target = app.blobs.begin("", b"")
    done = Moves(await app.db.read(blob_moves.count_elsewhere, target.store, target.format))
    after = 0
    turns = asyncio.Semaphore(AT_ONCE)
    while page := await app.db.read(blob_moves.page_elsewhere, target.store, target.format, after, PAGE):
        try:
            async with asyncio.TaskGroup() as group:
                for row in page:
                    group.create_task(_in_turn(app, row, done, turns))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        after = page[-1].id
        told(done)
    return done


async def _in_turn(app: App, row: BlobRow, done: Moves, turns: asyncio.Semaphore) -> None:
    async with turns:
        try:
            moved = await _move(app, row)
        except ContentDamaged:
            log.warning("a blob cannot be moved: its content is damaged", digest=row.digest, object_id=row.object_id)
            done.damaged.append(row.digest)
            return
        except KeyUnavailable as error:
            log.warning("a blob cannot be moved: its key cannot be used", digest=row.digest, reason=error.message)
            done.locked.append(row.digest)
            return
    done.blobs += moved
    done.size += row.size * moved


async def _move(app: App, row: BlobRow) -> bool:
    key = await content_keys.of_content(app, row.data_key_id)
    object_id = app.new_id().replace("-", "")
    staging = app.blobs.begin(object_id, key.object_secret(object_id), key.form)
    place, now = ObjectPlace(object_id, staging.store), to_micros(app.clock())
    await app.db.write(blob_moves.announce_copy, place, row.size, copy_due(now, row.size))
    moved = False
    try:
        copy = await _copy(app, row, staging)
        now = to_micros(app.clock())
        moved = await app.db.write(blob_moves.move_blob, row, copy, object_due(now, app.gc_delay // _MICROSECOND))
    finally:
        if not moved:
            # Not deleted here: a write that was broken off may have moved the blob all the same.
            with suppress(DomainError):
                await app.db.write(blob_moves.give_copy_up, place, now)
    return moved


async def _copy(app: App, row: BlobRow, staging: StagedBlob) -> StoredBlob:
    """A durable copy of a blob. Raises ContentDamaged where its bytes are not those of its digest."""
    source = await blob_storage.stored(app, row)
    standing = await app.blobs.append(staging, app.blobs.read(source, 0, row.size), row.size)
    algorithm, _ = parse_digest(row.digest)
    if standing.received != row.size or await app.blobs.digest(standing, algorithm) != row.digest:
        raise ContentDamaged
    return await app.blobs.commit(standing)
