"""Tags of users and roles. Keys are unique without regard to case, as IAM has it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from entrepot.meta.tables import identity_tags as t


def tags_of(connection: Connection, identity_id: int) -> dict[str, str]:
    """The tags of an identity, by key."""
    query = select(t.c.key, t.c.value).where(t.c.identity_id == identity_id).order_by(t.c.key)
    return dict(connection.execute(query).all())


def set_tags(connection: Connection, identity_id: int, tags: Mapping[str, str]) -> None:
    """Replaces all tags of an identity."""
    remove_tags(connection, identity_id, tags_of(connection, identity_id))
    rows = [{"identity_id": identity_id, "key": key, "value": value} for key, value in tags.items()]
    if rows:
        connection.execute(insert(t), rows)


def remove_tags(connection: Connection, identity_id: int, keys: Collection[str]) -> None:
    """Removes tags by their exact keys; keys that are not there are no error."""
    connection.execute(delete(t).where(t.c.identity_id == identity_id, t.c.key.in_(list(keys))))
