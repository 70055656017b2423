"""Blobs on their way from one store to another: which are still to be moved, and the move itself."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from entrepot.meta.blobs import BlobRow
from entrepot.meta.tables import blobs, data_keys, object_deletions
from entrepot.ports import Format, ObjectPlace, StoredBlob

_COLUMNS = tuple(blobs.c[name] for name in BlobRow.__slots__)


def page_elsewhere(connection: Connection, store: str, form: Format, after: int, count: int) -> list[BlobRow]:
    """The next `count` blobs behind id `after` that are in another store, or in another format.

    Those under a key of KMS keep the format that they have.
    """
    query = select(*_COLUMNS).where(blobs.c.id > after, _elsewhere(store, form)).order_by(blobs.c.id).limit(count)
    return [BlobRow(*row) for row in connection.execute(query)]


def count_elsewhere(connection: Connection, store: str, form: Format) -> int:
    """How many such blobs there are."""
    return connection.execute(select(func.count()).select_from(blobs).where(_elsewhere(store, form))).scalar_one()


def announce_copy(connection: Connection, copy: ObjectPlace, size: int, due: int) -> None:
    """Queues the copy of a blob for deletion before it is made: it goes at `due`, unless `move_blob` comes first."""
    connection.execute(insert(object_deletions), _deletion(copy, size, due))


def give_copy_up(connection: Connection, copy: ObjectPlace, now: int) -> None:
    """Lets a copy go now, if no blob was moved to it."""
    connection.execute(update(object_deletions).where(*_announced(copy)).values(due_at=now))


def move_blob(connection: Connection, before: BlobRow, after: StoredBlob, due: int) -> bool:
    """Points a blob at its announced copy and queues the old object for deletion at `due`.

    False where the blob went or was moved since `before` was read, or the copy may be gone already.
    """
    copy = ObjectPlace(after.object_id, after.store)
    if connection.execute(select(object_deletions.c.size).where(*_announced(copy))).first() is None:
        return False
    values = {"object_id": after.object_id, "store": after.store, "format": after.format}
    unmoved = (blobs.c.id == before.id, blobs.c.object_id == before.object_id)
    if connection.execute(update(blobs).where(*unmoved).values(values)).rowcount != 1:
        return False
    connection.execute(delete(object_deletions).where(*_announced(copy)))
    old = ObjectPlace(before.object_id, before.store)
    connection.execute(insert(object_deletions), _deletion(old, before.size, due))
    return True


def _elsewhere(store: str, form: Format) -> ColumnElement[bool]:
    under_keys = select(data_keys.c.id).where(data_keys.c.kms_key_id.is_not(None))
    return or_(blobs.c.store != store, and_(blobs.c.format != form, blobs.c.data_key_id.not_in(under_keys)))


def _announced(copy: ObjectPlace) -> tuple[ColumnElement[bool], ...]:
    """The deletion of a copy, as long as nobody has tried it."""
    t = object_deletions.c
    return (t.object_id == copy.object_id, t.store == copy.store, t.attempts == 0)


def _deletion(place: ObjectPlace, size: int, due: int) -> dict[str, object]:
    queued = {"object_id": place.object_id, "store": place.store, "size": size, "due_at": due, "attempts": 0}
    return {**queued, "account_id": "", "region": "", "repository": ""}
