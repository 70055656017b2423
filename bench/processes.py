"""What processes use: processor time, memory, bytes written. Of whole trees, so that any server can be measured.

Processor time is counted by the kernel for each process, so that other work on the machine does not add to it (it does
add to how long things take). Needs Linux, and for other users' processes to be root.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import memory, tree

_TICKS = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM, _USER_OF_CHILDREN, _SYSTEM_OF_CHILDREN = 11, 12, 13, 14


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of processor time (user and system), and bytes that went to files, since the start of the processes."""

    seconds: float
    written: int

    def __sub__(self, earlier: Usage) -> Usage:
        return Usage(self.seconds - earlier.seconds, self.written - earlier.written)


def usage(roots: Iterable[int]) -> Usage:
    """What these processes and all their descendants used, with those of them that ended and were waited for."""
    pids = [pid for root in roots for pid in tree(root)]
    return Usage(sum(map(_seconds, pids)), sum(map(_written, pids)))


def own_seconds() -> float:
    """The processor time of this process and its threads, in seconds."""
    return sum(os.times()[:2])


def resident(roots: Iterable[int], field: str = "VmRSS") -> list[int]:
    """Bytes in memory for each process of the trees, parents first; with "VmHWM" the most there ever were."""
    return [memory(pid, field) for root in roots for pid in tree(root)]


def shared_out(roots: Iterable[int]) -> int:
    """Bytes in memory for the trees together, what processes share counted once (Pss)."""
    return sum(_proportional(pid) for root in roots for pid in tree(root))


def reset_peaks(roots: Iterable[int]) -> None:
    """Lets "VmHWM" count from now on."""
    for root in roots:
        for pid in tree(root):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _seconds(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The name in brackets may hold spaces and brackets itself: what follows its end begins with the third field.
    fields = stat.rpartition(")")[2].split()
    return sum(int(fields[number]) for number in (_USER, _SYSTEM, _USER_OF_CHILDREN, _SYSTEM_OF_CHILDREN)) / _TICKS


def _written(pid: int) -> int:
    return _field(f"/proc/{pid}/io", "write_bytes:")


def _proportional(pid: int) -> int:
    return 1024 * _field(f"/proc/{pid}/smaps_rollup", "Pss:")


def _field(path: str, name: str) -> int:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
