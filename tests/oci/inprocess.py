"""The services of a deployment within the test's own process, beside or without its server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from entrepot.app import opened
from entrepot.context import App
from entrepot.settings_sources import from_flags

Result = TypeVar("Result")


def in_app(data: Path, work: Callable[[App], Awaitable[Result]]) -> Result:
    """What `work` returns, given the App of the deployment in the folder `data`."""

    async def run() -> Result:
        settings, _ = from_flags({"data": str(data)}, {})
        async with opened(settings) as app:
            return await work(app)

    return asyncio.run(run())
