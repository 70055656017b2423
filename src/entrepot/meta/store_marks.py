"""Which mark of a store goes with the database; see rules/pairs.py."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import store_marks as t
from entrepot.rules.pairs import Known, Mark


def find_marks(connection: Connection, store: str) -> Known | None:
    """What is known of a store's marks; None for a store that was never marked."""
    query = select(t.c.agreed, t.c.upcoming, t.c.previous).where(t.c.store == store)
    row = connection.execute(query).one_or_none()
    return Known(*(Mark.of(text) for text in row)) if row else None


def announce(connection: Connection, store: str, known: Known | None, coming: Mark, now: int) -> bool:
    """Notes a mark before it is written; False where what is known has changed meanwhile."""
    if known is None:
        row = {"store": store, "agreed": "", "upcoming": str(coming), "previous": "", "updated_at": now}
        return insert_or_ignore(connection, t, row)
    same = (t.c.store == store, t.c.agreed == _text(known.agreed), t.c.upcoming == _text(known.upcoming))
    change = update(t).where(*same).values(upcoming=str(coming), updated_at=now)
    return connection.execute(change).rowcount == 1


def agree(connection: Connection, store: str, written: Mark, now: int) -> None:
    """Notes that an announced mark is in the store, unless another was announced meanwhile."""
    mine = (t.c.store == store, t.c.upcoming == str(written))
    values = {"previous": t.c.agreed, "agreed": str(written), "upcoming": "", "updated_at": now}
    connection.execute(update(t).where(*mine).values(values))


def forget_marks(connection: Connection, store: str) -> None:
    """Drops what is known of a store."""
    connection.execute(delete(t).where(t.c.store == store))


def _text(mark: Mark | None) -> str:
    return str(mark) if mark else ""
