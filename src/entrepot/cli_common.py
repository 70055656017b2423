"""What commands have in common: how they ask a deployment, read shares, and print tables and progress."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from entrepot import telemetry
from entrepot.rules.sampling import Sample
from entrepot.settings import Settings, SettingsError
from entrepot.settings_sources import from_flags
from entrepot.settings_values import SHARE, Share

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
    """The answer of the deployment that a command's flags lead to; it may be serving at the same time."""
    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    return ask_at(settings, question)


def ask_at(settings: Settings, question: Callable[[App], Awaitable[Result]]) -> Result:
    """As `ask`, where the settings are read already."""
    from entrepot import app

    app.require_deployment(settings)

    async def answer() -> Result:
        async with app.opened(settings) as running:
            return await question(running)

    return asyncio.run(answer())


def sample_of(text: str, seed: str | None = None) -> Sample:
    """What --sample says, such as 5%; with a new seed where none is given. Raises SettingsError."""
    try:
        share = SHARE.parse(text)
    except ValueError:
        share = None
    if not isinstance(share, Share) or not share.of_one:
        raise SettingsError(f"--sample: '{text}' is not a share such as 5% or 0.5%")
    return Sample(share.of_one, seed or secrets.token_hex(4))


def tell_progress(done: int, total: int) -> None:
    """How many objects are done, to whoever waits."""
    sys.stderr.write(f"{done} of {total} objects\n")
