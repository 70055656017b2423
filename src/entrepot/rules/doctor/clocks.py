"""Clocks: of this machine, the database server and the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding, Severity, span_text

NOTICED = 5.0
"""Seconds that a clock may be off, and that asking for it may take."""

HARMFUL = 30.0
"""From here on leases, which last a minute and are given out by one machine and read by another, fall apart."""


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """Seconds since the epoch. Of a clock that is not there, or that nobody could ask, there is none.

    `newest` is the newest time that any row was written at.
    """

    now: float
    database: float | None = None
    store: float | None = None
    newest: float | None = None


def judge(facts: ClockFacts) -> Iterator[Finding]:
    """Each clock against this machine's."""
    for name, other in (("database server", facts.database), ("store", facts.store)):
        if other is None or abs(other - facts.now) < NOTICED:
            continue
        off = other - facts.now
        yield Finding(
            f"clock-skew-{name.partition(' ')[0]}",
            _severity(abs(off)),
            f"the {name}'s clock is {span_text(abs(off))} {'ahead of' if off > 0 else 'behind'} this machine's",
            "let both follow the same time servers (chronyd or systemd-timesyncd), and see with chronyc tracking",
        )
    if facts.newest is not None and (early := facts.newest - facts.now) >= NOTICED:
        yield Finding(
            "clock-in-the-past",
            _severity(early),
            f"this machine's clock stands {span_text(early)} before the newest row of the database",
            "set the clock right, and let it follow time servers: timedatectl set-ntp true",
        )


def _severity(seconds: float) -> Severity:
    return "error" if seconds >= HARMFUL else "warning"
