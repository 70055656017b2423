"""Where the garbage collection stands, and what it has freed. For operators: nothing is authorized."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from entrepot.context import App
from entrepot.meta import gc_status, gc_totals
from entrepot.meta.gc_status import Deletions, Queue
from entrepot.meta.gc_totals import Reclaimed
from entrepot.meta.times import to_micros


@dataclass(frozen=True, slots=True)
class Status:
    """All at one moment, `now`; the repositories by account, region and name."""

    now: datetime
    delay: timedelta
    queues: list[Queue]
    deletions: Deletions
    repositories: list[Reclaimed]


async def status(app: App) -> Status:
    """Counts. At a million reviews this takes about a second."""
    return await app.db.read(_status, app.clock(), app.gc_delay)


def _status(connection: Connection, now: datetime, delay: timedelta) -> Status:
    micros = to_micros(now)
    return Status(
        now,
        delay,
        gc_status.queues(connection, micros),
        gc_status.deletions(connection, micros),
        gc_totals.all_reclaimed(connection),
    )
