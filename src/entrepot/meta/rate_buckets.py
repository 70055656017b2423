"""Token buckets that all processes of a deployment draw on."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import rate_buckets as t
from entrepot.rules.rate_limits import Bucket, Drawn, Rate, draw, full

_FIND = select(t.c.tokens, t.c.updated_at).where(t.c.name == bindparam("bucket"))
_PUT = (
    update(t)
    .where(t.c.name == bindparam("bucket"))
    .values(tokens=bindparam("tokens"), updated_at=bindparam("updated_at"))
)


def draw_on(connection: Connection, name: str, rate: Rate, now: int, needed: int) -> Drawn:
    """Takes a portion out of a bucket, which is made full where there is none."""
    found = connection.execute(_FIND, {"bucket": name}).one_or_none()
    drawn, left = draw(Bucket(*found) if found else full(rate, now), rate, now, needed)
    values = {"tokens": left.tokens, "updated_at": left.updated_at}
    if found is None and insert_or_ignore(connection, t, {"name": name, **values}):
        return drawn
    connection.execute(_PUT, {"bucket": name, **values})
    return drawn


def stale_buckets(connection: Connection, before: int, count: int) -> list[str]:
    """Names of `count` buckets that nobody has drawn on since `before`."""
    return list(connection.execute(select(t.c.name).where(t.c.updated_at < before).limit(count)).scalars())


def delete_buckets(connection: Connection, names: Sequence[str], before: int) -> int:
    """Removes those of `names` that nobody has drawn on since `before`; returns how many."""
    return connection.execute(delete(t).where(t.c.name.in_(names), t.c.updated_at < before)).rowcount
