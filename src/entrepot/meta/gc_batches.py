"""The steps of the garbage collection, a batch in a transaction.

Each takes up reviews that are due and that no other worker holds (SKIP LOCKED on PostgreSQL), asks again what still
refers to the thing, and acts on the answer, all in one serializable transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from entrepot.meta import gc_totals, leases
from entrepot.meta.dialect import upsert
from entrepot.meta.gc_keys import Layer, among, layers_in
from entrepot.meta.tables import (
    blob_reviews,
    blobs,
    image_blobs,
    layer_reviews,
    object_deletions,
    repositories,
    repository_blobs,
)
from entrepot.ports import ObjectPlace
from entrepot.rules.garbage import next_attempt


@dataclass(frozen=True, slots=True)
class Batch:
    """How many reviews were taken up, and how many of the things under review went."""

    taken: int
    gone: int


def release_layers(connection: Connection, now: int, count: int) -> Batch:
    """Ends the holds on layers that are due and that no image of their repository needs.

    Their blobs are due at once: the delay is behind them.
    """
    t = layer_reviews
    due = select(t.c.repository_id, t.c.digest).where(t.c.review_after <= now).order_by(t.c.review_after).limit(count)
    taken = [(row.repository_id, row.digest) for row in connection.execute(due.with_for_update(skip_locked=True))]
    if not taken:
        return Batch(0, 0)
    for condition in layers_in(t, taken):
        connection.execute(delete(t).where(condition))
    needed = among(connection, image_blobs, taken)
    return Batch(len(taken), _release(connection, [each for each in taken if each not in needed], now))


def _release(connection: Connection, dead: list[Layer], now: int) -> int:
    held = [row for condition in layers_in(repository_blobs, dead) for row in _end_holds(connection, condition)]
    reviews = {
        row.blob_id: {
            "blob_id": row.blob_id,
            "review_after": now,
            "account_id": row.account_id,
            "region": row.region,
            "repository": row.name,
        }
        for row in held
    }
    upsert(
        connection,
        blob_reviews,
        list(reviews.values()),
        replace=["review_after", "account_id", "region", "repository"],
    )
    gc_totals.count_layers(connection, [((row.account_id, row.region, row.name), row.size) for row in held], now)
    return len(held)


def _end_holds(connection: Connection, condition: ColumnElement[bool]) -> Sequence[Row[int, int, str, str, str]]:
    t, r = repository_blobs, repositories
    query = (
        select(t.c.blob_id, blobs.c.size, r.c.account_id, r.c.region, r.c.name)
        .join(blobs, blobs.c.id == t.c.blob_id)
        .join(r, r.c.id == t.c.repository_id)
        .where(condition)
    )
    held = connection.execute(query).all()
    connection.execute(delete(t).where(condition))
    return held


def delete_blobs(connection: Connection, now: int, object_due: int, count: int) -> Batch:
    """Deletes the rows of blobs that are due and that no repository holds, and queues their objects."""
    t = blob_reviews
    query = select(t).where(t.c.review_after <= now).order_by(t.c.review_after).limit(count)
    taken = {row.blob_id: row for row in connection.execute(query.with_for_update(skip_locked=True))}
    if not taken:
        return Batch(0, 0)
    connection.execute(delete(t).where(t.c.blob_id.in_(taken)))
    holds = select(repository_blobs.c.blob_id).where(repository_blobs.c.blob_id.in_(taken))
    held = set(connection.execute(holds).scalars())
    objects = select(blobs.c.id, blobs.c.object_id, blobs.c.store, blobs.c.size)
    dead = connection.execute(objects.where(blobs.c.id.in_(taken.keys() - held))).all()
    if dead:
        connection.execute(delete(blobs).where(blobs.c.id.in_([row.id for row in dead])))
        connection.execute(insert(object_deletions), [_deletion(row, taken[row.id], object_due) for row in dead])
    return Batch(len(taken), len(dead))


def _deletion(row: Row[int, str, str, int], review: Row[Any], due: int) -> dict[str, object]:
    return {
        "object_id": row.object_id,
        "store": row.store,
        "size": row.size,
        "due_at": due,
        "attempts": 0,
        "account_id": review.account_id,
        "region": review.region,
        "repository": review.repository,
    }


def objects_are_due(connection: Connection, now: int) -> bool:
    """Whether any object is to be deleted from the store now."""
    due = select(object_deletions.c.object_id).where(object_deletions.c.due_at <= now).limit(1)
    return connection.execute(due).first() is not None


def claim_objects(connection: Connection, now: int, count: int) -> list[ObjectPlace]:
    """Objects to be deleted from the store now; asked again, they come up later, and ever later.

    So that a worker that dies with its claim, or a store that is away, costs time and nothing else. None while somebody
    holds deletions up.
    """
    t = object_deletions
    if leases.is_held(connection, now):
        return []
    due = select(t.c.object_id, t.c.store, t.c.attempts).where(t.c.due_at <= now).order_by(t.c.due_at).limit(count)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    for attempts in {row.attempts for row in rows}:
        places = [ObjectPlace(row.object_id, row.store) for row in rows if row.attempts == attempts]
        later = {"attempts": attempts + 1, "due_at": next_attempt(now, attempts)}
        for condition in _at(places):
            connection.execute(update(t).where(condition).values(later))
    return [ObjectPlace(row.object_id, row.store) for row in rows]


def objects_deleted(connection: Connection, places: list[ObjectPlace], now: int) -> int:
    """Notes that objects are gone from the store; returns how many nobody had noted before."""
    t = object_deletions
    columns = (t.c.size, t.c.account_id, t.c.region, t.c.repository)
    rows = [row for each in _at(places) for row in connection.execute(delete(t).where(each).returning(*columns))]
    gc_totals.count_objects(connection, [((row.account_id, row.region, row.repository), row.size) for row in rows], now)
    return len(rows)


def _at(places: Sequence[ObjectPlace]) -> Iterator[ColumnElement[bool]]:
    """Which queued deletions are meant: a condition for each store."""
    t = object_deletions
    for store in {place.store for place in places}:
        yield and_(t.c.store == store, t.c.object_id.in_([place.object_id for place in places if place.store == store]))
