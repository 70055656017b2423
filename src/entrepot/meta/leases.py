"""Leases: which process does a piece of periodic work at the moment, and who holds the deletion of objects up."""

from __future__ import annotations

from sqlalchemy import Connection, delete, or_, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import leases

UPLOADS = "upload/"
UPLOADS_END = "upload0"  # the first name behind all that begin with `UPLOADS`
DUTIES = "duty/"
DUTIES_END = "duty0"
HOLDS = "hold/"
HOLDS_END = "hold0"


def take_lease(connection: Connection, name: str, holder: str, now: int, expires_at: int) -> bool:
    """Takes or renews the lease `name` for `holder`; False while another's has not run out at `now`."""
    row = {"name": name, "holder": holder, "expires_at": expires_at}
    if insert_or_ignore(connection, leases, row):
        return True
    mine_or_free = or_(leases.c.holder == holder, leases.c.expires_at <= now)
    change = update(leases).where(leases.c.name == name, mine_or_free).values(holder=holder, expires_at=expires_at)
    return connection.execute(change).rowcount == 1


def lease_end(connection: Connection, name: str) -> int:
    """When the lease runs out or ran out; 0 where nobody ever had it."""
    return connection.execute(select(leases.c.expires_at).where(leases.c.name == name)).scalar_one_or_none() or 0


def end_lease(connection: Connection, name: str, holder: str, expires_at: int, done_at: int | None = None) -> bool:
    """Sets when a lease of `holder` runs out; False where another has it by now.

    `done_at` is when what the lease was for was done, None where it was not.
    """
    values = {"expires_at": expires_at} | ({} if done_at is None else {"done_at": done_at})
    change = update(leases).where(leases.c.name == name, leases.c.holder == holder).values(values)
    return connection.execute(change).rowcount == 1


def last_done(connection: Connection) -> dict[str, int]:
    """When each duty that anybody began was done last, by its name; 0 where it never was."""
    query = select(leases.c.name, leases.c.done_at).where(leases.c.name >= DUTIES, leases.c.name < DUTIES_END)
    return {name.removeprefix(DUTIES): done_at or 0 for name, done_at in connection.execute(query)}


def upload_lease(object_id: str) -> str:
    """The name of the lease that whoever writes to an upload holds."""
    return f"{UPLOADS}{object_id}"


def drop_lease(connection: Connection, name: str, holder: str) -> bool:
    """Removes a lease of `holder`, which nobody will ask for again; False where another has it by now."""
    return connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder)).rowcount == 1


def drop_upload_leases(connection: Connection, now: int) -> int:
    """Removes the leases of uploads that had run out at `now`, which their holders died with; returns how many."""
    late = (leases.c.name >= UPLOADS, leases.c.name < UPLOADS_END, leases.c.expires_at <= now)
    return connection.execute(delete(leases).where(*late)).rowcount


def hold_lease(what: str, holder: str) -> str:
    """The name of the lease of somebody who needs objects of blobs whose rows go."""
    return f"{HOLDS}{what}/{holder}"


def is_held(connection: Connection, now: int) -> bool:
    """Whether anybody needs objects of blobs whose rows go, so that none may be deleted from a store."""
    t = leases.c
    live = select(t.name).where(t.name >= HOLDS, t.name < HOLDS_END, t.expires_at > now).limit(1)
    return connection.execute(live).first() is not None


def drop_late_holds(connection: Connection, now: int) -> None:
    """Removes the holds that had run out at `now`, which their holders died with."""
    late = (leases.c.name >= HOLDS, leases.c.name < HOLDS_END, leases.c.expires_at <= now)
    connection.execute(delete(leases).where(*late))
