"""The materials that a key of KMS has had, and how it came by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from entrepot.meta.tables import data_keys
from entrepot.meta.tables import kms_rotations as t
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One material. `kind` (AUTOMATIC, ON_DEMAND) and `rotated_at` are None for the one that the key began with."""

    data_key_id: int
    generation: int
    kind: str | None
    rotated_at: datetime | None


def add_rotation(connection: Connection, row_id: int, data_key_id: int, kind: str, now: int) -> None:
    """Notes that a key has a new material since `now`."""
    values = {"kms_key_id": row_id, "data_key_id": data_key_id, "kind": kind, "rotated_at": now}
    connection.execute(insert(t).values(values))


def count_of_kind(connection: Connection, row_id: int, kind: str) -> int:
    """How often a key was rotated in one way."""
    query = select(func.count()).select_from(t).where(t.c.kms_key_id == row_id, t.c.kind == kind)
    return connection.execute(query).scalar_one()


def page_of_materials(
    connection: Connection, scope: str, after: int, count: int, *, rotations_only: bool
) -> list[MaterialRow]:
    """The `count` materials of the data keys' `scope` whose generations follow `after`, the oldest first."""
    d = data_keys.c
    query = (
        select(d.id, d.generation, t.c.kind, t.c.rotated_at)
        .join(t, t.c.data_key_id == d.id, isouter=not rotations_only)
        .where(d.scope == scope, d.generation > after)
        .order_by(d.generation)
        .limit(count)
    )
    return [
        MaterialRow(data_key_id, generation, kind, None if rotated_at is None else from_micros(rotated_at))
        for data_key_id, generation, kind, rotated_at in connection.execute(query)
    ]
