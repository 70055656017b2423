"""Proves that store and database agree, while both go on changing. Reads only; nothing that it finds is touched.

Every finding is one for certain: what looks wrong is looked at a second time, in the order that leaves no other
explanation. An object is there before its row and goes after it, and no object id is used twice: so an object that is
not in a listing, though a row named it before the listing began and names it after it has ended, is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta

from entrepot.context import App
from entrepot.meta import blobs, gc_forgotten, gc_objects
from entrepot.meta.gc_objects import NamedObject
from entrepot.meta.times import to_micros
from entrepot.ports import ObjectPlace
from entrepot.services import gc, pairing
from entrepot.services.sweeping import ORPHAN_AGE

GRACE = timedelta(hours=1)
"""How long what is due may wait for somebody to do it before that is a finding."""

_ALL_TIMES = float("inf")
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Verified:
    """What was compared, and what was found. All lists are empty where store and database agree.

    `missing`: blobs without their object. `dangling`: layers that an image names and its
    repository does not hold, as `digest (image id)`. `orphans`: ids of old objects that nothing names. `forgotten`:
    unreferenced layers and blobs that nobody is to review. `overdue`: how many reviews and deletions are late, which
    tells of workers that do not run or a store that refuses. `apart`: what is wrong where database and store are of
    different moments.
    """

    blobs: int
    objects: int
    missing: list[NamedObject]
    dangling: list[str]
    orphans: list[str]
    forgotten: list[str]
    overdue: int
    apart: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not any(getattr(self, f.name) for f in fields(self)[2:])


async def verify(app: App) -> Verified:
    """Compares every object of the store with every row. Holds the ids of all objects in memory, 200 bytes each."""
    present = await app.blobs.present()
    old = await app.blobs.orphans((app.clock() - ORPHAN_AGE - GRACE).timestamp())
    count, suspects = await _not_among(app, present)
    unknown = await unknown_objects(app, old)
    if suspects or unknown:
        # Rows, then the listing, then rows again.
        suspects = await app.db.read(gc_objects.still_named, [each.blob_id for each in suspects])
        listed = await app.blobs.present()
        suspects = [each for each in suspects if each.place not in listed]
        named = set(await app.db.read(gc_objects.still_named, [each.blob_id for each in suspects]))
        suspects = [each for each in suspects if each in named]  # one that was moved lies elsewhere now
        stored = set(await app.blobs.orphans(_ALL_TIMES))
        unknown = await unknown_objects(app, [each for each in unknown if each in stored])
    return Verified(
        blobs=count,
        objects=len(present),
        missing=suspects,
        dangling=await _dangling(app),
        orphans=unknown,
        forgotten=await _forgotten(app),
        overdue=await app.db.read(gc_objects.overdue, to_micros(app.clock() - GRACE)),
        apart=await pairing.apart(app),
    )


async def _not_among(app: App, present: set[ObjectPlace]) -> tuple[int, list[NamedObject]]:
    """How many blobs there are, and those whose object is not among the present ones."""
    count, absent, after = 0, list[NamedObject](), 0
    while page := await app.db.read(gc_objects.page_of_objects, after, gc.PAGE):
        count, after = count + len(page), page[-1].blob_id
        absent += [each for each in page if each.place not in present]
    return count, absent


async def unknown_objects(app: App, object_ids: list[str]) -> list[str]:
    """Those of the objects that no row names, asked for in batches."""
    found: list[str] = []
    for start in range(0, len(object_ids), _BATCH):
        found += await app.db.read(blobs.unknown_objects, object_ids[start : start + _BATCH])
    return found


async def _dangling(app: App) -> list[str]:
    found: list[str] = []
    after: gc_forgotten.Needed | None = gc_forgotten.FIRST_NEEDED
    while after is not None:
        page = await app.db.read(gc_forgotten.dangling_layers, after, gc.PAGE)
        found += [f"{digest} (image {image})" for _, digest, image in page.found]
        after = page.last
    return found


async def _forgotten(app: App) -> list[str]:
    found: list[str] = []
    async for layers in gc.forgotten_layers(app):
        found += [f"{digest} (repository {repository})" for repository, digest in layers]
    async for ids in gc.forgotten_blobs(app):
        found += [f"blob {blob_id}" for blob_id in ids]
    return found
