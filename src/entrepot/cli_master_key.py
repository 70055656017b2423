"""`entrepot master-key status | new | promote | rewrap | forget`: the master key, looked at and rotated."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from entrepot import telemetry
from entrepot.errors import DomainError
from entrepot.settings import Settings
from entrepot.settings_sources import add_flags, from_flags

if TYPE_CHECKING:
    from entrepot.services.master_key_rotation import KeyStatus, Rewrapped

HELP = "Look at the master key, and rotate it while everything is being served."


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, text: str, run_: Callable[[argparse.Namespace, Settings], None]) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.set_defaults(change=run_)
        add_flags(sub)
        return sub

    text = "Print which master keys wrap how many data keys. Exit with 1 if one of them cannot be used."
    add("status", text, _status).add_argument("--json", action="store_true", help="Print JSON in place of a table.")
    text = "Put a new key into the file of the master key: as the one that wraps, above those from before."
    standby = "Put it last, where it wraps nothing before `promote`: for its file to be copied to other nodes first."
    add("new", text, _new).add_argument("--standby", action="store_true", help=standby)
    text = "Make a key that stands by in the file the one that wraps."
    add("promote", text, _promote).add_argument("name", metavar="NAME", help="As `new` and `status` print it.")
    text = "Wrap all data keys by the current master key, beside nodes that serve. Goes on where it was stopped."
    back = "Also by a key that was forgotten before. All nodes must have it again."
    add("rewrap", text, _rewrap).add_argument("--take-back", action="store_true", help=back)
    add("forget", "Let go of all master keys but the current one, if nothing needs them any more.", _forget)


def run(arguments: argparse.Namespace) -> None:
    """Runs the subcommand."""
    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    arguments.change(arguments, settings)


def _status(arguments: argparse.Namespace, settings: Settings) -> None:
    found = asyncio.run(_found(settings))
    members = [{**asdict(each), "usable": not each.fault} for each in found]
    print_json = json.dumps({"keys": [{_JSON.get(k, k): v for k, v in each.items()} for each in members]}, indent=2)
    sys.stdout.write((print_json if arguments.json else "\n".join(_lines(found))) + "\n")
    if any(each.fault for each in found):
        sys.exit(1)


_JSON = {"count": "dataKeys"}


async def _found(settings: Settings) -> list[KeyStatus]:
    from entrepot import app
    from entrepot.services import master_key_rotation

    async with app.opened_keys(settings) as (db, keys):
        return await master_key_rotation.status(db, keys)


def _lines(found: list[KeyStatus]) -> list[str]:
    rows = [("NAME", "ROLE", "DATA KEYS", "FROM", "")]
    rows += [(each.name or "-", each.role, str(each.count), each.source or "-", each.fault or "ok") for each in found]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return ["  ".join([*(f"{row[c]:<{widths[c]}}" for c in range(4)), row[4]]).rstrip() for row in rows]


def _new(arguments: argparse.Namespace, settings: Settings) -> None:
    from entrepot import app_keys

    name = app_keys.new_key(settings, standby=arguments.standby)
    path = app_keys.require_file(settings)
    if arguments.standby:
        text = f"{name} stands by in {path}. Copy the file to all nodes, then: entrepot master-key promote {name}"
    else:
        text = f"{name} is the master key now, first in {path}. Back the file up, then: entrepot master-key rewrap"
    sys.stdout.write(text + "\n")


def _promote(arguments: argparse.Namespace, settings: Settings) -> None:
    from entrepot import app_keys

    app_keys.promote(settings, arguments.name)
    path = app_keys.require_file(settings)
    sys.stdout.write(f"{arguments.name} is the master key now, first in {path}. Then: entrepot master-key rewrap\n")


def _rewrap(arguments: argparse.Namespace, settings: Settings) -> None:
    done = asyncio.run(_rewrapped(settings, take_back=arguments.take_back))
    sys.stdout.write(f"wrapped {done.count} data keys by {done.name}\n")
    if done.failed:
        raise DomainError(
            f"{len(done.failed)} data keys could not be unwrapped and stay as they are: see entrepot master-key status"
        )


async def _rewrapped(settings: Settings, *, take_back: bool) -> Rewrapped:
    from entrepot import app
    from entrepot.services import master_key_rotation

    def tell(done: Rewrapped) -> None:
        sys.stderr.write(f"{done.count} data keys\n")

    async with app.opened_keys(settings) as (db, keys):
        return await master_key_rotation.rewrap(db, keys, tell, take_back=take_back)


def _forget(_arguments: argparse.Namespace, settings: Settings) -> None:
    name = asyncio.run(_forgotten(settings))
    text = f"{name} is the only master key now. Backups of the database from before still need the former ones.\n"
    sys.stdout.write(text)


async def _forgotten(settings: Settings) -> str:
    from entrepot import app, app_keys
    from entrepot.meta.times import to_micros

    async with app.opened_keys(settings) as (db, keys):
        return await app_keys.forget(settings, db, keys, to_micros(app.utc_now()))
