"""Wrapped data keys: the material is readable only with the master key."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import data_keys


@dataclass(frozen=True, slots=True)
class DataKeyRow:
    """One generation of the key of a scope."""

    key_id: int
    scope: str
    wrapped: bytes


_COLUMNS = (data_keys.c.id, data_keys.c.scope, data_keys.c.wrapped)


def current_key(connection: Connection, scope: str) -> DataKeyRow | None:
    """The newest key of a scope."""
    query = select(*_COLUMNS).where(data_keys.c.scope == scope).order_by(data_keys.c.generation.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return DataKeyRow(*row) if row else None


def find_key(connection: Connection, key_id: int) -> DataKeyRow | None:
    """A key by its id, whatever its generation. An id that no row can have, as forged tokens bring, is no error."""
    if key_id >= 1 << 63:
        return None
    row = connection.execute(select(*_COLUMNS).where(data_keys.c.id == key_id)).one_or_none()
    return DataKeyRow(*row) if row else None


def any_key(connection: Connection) -> DataKeyRow | None:
    """Some key, if the deployment has one: what a master key is tried on."""
    row = connection.execute(select(*_COLUMNS).limit(1)).one_or_none()
    return DataKeyRow(*row) if row else None


def add_first_key(connection: Connection, scope: str, wrapped: bytes, now: int) -> DataKeyRow:
    """Stores a scope's first key, or returns the one that another process stored before."""
    row = {"scope": scope, "generation": 0, "wrapped": wrapped, "created_at": now}
    insert_or_ignore(connection, data_keys, row)
    stored = current_key(connection, scope)
    if stored is None:
        raise LookupError(scope)
    return stored
