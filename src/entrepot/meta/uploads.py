"""Uploads under way. A row is found only by the repository and the principal that it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from entrepot.meta.compiled import Compiled
from entrepot.meta.tables import uploads as t
from entrepot.ports import Format, ObjectPlace


@dataclass(frozen=True, slots=True)
class UploadRow:
    """An upload: `received` plain bytes are staged in the object `object_id`; `state` is the store's note.

    `parts` counts the requests that added bytes, `last_part` is the length of the newest, and `part_too_small` says
    whether one before it was under ECR's minimum. `store` and `format` say where it was begun, and how.
    """

    id: str
    repository_id: int
    principal_arn: str
    data_key_id: int
    object_id: str
    received: int
    state: str
    parts: int
    last_part: int
    part_too_small: bool
    store: str = ""
    format: Format = "sealed"


_COLUMNS = tuple(t.c[name] for name in UploadRow.__slots__)
_FIND = Compiled(
    select(*_COLUMNS).where(
        t.c.id == bindparam("id"),
        t.c.repository_id == bindparam("repository_id"),
        t.c.principal_arn == bindparam("principal_arn"),
    )
)


def find_upload(connection: Connection, upload_id: str, repository_id: int, principal_arn: str) -> UploadRow | None:
    """The upload of that id, if it is of this repository and this principal."""
    key = {"id": upload_id, "repository_id": repository_id, "principal_arn": principal_arn}
    row = _FIND.first(connection, key)
    # A driver may have another idea of what is true than SQLAlchemy has.
    return replace(found := UploadRow(*row), part_too_small=bool(found.part_too_small)) if row else None


def add_upload(connection: Connection, row: UploadRow, now: int) -> None:
    """Stores a new upload."""
    values = {name: getattr(row, name) for name in UploadRow.__slots__}
    connection.execute(insert(t), {**values, "updated_at": now})


def advance_upload(connection: Connection, before: UploadRow, after: UploadRow, now: int) -> bool:
    """Moves an upload on, if it still stands where `before` says; says whether it did."""
    values = {
        "received": after.received,
        "state": after.state,
        "parts": after.parts,
        "last_part": after.last_part,
        "part_too_small": after.part_too_small,
        "updated_at": now,
    }
    unmoved = (t.c.id == before.id, t.c.received == before.received, t.c.state == before.state)
    return connection.execute(update(t).where(*unmoved).values(values)).rowcount == 1


def delete_upload(connection: Connection, upload_id: str) -> bool:
    """Removes an upload; says whether it was there."""
    return connection.execute(delete(t).where(t.c.id == upload_id)).rowcount == 1


def end_upload(connection: Connection, row: UploadRow) -> bool:
    """Removes an upload that stands where `row` says; says whether it did."""
    unmoved = (t.c.id == row.id, t.c.received == row.received, t.c.state == row.state)
    return connection.execute(delete(t).where(*unmoved)).rowcount == 1


def delete_stale_uploads(connection: Connection, before: int, count: int) -> list[ObjectPlace]:
    """Removes up to `count` uploads untouched since `before`; returns their objects."""
    query = select(t.c.id, t.c.object_id, t.c.store).where(t.c.updated_at < before).order_by(t.c.updated_at)
    rows = connection.execute(query.limit(count)).all()
    connection.execute(delete(t).where(t.c.id.in_([row.id for row in rows])))
    return [ObjectPlace(row.object_id, row.store) for row in rows]


def named_objects(connection: Connection, object_ids: Sequence[str]) -> set[str]:
    """Those of `object_ids` that an upload is staged in."""
    return set(connection.execute(select(t.c.object_id).where(t.c.object_id.in_(object_ids))).scalars())
