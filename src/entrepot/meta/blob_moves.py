"""Blobs on their way from one store to another: which are still to be moved, and the move itself."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, or_, select, update

from entrepot.meta.blobs import BlobRow
from entrepot.meta.tables import blobs, object_deletions
from entrepot.ports import Format, StoredBlob

_COLUMNS = tuple(blobs.c[name] for name in BlobRow.__slots__)


def page_elsewhere(connection: Connection, store: str, form: Format, after: int, count: int) -> list[BlobRow]:
    """The next `count` blobs behind id `after` that are in another store, or in another format."""
    elsewhere = or_(blobs.c.store != store, blobs.c.format != form)
    query = select(*_COLUMNS).where(blobs.c.id > after, elsewhere).order_by(blobs.c.id).limit(count)
    return [BlobRow(*row) for row in connection.execute(query)]


def count_elsewhere(connection: Connection, store: str, form: Format) -> int:
    """How many such blobs there are."""
    elsewhere = or_(blobs.c.store != store, blobs.c.format != form)
    return connection.execute(select(func.count()).select_from(blobs).where(elsewhere)).scalar_one()


def move_blob(connection: Connection, before: BlobRow, after: StoredBlob, due: int) -> bool:
    """Points a blob at its copy and queues the old object for deletion at `due`.

    False where the blob went or was moved since `before` was read: then nothing names the copy.
    """
    values = {"object_id": after.object_id, "store": after.store, "format": after.format}
    unmoved = (blobs.c.id == before.id, blobs.c.object_id == before.object_id)
    if connection.execute(update(blobs).where(*unmoved).values(values)).rowcount != 1:
        return False
    queued = {"object_id": before.object_id, "store": before.store, "size": before.size, "due_at": due, "attempts": 0}
    connection.execute(insert(object_deletions), {**queued, "account_id": "", "region": "", "repository": ""})
    return True
