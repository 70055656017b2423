"""Passes over everything that is held, a page at a time.

They look for what nothing needs and nobody is to review, and for dangling references. Neither should ever be found; a
release from before the garbage collection leaves the first kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, exists, literal, select, tuple_

from entrepot.meta.dialect import upsert_selected
from entrepot.meta.tables import blob_reviews, blobs, image_blobs, layer_reviews, repository_blobs

Layer = tuple[int, str]
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
    h, i, r = repository_blobs.c, image_blobs.c, layer_reviews.c
    needed = exists().where(i.repository_id == h.repository_id, i.digest == h.digest)
    reviewed = exists().where(r.repository_id == h.repository_id, r.digest == h.digest)
    query = (
        select(h.repository_id, h.digest, (needed | reviewed).label("fine"))
        .where(tuple_(h.repository_id, h.digest) > after)
        .order_by(h.repository_id, h.digest)
        .limit(count)
    )
    rows = connection.execute(query).all()
    found = [(row.repository_id, row.digest) for row in rows if not row.fine]
    return LayerPage(found, (rows[-1].repository_id, rows[-1].digest) if len(rows) == count else None)


def forgotten_blobs(connection: Connection, after: int, count: int) -> BlobPage:
    """Of the `count` blobs behind id `after`: those that no repository holds and that nobody is to review."""
    held = exists().where(repository_blobs.c.blob_id == blobs.c.id)
    reviewed = exists().where(blob_reviews.c.blob_id == blobs.c.id)
    query = select(blobs.c.id, (held | reviewed).label("fine")).where(blobs.c.id > after).order_by(blobs.c.id)
    rows = connection.execute(query.limit(count)).all()
    return BlobPage([row.id for row in rows if not row.fine], rows[-1].id if len(rows) == count else None)


def dangling_layers(connection: Connection, after: Needed, count: int) -> NeededPage:
    """Of the `count` layers of images behind `after`: those that their repository does not hold."""
    i, h = image_blobs.c, repository_blobs.c
    held = exists().where(h.repository_id == i.repository_id, h.digest == i.digest)
    query = (
        select(i.repository_id, i.digest, i.image_id, held.label("fine"))
        .where(tuple_(i.repository_id, i.digest, i.image_id) > after)
        .order_by(i.repository_id, i.digest, i.image_id)
        .limit(count)
    )
    rows = connection.execute(query).all()
    found = [(row.repository_id, row.digest, row.image_id) for row in rows if not row.fine]
    last = (rows[-1].repository_id, rows[-1].digest, rows[-1].image_id) if len(rows) == count else None
    return NeededPage(found, last)


def review_forgotten_layers(connection: Connection, layers: Sequence[Layer], due: int) -> int:
    """Queues layers for review, those that are still held and not under review; returns how many."""
    h, r = repository_blobs.c, layer_reviews.c
    reviewed = exists().where(r.repository_id == h.repository_id, r.digest == h.digest)
    query = select(h.repository_id, h.digest, literal(due, BigInteger))
    query = query.where(tuple_(h.repository_id, h.digest).in_(layers), ~reviewed)
    return upsert_selected(connection, layer_reviews, query, ["review_after"])


def review_forgotten_blobs(connection: Connection, ids: Sequence[int], due: int) -> int:
    """Queues blobs for review, those that are still there and not under review; returns how many."""
    reviewed = exists().where(blob_reviews.c.blob_id == blobs.c.id)
    nobody = [literal("").label(name) for name in ("account_id", "region", "repository")]
    query = select(blobs.c.id, literal(due, BigInteger), *nobody).where(blobs.c.id.in_(ids), ~reviewed)
    return upsert_selected(connection, blob_reviews, query, ["review_after"])
