"""Periodic work: every process offers to do it, the one that holds the lease does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.meta import leases
from entrepot.meta.times import to_micros
from entrepot.services.sweeping import sweep

INTERVAL = timedelta(minutes=10)

log = structlog.get_logger()


async def run(app: App) -> None:
    """Sweeps now and every ten minutes, until cancelled."""
    holder = app.new_id()
    while True:
        now = app.clock()
        try:
            if await app.db.write(leases.take_lease, "sweep", holder, to_micros(now), to_micros(now + INTERVAL)):
                await sweep(app)
        except DomainError as error:
            log.warning("sweep put off", reason=error.message)
        except Exception:
            # The job's outermost place: whatever one round fails of, the next one is to take place.
            log.exception("sweep failed")
        await asyncio.sleep(INTERVAL.total_seconds())
