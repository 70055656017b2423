"""Periodic work: whether somebody does it, and what is left undone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding, span_text

PATIENCE = 600.0
"""Seconds that a round of the collection, which is due every minute, may be late."""

WORKER = "start entrepot worker, or entrepot serve with work set to true"


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """`late` is how many seconds ago the next round of the collection was due; None where there never was one.

    `overdue` counts reviews and deletions that should have been done an hour ago, `failed` deletions that the store
    refused, `stuck` uploads that nobody has touched for longer than a day, which the sweep drops.
    """

    late: float | None
    overdue: int
    failed: int
    stuck: int

    @property
    def works(self) -> bool:
        """Whether somebody does the work."""
        return self.late is not None and self.late < PATIENCE


def judge(facts: WorkFacts) -> Iterator[Finding]:
    """Who is not there is told first: the rest follows from it."""
    if not facts.works:
        since = "nobody has ever done" if facts.late is None else f"nobody has for {span_text(facts.late)} done"
        yield Finding("no-worker", "warning", f"{since} the periodic work, such as the garbage collection", WORKER)
    if facts.overdue:
        what = f"{facts.overdue} reviews and deletions of the garbage collection are overdue"
        yield Finding("gc-overdue", "warning", what, "run entrepot gc run, and see in the worker's log what stops it")
    if facts.failed:
        what = f"{facts.failed} deletions of objects have failed, and are tried again"
        yield Finding(
            "deletions-failed",
            "warning",
            what,
            "see in the worker's log what the store refuses; its keys need s3:DeleteObject",
        )
    if facts.stuck:
        what = f"{facts.stuck} uploads were begun and not touched for over a day, and still take room"
        yield Finding("uploads-stuck", "warning", what, WORKER)
