"""The online garbage collection: one round of it, and the daily look for what it was never told of.

Nothing stops for it. Batches are small, and after each the work rests for as long as it took, up to `LONGEST_REST`, so
that requests have the database to themselves in between (figures in docs/garbage-collection.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.errors import StorageUnavailable
from entrepot.meta import gc_batches, gc_forgotten
from entrepot.meta.gc_batches import Batch
from entrepot.meta.times import to_micros
from entrepot.rules.garbage import object_due
from entrepot.services import pairing
from entrepot.services.reviews import review_due

LAYERS = 100
BLOBS = 100
OBJECTS = 500
PAGE = 2_000
LONGEST_REST = 0.1

_MICROSECOND = timedelta(microseconds=1)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Collected:
    """What a round did: reviews taken up, layers that their repository let go, blobs deleted, objects gone."""

    reviews: int
    layers: int
    blobs: int
    objects: int


async def collect(app: App) -> Collected:
    """Takes up all that is due when the round begins. Any number of processes may be at it at the same time.

    Raises StorageUnavailable where the database or the store does not answer; what is left is for the next round.
    """
    now = to_micros(app.clock())
    later = object_due(now, app.gc_delay // _MICROSECOND)
    layers = await _all(LAYERS, lambda: app.db.write(gc_batches.release_layers, now, LAYERS))
    blobs = await _all(BLOBS, lambda: app.db.write(gc_batches.delete_blobs, now, later, BLOBS))
    objects = await _objects(app, now)
    done = Collected(layers.taken + blobs.taken, layers.gone, blobs.gone, objects.gone)
    if done != Collected(0, 0, 0, 0):
        log.info("collected garbage", reviews=done.reviews, layers=done.layers, blobs=done.blobs, objects=done.objects)
    return done


async def _objects(app: App, now: int) -> Batch:
    """Deletes objects, unless the store is not of the database's moment: then another database may need them."""
    if not await app.db.read(gc_batches.objects_are_due, now) or await pairing.stands_still(app):
        return Batch(0, 0)
    return await _all(OBJECTS, lambda: _delete_objects(app, now))


async def _all(size: int, step: Callable[[], Awaitable[Batch]]) -> Batch:
    """Repeats a step until a batch is not full, and sums it up."""
    taken = gone = 0
    while True:
        began = time.monotonic()
        batch = await step()
        taken, gone = taken + batch.taken, gone + batch.gone
        if batch.taken < size:
            return Batch(taken, gone)
        await asyncio.sleep(min(time.monotonic() - began, LONGEST_REST))


async def _delete_objects(app: App, now: int) -> Batch:
    """The claim first, the bytes then, the row last: whoever dies in between leaves the row to be tried again.

    A store that is away, or that the settings do not name any more, is in no other's way.
    """
    claimed = await app.db.write(gc_batches.claim_objects, now, OBJECTS)
    gone, failure = 0, None
    for store in sorted({place.store for place in claimed}):
        places = [place for place in claimed if place.store == store]
        try:
            await app.blobs.discard_many(places)
        except StorageUnavailable as error:
            failure = error
        else:
            gone += await app.db.write(gc_batches.objects_deleted, places, now)
    if failure:
        raise failure
    return Batch(len(claimed), gone)


async def look_for_forgotten(app: App) -> int:
    """Queues what nothing refers to and nobody is to review; returns how much that was.

    Such is what nodes of an older release leave behind, which do not know of reviews.
    """
    count = 0
    async for layers in forgotten_layers(app):
        count += await app.db.write(gc_forgotten.review_forgotten_layers, layers, review_due(app))
    async for ids in forgotten_blobs(app):
        count += await app.db.write(gc_forgotten.review_forgotten_blobs, ids, review_due(app))
    if count:
        log.warning("found unreferenced layers that were not queued for review", count=count)
    return count


async def forgotten_layers(app: App) -> AsyncGenerator[list[gc_forgotten.Layer]]:
    """Layers that no image needs and nobody is to review, page by page; pages without any are left out."""
    after: gc_forgotten.Layer | None = gc_forgotten.FIRST_LAYER
    while after is not None:
        page = await app.db.read(gc_forgotten.forgotten_layers, after, PAGE)
        if page.found:
            yield page.found
        after = page.last


async def forgotten_blobs(app: App) -> AsyncGenerator[list[int]]:
    """Ids of blobs that no repository holds and nobody is to review, page by page."""
    after: int | None = 0
    while after is not None:
        page = await app.db.read(gc_forgotten.forgotten_blobs, after, PAGE)
        if page.found:
            yield page.found
        after = page.last
