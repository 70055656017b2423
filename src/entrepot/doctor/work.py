"""Whether somebody does the periodic work."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.doctor.site import Site
from entrepot.meta import diagnosis, gc_objects, gc_status, leases
from entrepot.meta.times import to_micros
from entrepot.rules.doctor import work
from entrepot.rules.doctor.finding import Finding
from entrepot.rules.doctor.work import WorkFacts
from entrepot.services.gc_verify import GRACE
from entrepot.services.sweeping import UPLOAD_LIFETIME

_COLLECT = "duty/collect"


async def check(site: Site) -> list[Finding]:
    """Rounds that are late, and what they have left undone."""
    return list(work.judge(await facts(site)))


async def facts(site: Site) -> WorkFacts:
    """As of now."""
    now = site.clock()
    micros = to_micros(now)
    overdue, stuck = to_micros(now - GRACE), to_micros(now - UPLOAD_LIFETIME - GRACE)

    def ask(connection: Connection) -> WorkFacts:
        end = leases.lease_end(connection, _COLLECT)
        return WorkFacts(
            late=(micros - end) / 1e6 if end else None,
            overdue=gc_objects.overdue(connection, overdue),
            failed=gc_status.deletions(connection, micros).failed,
            stuck=diagnosis.stuck_uploads(connection, stuck),
        )

    return await site.database.read(ask)
