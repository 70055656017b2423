"""Room on the disks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding, size_text

GIB = 1 << 30
LITTLE, LITTLE_SHARE = 20 * GIB, 0.10
NOTHING, NOTHING_SHARE = 2 * GIB, 0.02
FEW_INODES, FEW_INODES_SHARE = 100_000, 0.05
SOON = 14


@dataclass(frozen=True, slots=True)
class SpaceFacts:
    """A file system with something of the deployment on it. Bytes; `inodes` is 0 where it counts none.

    `growth` is how many bytes of layers came there each day of late, deletions left out; 0 where layers lie elsewhere.
    """

    path: str
    free: int
    total: int
    free_inodes: int
    inodes: int
    growth: float = 0.0


def judge(facts: SpaceFacts) -> Iterator[Finding]:
    """Little is what is little in itself and little of the whole."""
    more = f"free some, or make the file system of {facts.path} larger; entrepot gc status tells what is about to go"
    left = f"{size_text(facts.free)} of {size_text(facts.total)} are free on the file system of {facts.path}"
    if facts.free < min(NOTHING, NOTHING_SHARE * facts.total):
        yield Finding("disk-full", "error", f"only {left}: pushes are about to fail", more)
    elif facts.free < min(LITTLE, LITTLE_SHARE * facts.total):
        yield Finding("disk-low", "warning", f"only {left}", more)
    if facts.growth and (days := facts.free / facts.growth) < SOON:
        what = f"{left}, and at {size_text(facts.growth)} of new layers a day that is enough for {days:.0f} days"
        yield Finding("disk-soon-full", "warning", what, more)
    if facts.inodes and facts.free_inodes < min(FEW_INODES, FEW_INODES_SHARE * facts.inodes):
        what = f"only {facts.free_inodes} of {facts.inodes} inodes are free on the file system of {facts.path}"
        remedy = f"delete small files there, or move {facts.path} to a file system with more inodes (df -i tells)"
        yield Finding("few-inodes", "warning", what, remedy)
