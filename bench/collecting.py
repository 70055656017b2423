"""Collects all garbage of a deployment at once, as if days had passed, and tells what that took.

    .venv/bin/python -m bench.collecting DATA

Prints a line of JSON: seconds of processor time, seconds by the clock, and how many objects went. A process of its own,
as `entrepot worker` is, so that nothing but the collection is counted.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from entrepot import app as composition
from entrepot import telemetry
from entrepot.services import gc
from entrepot.settings_sources import from_flags

ROUNDS = 4
"""Layers, blobs and objects are due one after the other."""


async def collect(data: str) -> Mapping[str, float]:
    """One round a day; every one takes up all that is due by then."""
    async with composition.opened(from_flags({"data": data}, {})[0]) as app:
        began, started, objects = time.process_time(), time.monotonic(), 0
        for day in range(2, 2 + ROUNDS):
            later = replace(app, clock=lambda day=day: composition.utc_now() + timedelta(days=day))
            objects += (await gc.collect(later)).objects
        wall = time.monotonic() - started
        return {"seconds": time.process_time() - began, "wall": wall, "objects": objects}


if __name__ == "__main__":
    telemetry.configure("error", "json")
    sys.stdout.write(json.dumps(asyncio.run(collect(sys.argv[1]))) + "\n")
