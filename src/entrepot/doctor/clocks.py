"""What time it is elsewhere."""

from __future__ import annotations

from entrepot.doctor.site import Site
from entrepot.meta import diagnosis
from entrepot.rules.doctor import clocks
from entrepot.rules.doctor.clocks import ClockFacts
from entrepot.rules.doctor.finding import Finding


async def check(site: Site) -> list[Finding]:
    """This machine's clock against the database server's, the store's, and the newest row."""
    db, now = site.database, site.clock().timestamp()
    theirs = None
    if site.settings.database:
        asked = await db.read(diagnosis.postgres_clock)
        # The answer is from between the question and its arrival.
        theirs = now + (asked - (now + site.clock().timestamp()) / 2)
    newest = await db.read(diagnosis.newest_time)
    store = None if site.store_clock is None else now + site.store_clock
    return list(clocks.judge(ClockFacts(now, theirs, store, None if newest is None else newest / 1e6)))
