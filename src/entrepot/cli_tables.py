"""What commands that print tables have in common, and how they ask a deployment."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from entrepot import telemetry
from entrepot.settings_sources import from_flags

if TYPE_CHECKING:
    from entrepot.context import App

Result = TypeVar("Result")


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of columns: the first to the left, the others, which are numbers, to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *rest = zip(row, widths, strict=True)
        yield "  ".join((first[0].ljust(first[1]), *(text.rjust(width) for text, width in rest))).rstrip()


def ask(arguments: argparse.Namespace, question: Callable[[App], Awaitable[Result]]) -> Result:
    """The answer of a deployment, which may be serving at the same time."""
    from entrepot import app

    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    app.require_deployment(settings)

    async def answer() -> Result:
        async with app.opened(settings) as running:
            return await question(running)

    return asyncio.run(answer())
