"""Wrapped data keys: the material is readable only with the master key, or with that of a key of KMS."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.former_master_keys import require_in_use
from entrepot.meta.tables import data_keys
from entrepot.ports import NewDataKey


@dataclass(frozen=True, slots=True)
class DataKeyRow:
    """One generation of the key of a scope. `master_key` and `kms_key_id` tell what wraps it (see the table)."""

    key_id: int
    scope: str
    wrapped: bytes
    master_key: str = ""
    kms_key_id: int | None = None


_COLUMNS = tuple(data_keys.c[name] for name in ("id", "scope", "wrapped", "master_key", "kms_key_id"))


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


def add_key(connection: Connection, new: NewDataKey, generation: int, now: int) -> DataKeyRow:
    """Stores a generation of a scope's key, or returns the newest that another process stored before.

    Raises KeyUnavailable where a master key wraps it that was retired.
    """
    if new.master_key:
        require_in_use(connection, new.master_key)
    row = {
        "scope": new.scope,
        "generation": generation,
        "wrapped": new.wrapped,
        "master_key": new.master_key,
        "kms_key_id": new.kms_key_id,
        "created_at": now,
    }
    insert_or_ignore(connection, data_keys, row)
    stored = current_key(connection, new.scope)
    if stored is None:
        raise LookupError(new.scope)
    return stored


def generations(connection: Connection, scope: str) -> int:
    """How many keys a scope has had so far."""
    query = select(func.max(data_keys.c.generation)).where(data_keys.c.scope == scope)
    newest = connection.execute(query).scalar_one_or_none()
    return 0 if newest is None else newest + 1


def wipe_keys(connection: Connection, scope: str, kms_key_id: int) -> None:
    """Removes all generations of the material of a key of KMS, given by its row: what they sealed is lost for good.

    The rows stay, as if the key itself wrapped them and not a master key: SQLite would give their ids out again, and
    what is sealed names its key by its id.
    """
    nothing = {"wrapped": b"", "master_key": "", "kms_key_id": kms_key_id}
    connection.execute(update(data_keys).where(data_keys.c.scope == scope).values(nothing))
