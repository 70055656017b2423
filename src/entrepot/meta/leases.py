"""Leases: which process does a piece of periodic work at the moment."""

from __future__ import annotations

from sqlalchemy import Connection, or_, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import leases


def take_lease(connection: Connection, name: str, holder: str, now: int, expires_at: int) -> bool:
    """Takes or renews the lease `name` for `holder`; False while another's has not run out at `now`."""
    row = {"name": name, "holder": holder, "expires_at": expires_at}
    if insert_or_ignore(connection, leases, row):
        return True
    mine_or_free = or_(leases.c.holder == holder, leases.c.expires_at <= now)
    change = update(leases).where(leases.c.name == name, mine_or_free).values(holder=holder, expires_at=expires_at)
    return connection.execute(change).rowcount == 1
