"""A process of a deployment with one duty, which is due all the time: `python -m tests.nodes.duty_node DATA LASTS`.

It notes the process that does it in the file `done` beside the data folder, and lasts that many seconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

from entrepot import app as composition
from entrepot.context import App
from entrepot.jobs import periodic
from entrepot.jobs.duties import Duty
from entrepot.jobs.periodic import Turns
from entrepot.settings_sources import from_flags

LEASE = timedelta(seconds=2)
RENEWAL = timedelta(seconds=0.3)
LOOK_AGAIN = timedelta(seconds=0.05)


async def main(data: Path, lasts: float) -> None:
    def note(word: str) -> None:
        with (data.parent / "done").open("a") as file:
            file.write(f"{word} {os.getpid()}\n")

    async def work(_app: App) -> None:
        note("begins")
        await asyncio.sleep(lasts)
        note("ends")

    periodic.LOOK_AGAIN = LOOK_AGAIN
    settings, _ = from_flags({"data": str(data)}, {})
    async with composition.opened(settings) as app:
        turns = Turns(app, app.new_id(), LEASE, RENEWAL)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await periodic.repeat(turns, Duty("test", timedelta(seconds=0.2), work))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
