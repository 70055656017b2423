"""Which master keys wrap the data keys, and wrapping those by another one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from entrepot.meta import former_master_keys
from entrepot.meta.data_keys import DataKeyRow
from entrepot.meta.tables import data_keys

_COLUMNS = tuple(data_keys.c[name] for name in ("id", "scope", "wrapped", "master_key", "kms_key_id"))
_BY_A_MASTER_KEY = data_keys.c.kms_key_id.is_(None)


@dataclass(frozen=True, slots=True)
class Use:
    """That the master key of a name wraps `count` data keys, of which `sample` is one."""

    name: str
    count: int
    sample: DataKeyRow


def uses(connection: Connection) -> list[Use]:
    """Every master key that wraps something, by its name."""
    first = (
        select(data_keys.c.master_key, func.count().label("count"), func.min(data_keys.c.id).label("id"))
        .where(_BY_A_MASTER_KEY)
        .group_by(data_keys.c.master_key)
        .subquery()
    )
    query = select(first.c.count, *_COLUMNS).join(first, first.c.id == data_keys.c.id)
    rows = connection.execute(query.order_by(data_keys.c.master_key))
    return [Use(sample[3], count, DataKeyRow(*sample)) for count, *sample in rows]


def page_of_others(connection: Connection, name: str, after: int, count: int) -> list[DataKeyRow]:
    """The next `count` data keys behind id `after` that another master key than the one of that name wraps."""
    query = select(*_COLUMNS).where(_BY_A_MASTER_KEY, data_keys.c.master_key != name, data_keys.c.id > after)
    return [DataKeyRow(*row) for row in connection.execute(query.order_by(data_keys.c.id).limit(count))]


def rewrap(connection: Connection, before: DataKeyRow, wrapped: bytes, name: str) -> bool:
    """Replaces what wraps a data key; false where that is no longer what `before` has. Raises KeyUnavailable.

    The one before is noted as a former master key.
    """
    former_master_keys.require_in_use(connection, name)
    unchanged = (data_keys.c.id == before.key_id, data_keys.c.wrapped == before.wrapped)
    statement = update(data_keys).where(*unchanged, data_keys.c.master_key == before.master_key)
    if connection.execute(statement.values(wrapped=wrapped, master_key=name)).rowcount != 1:
        return False
    if before.master_key:
        former_master_keys.note(connection, before.master_key)
    return True


def retire_others(connection: Connection, name: str, known: Iterable[str], now: int) -> list[Use]:
    """Retires those that are `known`, and all former ones, except for the one of that name.

    Retires none, and returns what they are still used for, where any other still wraps something.
    """
    former_master_keys.require_in_use(connection, name)
    if others := [use for use in uses(connection) if use.name != name]:
        return others
    former_master_keys.retire(connection, {*known, *former_master_keys.names(connection)} - {name}, now)
    return []
