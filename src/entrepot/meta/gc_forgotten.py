"""Passes over everything that is held, a page at a time.

They look for what nothing needs and nobody is to review, and for dangling references. Neither should ever be found; a
release from before the garbage collection leaves the first kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, exists, literal, select, tuple_

from entrepot.meta.dialect import upsert_selected
from entrepot.meta.gc_keys import Layer, among, layers_in
from entrepot.meta.tables import blob_reviews, blobs, image_blobs, layer_reviews, repository_blobs

Needed = tuple[int, str, int]
FIRST_LAYER: Layer = (0, "")
FIRST_NEEDED: Needed = (0, "", 0)


@dataclass(frozen=True, slots=True)
class LayerPage:
    """Layers that were found wanting, and where the next page begins; None after the last."""

    found: list[Layer]
    last: Layer | None


@dataclass(frozen=True, slots=True)
class BlobPage:
    """As LayerPage, of ids of blobs."""

    found: list[int]
    last: int | None


@dataclass(frozen=True, slots=True)
class NeededPage:
    """As LayerPage, of (repository id, digest, image id)."""

    found: list[Needed]
    last: Needed | None


def forgotten_layers(connection: Connection, after: Layer, count: int) -> LayerPage:
    """Of the `count` holds behind `after`: those that no image needs and that nobody is to review."""
    h = repository_blobs.c
    query = select(h.repository_id, h.digest).where(tuple_(h.repository_id, h.digest) > after)
    rows = connection.execute(query.order_by(h.repository_id, h.digest).limit(count)).all()
    layers = [(row.repository_id, row.digest) for row in rows]
    fine = among(connection, image_blobs, layers) | among(connection, layer_reviews, layers)
    return LayerPage([each for each in layers if each not in fine], layers[-1] if len(layers) == count else None)


def forgotten_blobs(connection: Connection, after: int, count: int) -> BlobPage:
    """Of the `count` blobs behind id `after`: those that no repository holds and that nobody is to review."""
    query = select(blobs.c.id).where(blobs.c.id > after).order_by(blobs.c.id).limit(count)
    ids = list(connection.execute(query).scalars())
    fine = set[int]()
    for t in (repository_blobs, blob_reviews):
        fine |= set(connection.execute(select(t.c.blob_id).where(t.c.blob_id.in_(ids))).scalars())
    return BlobPage([each for each in ids if each not in fine], ids[-1] if len(ids) == count else None)


def dangling_layers(connection: Connection, after: Needed, count: int) -> NeededPage:
    """Of the `count` layers of images behind `after`: those that their repository does not hold."""
    i = image_blobs.c
    key = (i.repository_id, i.digest, i.image_id)
    rows = connection.execute(select(*key).where(tuple_(*key) > after).order_by(*key).limit(count)).all()
    needed = [(row.repository_id, row.digest, row.image_id) for row in rows]
    held = among(connection, repository_blobs, [each[:2] for each in needed])
    found = [each for each in needed if each[:2] not in held]
    return NeededPage(found, needed[-1] if len(needed) == count else None)


def review_forgotten_layers(connection: Connection, layers: Sequence[Layer], due: int) -> int:
    """Queues layers for review, those that are still held and not under review; returns how many."""
    reviewed = among(connection, layer_reviews, layers)
    h, count = repository_blobs.c, 0
    for condition in layers_in(repository_blobs, [each for each in layers if each not in reviewed]):
        query = select(h.repository_id, h.digest, literal(due, BigInteger)).where(condition)
        count += upsert_selected(connection, layer_reviews, query, ["review_after"])
    return count


def review_forgotten_blobs(connection: Connection, ids: Sequence[int], due: int) -> int:
    """Queues blobs for review, those that are still there and not under review; returns how many."""
    reviewed = exists().where(blob_reviews.c.blob_id == blobs.c.id)
    nobody = [literal("").label(name) for name in ("account_id", "region", "repository")]
    query = select(blobs.c.id, literal(due, BigInteger), *nobody).where(blobs.c.id.in_(ids), ~reviewed)
    return upsert_selected(connection, blob_reviews, query, ["review_after"])
