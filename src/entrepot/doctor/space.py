"""Free space and inodes, and how fast they go."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from entrepot import app_blobs
from entrepot.doctor.site import Site
from entrepot.meta import diagnosis
from entrepot.meta.times import to_micros
from entrepot.rules.doctor import space
from entrepot.rules.doctor.finding import Finding
from entrepot.rules.doctor.space import SpaceFacts

WINDOW = timedelta(days=7)
_DAY = timedelta(days=1) // timedelta(microseconds=1)


async def check(site: Site) -> list[Finding]:
    """The data folder's file system and those of the stores that are folders, each once."""
    seen: set[int] = set()
    found: list[Finding] = []
    for path in [*site.folders, site.settings.data]:
        if not path.is_dir() or (device := path.stat().st_dev) in seen:
            continue
        seen.add(device)
        found += space.judge(_facts(path, await _growth(site, path)))
    return found


def _facts(path: Path, growth: float) -> SpaceFacts:
    status = os.statvfs(path)
    return SpaceFacts(
        str(path),
        free=status.f_bavail * status.f_frsize,
        total=status.f_blocks * status.f_frsize,
        free_inodes=status.f_favail,
        inodes=status.f_files,
        growth=growth,
    )


async def _growth(site: Site, path: Path) -> float:
    """Bytes of layers a day that came to the store in that folder of late, over a day at least."""
    if site.db is None or path not in site.folders:
        return 0.0
    now = site.clock()
    size, first = await site.db.read(
        diagnosis.bytes_since, app_blobs.store_name(site.settings, path), to_micros(now - WINDOW)
    )
    days = 1.0 if first is None else max(1.0, (to_micros(now) - first) / _DAY)
    return size / days
