"""The steps of the garbage collection, a batch in a transaction.

Each takes up reviews that are due and that no other worker holds (SKIP LOCKED on PostgreSQL), asks again what still
refers to the thing, and acts on the answer, all in one serializable transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, insert, select, tuple_, update

from entrepot.meta import gc_totals
from entrepot.meta.dialect import upsert
from entrepot.meta.tables import (
    blob_reviews,
    blobs,
    image_blobs,
    layer_reviews,
    object_deletions,
    repositories,
    repository_blobs,
)
from entrepot.rules.garbage import next_attempt

Layer = tuple[int, str]


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
    connection.execute(delete(t).where(_layer_in(t, taken)))
    needed_query = select(image_blobs.c.repository_id, image_blobs.c.digest).where(_layer_in(image_blobs, taken))
    needed = {(row.repository_id, row.digest) for row in connection.execute(needed_query)}
    return Batch(len(taken), _release(connection, [each for each in taken if each not in needed], now))


def _release(connection: Connection, dead: list[Layer], now: int) -> int:
    if not dead:
        return 0
    t, r = repository_blobs, repositories
    query = (
        select(t.c.blob_id, blobs.c.size, r.c.account_id, r.c.region, r.c.name)
        .join(blobs, blobs.c.id == t.c.blob_id)
        .join(r, r.c.id == t.c.repository_id)
        .where(_layer_in(t, dead))
    )
    held = connection.execute(query).all()
    connection.execute(delete(t).where(_layer_in(t, dead)))
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


def _layer_in(t: Table, layers: list[Layer]) -> ColumnElement[bool]:
    return tuple_(t.c.repository_id, t.c.digest).in_(layers)


def delete_blobs(connection: Connection, now: int, object_due: int, count: int) -> Batch:
    """Deletes the rows of blobs that are due and that no repository holds, and queues their objects."""
    t = blob_reviews
    query = (
        select(t.c.blob_id, blobs.c.object_id, blobs.c.size, t.c.account_id, t.c.region, t.c.repository)
        .join(blobs, blobs.c.id == t.c.blob_id)
        .where(t.c.review_after <= now)
        .order_by(t.c.review_after)
        .limit(count)
        .with_for_update(skip_locked=True, of=t)
    )
    taken = connection.execute(query).all()
    if not taken:
        return Batch(0, 0)
    ids = [row.blob_id for row in taken]
    connection.execute(delete(t).where(t.c.blob_id.in_(ids)))
    holds = select(repository_blobs.c.blob_id).where(repository_blobs.c.blob_id.in_(ids))
    held = set(connection.execute(holds).scalars())
    dead = [row for row in taken if row.blob_id not in held]
    if dead:
        connection.execute(delete(blobs).where(blobs.c.id.in_([row.blob_id for row in dead])))
        connection.execute(insert(object_deletions), [_deletion(row, object_due) for row in dead])
    return Batch(len(taken), len(dead))


def _deletion(row: Row[int, str, int, str, str, str], due: int) -> dict[str, object]:
    return {
        "object_id": row.object_id,
        "store": "",
        "size": row.size,
        "due_at": due,
        "attempts": 0,
        "account_id": row.account_id,
        "region": row.region,
        "repository": row.repository,
    }


def claim_objects(connection: Connection, now: int, count: int) -> list[str]:
    """Object ids to be deleted from the store now; asked again, they come up later, and ever later.

    So that a worker that dies with its claim, or a store that is away, costs time and nothing else.
    """
    t = object_deletions
    due = select(t.c.object_id, t.c.attempts).where(t.c.due_at <= now).order_by(t.c.due_at).limit(count)
    rows = connection.execute(due.with_for_update(skip_locked=True)).all()
    for attempts in {row.attempts for row in rows}:
        ids = [row.object_id for row in rows if row.attempts == attempts]
        later = {"attempts": attempts + 1, "due_at": next_attempt(now, attempts)}
        connection.execute(update(t).where(t.c.object_id.in_(ids)).values(later))
    return [row.object_id for row in rows]


def objects_deleted(connection: Connection, object_ids: list[str], now: int) -> int:
    """Notes that objects are gone from the store; returns how many nobody had noted before."""
    t = object_deletions
    statement = delete(t).where(t.c.object_id.in_(object_ids))
    rows = connection.execute(statement.returning(t.c.size, t.c.account_id, t.c.region, t.c.repository)).all()
    gc_totals.count_objects(connection, [((row.account_id, row.region, row.repository), row.size) for row in rows], now)
    return len(rows)
