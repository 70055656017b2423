"""The table of periodic work. Each duty is done by one process of the deployment at a time, whichever that is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from entrepot.context import App
from entrepot.services import gc, pairing, rate_limits, scrubbing, sweeping
from entrepot.services.kms import deletion, rotation


@dataclass(frozen=True, slots=True)
class Duty:
    """Work that is due `interval` after it was begun last. It may be cut short at any await, and done twice at once."""

    name: str
    interval: timedelta
    work: Callable[[App], Awaitable[object]]


DUTIES: tuple[Duty, ...] = (
    Duty("collect", timedelta(minutes=1), gc.collect),
    Duty("mark", pairing.INTERVAL, pairing.advance),
    Duty("sweep", timedelta(minutes=10), sweeping.sweep_uploads),
    Duty("orphans", timedelta(days=1), sweeping.sweep_orphans),
    Duty("forgotten", timedelta(days=1), gc.look_for_forgotten),
    Duty("rotations", timedelta(hours=1), rotation.rotate_due),
    Duty("deletions", timedelta(hours=1), deletion.delete_due),
    Duty("rates", timedelta(minutes=10), rate_limits.sweep_buckets),
    Duty("verify", timedelta(days=1), scrubbing.scrub),
)
