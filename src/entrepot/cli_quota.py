"""`entrepot quota list | set | unset`: quotas of one registry or repository, beside those of the settings."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from entrepot.cli_common import aligned, ask
from entrepot.rules.quotas import NAMES, UNITS, UNLIMITED, Override, Quota
from entrepot.settings import SettingsError
from entrepot.settings_limits import number, size, size_text
from entrepot.settings_sources import add_flags
from entrepot.settings_values import ACCOUNT, REGION

if TYPE_CHECKING:
    from entrepot.context import App, Registry

HELP = "List, set and unset quotas of a registry or a repository."

_NONE = "none"


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    text = "Print the quotas that were set, and those of the settings."
    listing = commands.add_parser("list", help=text, description=text, allow_abbrev=False)
    listing.add_argument("--json", action="store_true", help="Print JSON in place of a table.")
    listing.set_defaults(quota=_list)
    add_flags(listing)
    for name, text, run_ in (
        ("set", "Set a quota, in force in every process within a second.", _set),
        ("unset", "Go back to what holds without.", _unset),
    ):
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.add_argument("--registry", metavar="ACCOUNT/REGION", help="Default: that of the settings.")
        sub.add_argument("--repository", metavar="NAME", default="", help="Default: each of the registry's.")
        sub.add_argument("name", metavar="NAME", choices=NAMES, help=", ".join(NAMES))
        if run_ is _set:
            sub.add_argument("value", metavar="VALUE", help=f"A number, a size such as 500GiB, or '{_NONE}'.")
        sub.set_defaults(quota=run_)
        add_flags(sub)


def run(arguments: argparse.Namespace) -> None:
    """Runs the subcommand."""
    arguments.quota(arguments)


def _list(arguments: argparse.Namespace) -> None:
    from entrepot.services import quota_settings

    async def question(app: App) -> tuple[dict[str, int], list[tuple[Registry, Override]]]:
        return dict(app.quotas), await quota_settings.every(app)

    defaults, given = ask(arguments, question)
    rows = [("", Override("", name, defaults.get(name, UNLIMITED))) for name in NAMES]
    rows += [(f"{of.account}/{of.region}", each) for of, each in given]
    if arguments.json:
        sys.stdout.write(json.dumps([_members(*row) for row in rows], indent=2) + "\n")
        return
    lines = [("REGISTRY", "REPOSITORY", "QUOTA", "VALUE")]
    lines += [(of or "(settings)", q.repository or "-", q.name, shown_value(q.name, q.value)) for of, q in rows]
    sys.stdout.write("\n".join(aligned(lines)) + "\n")


def _members(registry: str, override: Override) -> dict[str, object]:
    value = None if override.value == UNLIMITED else override.value
    return {
        "registry": registry or None,
        "repository": override.repository or None,
        "name": override.name,
        "value": value,
    }


def _set(arguments: argparse.Namespace) -> None:
    from entrepot.services import quota_settings

    override = Override(arguments.repository, arguments.name, _value(arguments.name, arguments.value))
    registry = _registry(arguments)
    ask(arguments, lambda app: quota_settings.put(app, registry or app.home, override))


def _unset(arguments: argparse.Namespace) -> None:
    from entrepot.services import quota_settings

    registry, repository, name = _registry(arguments), arguments.repository, arguments.name
    if not ask(arguments, lambda app: quota_settings.remove(app, registry or app.home, repository, name)):
        sys.stderr.write(f"entrepot: the quota {name} was not set there\n")
        sys.exit(1)


def _registry(arguments: argparse.Namespace) -> Registry | None:
    from entrepot.context import Registry

    if arguments.registry is None:
        return None
    account, _, region = arguments.registry.partition("/")
    try:
        ACCOUNT.parse(account)
        REGION.parse(region)
    except ValueError:
        raise SettingsError(f"--registry: '{arguments.registry}' is not ACCOUNT/REGION") from None
    return Registry(account, region)


def _value(name: Quota, text: str) -> int:
    if text == _NONE:
        return UNLIMITED
    try:
        return size(text) if UNITS[name] == "bytes" else number(text)
    except ValueError:
        kind = "a size such as 500GiB" if UNITS[name] == "bytes" else "a whole number"
        raise SettingsError(f"'{text}' is not {kind}, and not '{_NONE}'") from None


def shown_value(name: Quota, value: int) -> str:
    """A quota as it is set."""
    if value == UNLIMITED:
        return _NONE
    return size_text(value) if UNITS[name] == "bytes" else str(value)
