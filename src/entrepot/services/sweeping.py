"""Cleaning up after uploads that were never completed."""

from __future__ import annotations

from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.meta import blobs, leases, uploads
from entrepot.meta.times import to_micros
from entrepot.services import pairing

UPLOAD_LIFETIME = timedelta(days=1)
ORPHAN_AGE = timedelta(hours=1)
_BATCH = 500

log = structlog.get_logger()


async def sweep(app: App) -> int:
    """All there is to sweep; returns how many objects and pieces went."""
    return await sweep_uploads(app) + await sweep_orphans(app)


async def sweep_uploads(app: App) -> int:
    """Drops uploads untouched for a day, and pieces that rest for an hour and that no upload needs; returns how many.

    Asks for nothing but what is staged, however much is stored.
    """
    now, dropped = app.clock(), 0
    while stale := await app.db.write(uploads.delete_stale_uploads, to_micros(now - UPLOAD_LIFETIME), _BATCH):
        for place in stale:
            await app.blobs.discard(place.object_id, place.store)
        dropped += len(stale)
    dropped += await _drop_leftovers(app, (now - ORPHAN_AGE).timestamp())
    await app.db.write(leases.drop_upload_leases, to_micros(now - ORPHAN_AGE))
    return _told(dropped)


async def sweep_orphans(app: App) -> int:
    """Drops stored bytes older than an hour that no row names; returns how many. Lists all that is stored.

    No object is written to before a row names it, that of an upload or of a deletion to come (a blob that is moved):
    its age proves nothing, since some stores count it from when the object was begun. Beside a database that is not of
    the store's moment nothing proves anything: then all of it stays.
    """
    dropped = 0
    if await pairing.stands_still(app):
        return 0
    old = await app.blobs.orphans((app.clock() - ORPHAN_AGE).timestamp())
    for start in range(0, len(old), _BATCH):
        unknown = await app.db.read(blobs.unknown_objects, old[start : start + _BATCH])
        for object_id in unknown:
            await app.blobs.discard(object_id)
        dropped += len(unknown)
    return _told(dropped)


def _told(dropped: int) -> int:
    if dropped:
        log.info("swept staged bytes", objects=dropped)
    return dropped


async def _drop_leftovers(app: App, before: float) -> int:
    """Drops what broken uploads left beside objects that a blob's row may name: what no upload may go on with."""
    found = await app.blobs.leftovers(before)
    dropped = 0
    for start in range(0, len(found), _BATCH):
        batch = found[start : start + _BATCH]
        needed = await app.db.read(uploads.named_objects, [object_id for object_id, _ in batch])
        useless = [leftover for object_id, leftover in batch if object_id not in needed]
        await app.blobs.drop(useless)
        dropped += len(useless)
    return dropped
