"""`entrepot usage`: who is using it up, by registry and repository."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from entrepot.cli_common import aligned, ask
from entrepot.settings_sources import add_flags

if TYPE_CHECKING:
    from entrepot.services.quota_settings import Usage

HELP = "Print what registries and repositories hold, and how much of their quotas that is."

_STEP = 1024
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the command's own."""
    parser.add_argument("--json", action="store_true", help="Print JSON in place of a table.")
    add_flags(parser)


def run(arguments: argparse.Namespace) -> None:
    """Counts everything there is. At a million layers this takes some seconds, and stops nobody."""
    from entrepot.services import quota_settings

    found = ask(arguments, quota_settings.usage)
    if arguments.json:
        sys.stdout.write(json.dumps([_members(each) for each in found], indent=2) + "\n")
        return
    lines = [("REGISTRY OR REPOSITORY", "IMAGES", "BYTES", "FREED IF DELETED", "UPLOADING", "SHARE", "OF QUOTA")]
    lines += [_line(each) for each in found]
    sys.stdout.write("\n".join(aligned(lines)) + "\n")


def _line(each: Usage) -> tuple[str, ...]:
    fullest = max(each.quotas, key=lambda name: each.used(name) / max(1, each.quotas[name]), default=None)
    return (
        _name(each),
        str(each.images),
        _bytes(each.held),
        _bytes(each.own),
        _bytes(each.staged),
        f"{100 * each.share():.1f}%" if fullest else "-",
        f"{fullest}={each.quotas[fullest]}" if fullest else "-",
    )


def _members(each: Usage) -> dict[str, object]:
    return {
        "registry": f"{each.registry.account}/{each.registry.region}",
        "repository": each.name or None,
        "repositories": each.repositories,
        "images": each.images,
        "bytes": each.held,
        "freedIfDeleted": each.own,
        "uploading": each.staged,
        "share": round(each.share(), 6),
        "quotas": {name: {"value": value, "used": each.used(name)} for name, value in each.quotas.items()},
    }


def _name(each: Usage) -> str:
    registry = f"{each.registry.account}/{each.registry.region}"
    return f"{registry}/{each.name}" if each.name else registry


def _bytes(value: float) -> str:
    """A size in the largest unit that it is one of, with a digit behind the point."""
    unit = 0
    while value >= _STEP and unit < len(_UNITS) - 1:
        value, unit = value / _STEP, unit + 1
    return f"{value:.1f}{_UNITS[unit]}" if unit else f"{value:.0f}B"
