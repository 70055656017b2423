"""`entrepot account create`: further accounts of a deployment."""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from entrepot.settings import SettingsError
from entrepot.settings_sources import add_flags, from_flags
from entrepot.settings_values import ACCOUNT

HELP = "Create accounts."


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    text = "Create an account with its root and an access key, and write a profile for it."
    create = commands.add_parser("create", help=text, description=text, allow_abbrev=False)
    create.add_argument("id", metavar="ACCOUNT_ID", help="12 digits.")
    add_flags(create, only=("data", "region", "config"))


def run(arguments: argparse.Namespace) -> None:
    """Creates the account, on the data of a server that may be running."""
    from entrepot import app

    try:
        ACCOUNT.parse(arguments.id)
    except ValueError:
        raise SettingsError(f"'{arguments.id}' is not {ACCOUNT.says}") from None
    settings, _ = from_flags(vars(arguments), os.environ)
    profile = app.create_account(settings, arguments.id)
    config = app.Paths(settings.data).aws_config
    sys.stdout.write(f"export AWS_CONFIG_FILE={shlex.quote(str(config))} AWS_PROFILE={profile}\n")
