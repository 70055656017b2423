"""`entrepot blobs migrate`: moves layers from one store to another, beside nodes that serve."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot import telemetry
from entrepot.errors import DomainError
from entrepot.settings import Settings, SettingsError
from entrepot.settings_sources import add_flags, from_flags
from entrepot.settings_values import STORE

if TYPE_CHECKING:
    from entrepot.services.blob_moves import Moves

HELP = "Move layers between stores."


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    text = "Copy all layers to another store, verify each, and let go of the old ones. Goes on where it was stopped."
    migrate = commands.add_parser("migrate", help=text, description=text, allow_abbrev=False)
    migrate.add_argument("--to", metavar="STORE", required=True, help="Where to: what blobs or blobs_also names.")
    add_flags(migrate)


def run(arguments: argparse.Namespace) -> None:
    """Moves what is elsewhere. Raises DomainError where not all of it could be moved."""
    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    done = asyncio.run(_move(_turned(settings, arguments.to)))
    sys.stdout.write(f"moved {done.blobs} blobs, {done.size} bytes\n")
    if done.damaged:
        raise DomainError(f"{len(done.damaged)} blobs are damaged and stay where they are: {', '.join(done.damaged)}")
    if done.locked:
        raise DomainError(
            f"{len(done.locked)} blobs stay where they are, since their keys cannot be used: {', '.join(done.locked)}. "
            "Enable the keys and start again. What a deleted key sealed goes with its repository."
        )


def _turned(settings: Settings, text: str) -> Settings:
    """The settings of a process whose new blobs go to the target. Nodes that serve have to read from there already."""
    from entrepot import app_blobs

    try:
        target = STORE.parse(text)
    except ValueError:
        target = None
    if target is None:
        raise SettingsError(f"--to: '{text}' is not {STORE.says}")
    stores = app_blobs.stores(settings)
    if target not in stores:
        raise SettingsError(f"--to: no node reads from {text}: set blobs or blobs_also to it on all of them first")
    return replace(settings, blobs=target, blobs_also=tuple(place for place in stores if place != target))


async def _move(settings: Settings) -> Moves:
    from entrepot import app
    from entrepot.services import blob_moves

    def tell(done: Moves) -> None:
        sys.stderr.write(f"{done.blobs} of {done.total} blobs, {done.size} bytes\n")

    app.require_deployment(settings)
    async with app.opened(settings) as opened:
        return await blob_moves.move_all(opened, tell)
