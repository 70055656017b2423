"""Moves blobs to the store that new ones go to, and into its format, while everything is being served.

Each is copied as `blob_copies` has it. Asked again, the move goes on with what is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from entrepot.context import App
from entrepot.errors import ContentDamaged, KeyUnavailable
from entrepot.meta import blob_moves
from entrepot.meta.blobs import BlobRow
from entrepot.services import blob_copies, blob_storage

PAGE = 100
AT_ONCE = 4

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
    source = await blob_storage.stored(app, row)
    return await blob_copies.replace(app, row, app.blobs.read(source, 0, row.size))
