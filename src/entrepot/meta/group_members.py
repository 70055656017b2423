"""Which users are in which groups."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, func, select

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.identities import IDENTITY_COLUMNS, IdentityRow, identity_of
from entrepot.meta.tables import group_members as t
from entrepot.meta.tables import identities


def add_member(connection: Connection, group_id: int, user_id: int) -> bool:
    """Puts a user into a group; says whether it was not there before."""
    return insert_or_ignore(connection, t, {"group_id": group_id, "user_id": user_id})


def remove_member(connection: Connection, group_id: int, user_id: int) -> bool:
    """Takes a user out of a group; says whether it was there."""
    return connection.execute(delete(t).where(t.c.group_id == group_id, t.c.user_id == user_id)).rowcount == 1


def count_members(connection: Connection, group_id: int) -> int:
    """How many users are in a group."""
    return connection.execute(select(func.count()).where(t.c.group_id == group_id)).scalar_one()


def count_groups(connection: Connection, user_id: int) -> int:
    """How many groups a user is in."""
    return connection.execute(select(func.count()).where(t.c.user_id == user_id)).scalar_one()


def page_of_members(connection: Connection, group_id: int, after: str, count: int) -> list[IdentityRow]:
    """The `count` users of a group whose names in lower case follow `after`, by that name."""
    return _page(connection, identities.c.id == t.c.user_id, t.c.group_id == group_id, after, count)


def page_of_groups(connection: Connection, user_id: int, after: str, count: int) -> list[IdentityRow]:
    """The `count` groups that a user is in whose names in lower case follow `after`, by that name."""
    return _page(connection, identities.c.id == t.c.group_id, t.c.user_id == user_id, after, count)


def _page(
    connection: Connection, joined: ColumnElement[bool], of: ColumnElement[bool], after: str, count: int
) -> list[IdentityRow]:
    query = (
        select(*IDENTITY_COLUMNS)
        .select_from(identities)
        .join(t, joined)
        .where(of, identities.c.folded_name > after)
        .order_by(identities.c.folded_name)
        .limit(count)
    )
    return [identity_of(row) for row in connection.execute(query)]
