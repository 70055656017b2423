"""How much waits for the garbage collection."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, select

from entrepot.meta.tables import blob_reviews, layer_reviews, object_deletions


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue: how many wait, how many of them are due, and when the first is or was, in microseconds."""

    name: str
    waiting: int
    due: int
    first: int | None


@dataclass(frozen=True, slots=True)
class Deletions:
    """The last queue's bytes (of layers), and how many deletions have come to nothing at least once."""

    waiting_bytes: int
    failed: int


def queues(connection: Connection, now: int) -> list[Queue]:
    """The three queues, in the order that garbage passes through them."""
    return [
        _queue(connection, "layer reviews", layer_reviews, "review_after", now),
        _queue(connection, "blob reviews", blob_reviews, "review_after", now),
        _queue(connection, "object deletions", object_deletions, "due_at", now),
    ]


def deletions(connection: Connection, now: int) -> Deletions:
    """What is special about the queue of objects. An attempt that is still under way is no failure."""
    t = object_deletions
    size = connection.execute(select(func.coalesce(func.sum(t.c.size), 0))).scalar_one()
    failed = select(func.count()).where((t.c.attempts > 1) | ((t.c.attempts == 1) & (t.c.due_at <= now)))
    return Deletions(int(size), connection.execute(failed).scalar_one())


def _queue(connection: Connection, name: str, table: Table, column: str, now: int) -> Queue:
    due = table.c[column]
    late = connection.execute(select(func.count()).select_from(table).where(due <= now)).scalar_one()
    waiting, first = connection.execute(select(func.count(), func.min(due)).select_from(table)).one()
    return Queue(name, waiting, late, first)
