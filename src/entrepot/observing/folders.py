"""How much room there is where folders lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from entrepot.observing import catalog
from entrepot.observing.families import Family, family


def room(folders: Mapping[str, Path]) -> list[Family]:
    """The figures of some folders, by what metrics call them. One that cannot be looked at is left out."""
    free, size = dict[tuple[str, ...], float](), dict[tuple[str, ...], float]()
    for name, path in folders.items():
        with suppress(OSError):
            found = os.statvfs(path)
            free[name,], size[name,] = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
    return [family(catalog.FREE, free.items()), family(catalog.SIZE, size.items())]
