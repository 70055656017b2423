"""Master keys from before the current one, and which of them are not to wrap any more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from entrepot.errors import KeyUnavailable
from entrepot.meta.dialect import insert_or_ignore, insert_or_update
from entrepot.meta.tables import former_master_keys as t


def note(connection: Connection, name: str) -> None:
    """Notes that a master key wrapped something that another one wraps now."""
    insert_or_ignore(connection, t, {"name": name, "retired_at": None})


def names(connection: Connection) -> frozenset[str]:
    """All that were noted, retired or not."""
    return frozenset(connection.execute(select(t.c.name)).scalars())


def retired(connection: Connection) -> frozenset[str]:
    """Those that are not to wrap anything."""
    return frozenset(connection.execute(select(t.c.name).where(t.c.retired_at.is_not(None))).scalars())


def require_in_use(connection: Connection, name: str) -> None:
    """Raises KeyUnavailable where the master key of that name was retired.

    Asked in the transaction that stores what it wraps: a node that missed the change must not wrap with a key that
    will be gone when it starts again.
    """
    if name in retired(connection):
        raise KeyUnavailable(
            f"The master key {name} was forgotten by this deployment, and another wraps its data keys now: name that "
            "one first, in the setting master_key or in its file.",
            "KMSInvalidStateException",
        )


def retire(connection: Connection, keys: Collection[str], now: int) -> None:
    """Retires master keys, noted before or not."""
    if keys:
        insert_or_update(connection, t, [{"name": key, "retired_at": now} for key in sorted(keys)], "retired_at")


def take_back(connection: Connection, name: str) -> None:
    """Lets a master key wrap again."""
    connection.execute(delete(t).where(t.c.name == name))
