"""What the figures were measured on and with."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench.compare.turns import Effort
from tests.support.processes import run

_VERSIONS: Mapping[str, tuple[str, ...]] = {
    "distribution": ("docker-registry", "--version"),
    "docker": ("docker", "--version"),
}


def facts(effort: Effort) -> dict[str, str]:
    """By name, as a reader is told."""
    cores, memory = os.cpu_count() or 1, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{cores} cores ({processor()}), {memory} GiB, Linux {platform.release().partition('-')[0]}",
        "load": f"{os.getloadavg()[2]:.1f} processes wanted to run, these among them, in the mean of 15 minutes",
        "rounds": f"{effort.rounds}, of lines that move or start a lot {effort.few}",
        "small answers": f"{effort.seconds:g} s a turn on {effort.connections} connections",
        "Python": platform.python_version(),
        **{name: run(argv).strip() for name, argv in _VERSIONS.items() if shutil.which(argv[0])},
    }


def processor() -> str:
    """The processor's model."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
