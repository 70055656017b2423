"""`entrepot worker`: the periodic work of a deployment, without a door."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys

from entrepot import __version__, telemetry
from entrepot.settings import Settings
from entrepot.settings_sources import from_flags

HELP = "Do a deployment's periodic work (sweeping, garbage collection) and serve nothing."


def run(arguments: argparse.Namespace) -> None:
    """Works until SIGTERM or SIGINT, beside any number of servers and other workers."""
    from entrepot import app

    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    app.require_deployment(settings)
    asyncio.run(_work(settings))


async def _work(settings: Settings) -> None:
    from entrepot import app

    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    sys.stdout.write(f"Entrepot {__version__} works on the data in {settings.data}\n")
    sys.stdout.flush()
    await app.work(settings, stopped)
