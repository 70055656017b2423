"""When what loses a reference now is reviewed by the garbage collection."""

from __future__ import annotations

from entrepot.context import App
from entrepot.meta.times import to_micros


def review_due(app: App) -> int:
    """The delay from now, in microseconds since the epoch."""
    return to_micros(app.clock() + app.gc_delay)
