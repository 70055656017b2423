"""The daily part of reading everything back, where the setting verify_share asks for one."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog

from entrepot.context import App
from entrepot.rules.sampling import arc_of_day
from entrepot.services import verify
from entrepot.services.verify_run import Orders
from entrepot.services.verifying import Found

RATE = 32 << 20
"""Bytes a second: 2.6 TiB in a day, and little of any disk's time."""

_MOST_LINES = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


async def scrub(app: App) -> Found | None:
    """Reads back today's part and logs what is damaged; None where none is to be read. Begun again, it is the same."""
    if not app.verify_share:
        return None
    day = (app.clock() - _EPOCH).days
    found = await verify.read_back(app, Orders(arc_of_day(app.verify_share, day), RATE))
    for each in found.findings[:_MOST_LINES]:
        needing = [f"{need.account}/{need.region}/{need.repository}" for need in each.needing]
        log.error(
            "what is stored cannot be served",
            kind=each.kind,
            what=each.what,
            digest=each.digest,
            object_id=each.object_id,
            why=each.why,
            needed_by=needing,
        )
    log.info(
        "read back today's part",
        blobs=found.blobs,
        manifests=found.manifests,
        bytes=found.size,
        seconds=round(found.seconds),
        findings=found.count,
    )
    return found
