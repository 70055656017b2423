"""Proves that database and store belong together after a restore, and takes out what can be served no more.

What `gc verify` looks at, with two differences: objects are compared by their lengths too, and what is missing is told
by the images that need it. Findings are certain in the same way (services/gc_verify.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.blobs.forms import stored_size
from entrepot.context import App
from entrepot.meta import gc_objects, pair_checks
from entrepot.meta.gc_objects import NamedObject
from entrepot.meta.pair_checks import Unservable
from entrepot.meta.times import to_micros
from entrepot.ports import ObjectPlace
from entrepot.services import gc, pairing
from entrepot.services.gc_verify import unknown_objects
from entrepot.services.reviews import review_due
from entrepot.services.sweeping import ORPHAN_AGE


@dataclass(frozen=True, slots=True)
class Lost:
    """A blob whose object is not there (`stored` is None) or has `stored` bytes in place of those that it should."""

    named: NamedObject
    stored: int | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What was compared and found. `unknown` counts objects older than an hour that no row names.

    Those are no harm, but the next sweep deletes them. `apart` says it where database and store have marks of different
    moments, in which case no sweep takes place.
    """

    blobs: int
    objects: int
    lost: list[Lost]
    images: list[Unservable]
    unknown: int
    apart: str

    @property
    def sound(self) -> bool:
        """Whether everything that the database names can be served."""
        return not self.lost and not self.images


async def check(app: App) -> Checked:
    """Compares every blob's row with its object, and every image with its layers. Reads only.

    Holds the length of every object in memory, 300 bytes each. Raises StorageUnavailable.
    """
    count, sizes, lost = await _lost(app)
    old = await app.blobs.orphans((app.clock() - ORPHAN_AGE).timestamp())
    return Checked(
        blobs=count,
        objects=len(sizes),
        lost=lost,
        images=await app.db.read(pair_checks.unservable, [each.named.blob_id for each in lost]),
        unknown=len(await unknown_objects(app, old)),
        apart=await pairing.apart(app),
    )


async def repair(app: App) -> Checked:
    """Removes what can be served no more, and takes database and store for a pair; returns what was removed."""
    found = await check(app)
    lost, due, now = [each.named for each in found.lost], review_due(app), to_micros(app.clock())

    def repair_txn(connection: Connection) -> list[Unservable]:
        # Asked again in here: an image that came in between, and relies on what is lost, goes too.
        named = gc_objects.still_named(connection, [each.blob_id for each in lost])
        gone = [each for each in named if each in lost]
        images = pair_checks.unservable(connection, [each.blob_id for each in gone])
        pair_checks.remove(connection, images, gone, due, now)
        return images

    images = await app.db.write(repair_txn)
    if found.apart:
        await pairing.accept(app)
    return Checked(found.blobs, found.objects, found.lost, images, found.unknown, found.apart)


async def _lost(app: App) -> tuple[int, Mapping[ObjectPlace, int], list[Lost]]:
    sizes = await app.blobs.sizes()
    count, suspects, after = 0, list[NamedObject](), 0
    while page := await app.db.read(gc_objects.page_of_objects, after, gc.PAGE):
        count, after = count + len(page), page[-1].blob_id
        suspects += [each for each in page if not _is_whole(each, sizes)]
    if suspects:
        # Rows, then the listing, then rows again: see services/gc_verify.py.
        suspects = await app.db.read(gc_objects.still_named, [each.blob_id for each in suspects])
        listed = await app.blobs.sizes()
        suspects = [each for each in suspects if not _is_whole(each, listed)]
        named = set(await app.db.read(gc_objects.still_named, [each.blob_id for each in suspects]))
        return count, sizes, [Lost(each, listed.get(each.place)) for each in suspects if each in named]
    return count, sizes, []


def _is_whole(named: NamedObject, sizes: Mapping[ObjectPlace, int]) -> bool:
    return sizes.get(named.place) == stored_size(named.format, named.size)
