"""Cleaning up after uploads that were never completed."""

from __future__ import annotations

from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.meta import blobs, uploads
from entrepot.meta.times import to_micros

UPLOAD_LIFETIME = timedelta(days=1)
ORPHAN_AGE = timedelta(hours=1)
_BATCH = 500

log = structlog.get_logger()


async def sweep(app: App) -> int:
    """Drops uploads untouched for a day, and stored bytes older than an hour that no row names; returns how many.

    An object is written to before any row names it only while a blob comes in one request; its age counts from the
    last write, so that one still being written is never taken for an orphan.
    """
    now = app.clock()
    dropped = 0
    while stale := await app.db.write(uploads.delete_stale_uploads, to_micros(now - UPLOAD_LIFETIME), _BATCH):
        for object_id in stale:
            await app.blobs.discard(object_id)
        dropped += len(stale)
    old = await app.blobs.orphans((now - ORPHAN_AGE).timestamp())
    for start in range(0, len(old), _BATCH):
        unknown = await app.db.read(blobs.unknown_objects, old[start : start + _BATCH])
        for object_id in unknown:
            await app.blobs.discard(object_id)
        dropped += len(unknown)
    if dropped:
        log.info("swept staged bytes", objects=dropped)
    return dropped
