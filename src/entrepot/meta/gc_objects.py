"""Which objects the rows name: one half of the proof that store and database agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from entrepot.meta.dialect import in_batches
from entrepot.meta.tables import blob_reviews, blobs, layer_reviews, object_deletions
from entrepot.ports import Format, ObjectPlace


@dataclass(frozen=True, slots=True)
class NamedObject:
    """The object of a blob of `size` plain bytes, and the store that it is in."""

    blob_id: int
    digest: str
    object_id: str
    store: str
    size: int
    format: Format

    @property
    def place(self) -> ObjectPlace:
        """Where it is to be found."""
        return ObjectPlace(self.object_id, self.store)

    def __str__(self) -> str:
        return f"{self.digest} ({self.object_id})"


_COLUMNS = (blobs.c.id, blobs.c.digest, blobs.c.object_id, blobs.c.store, blobs.c.size, blobs.c.format)


def page_of_objects(connection: Connection, after: int, count: int) -> list[NamedObject]:
    """The objects of the `count` blobs behind id `after`."""
    query = select(*_COLUMNS).where(blobs.c.id > after).order_by(blobs.c.id).limit(count)
    return [NamedObject(*row) for row in connection.execute(query)]


def still_named(connection: Connection, ids: Sequence[int]) -> list[NamedObject]:
    """Those of the blobs that are still there."""
    found: list[NamedObject] = []
    for batch in in_batches(ids):
        query = select(*_COLUMNS).where(blobs.c.id.in_(batch)).order_by(blobs.c.id)
        found += [NamedObject(*row) for row in connection.execute(query)]
    return found


def overdue(connection: Connection, before: int) -> int:
    """How many reviews and deletions were due before `before` and are not done."""
    dues = (layer_reviews.c.review_after, blob_reviews.c.review_after, object_deletions.c.due_at)
    return sum(connection.execute(select(func.count()).where(due < before)).scalar_one() for due in dues)
