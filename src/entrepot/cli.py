"""The command line: `entrepot COMMAND`. Each command is one row of `COMMANDS`.

Exit codes: 0 done; 1 it could not be done; 2 a setting or an argument is wrong.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from entrepot import (
    __version__,
    cli_account,
    cli_backup,
    cli_blobs,
    cli_doctor,
    cli_gc,
    cli_master_key,
    cli_policy,
    cli_quota,
    cli_restore,
    cli_usage,
    cli_verify,
    cli_worker,
    telemetry,
)
from entrepot.errors import DomainError
from entrepot.server import ServerError, claimed, run
from entrepot.settings import SettingsError
from entrepot.settings_print import as_json, rows, table
from entrepot.settings_sources import Parser, add_flags, from_flags, refuse_unknown_arguments


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: `flags` adds its own to a parser, `run` does it."""

    name: str
    help: str
    flags: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns the exit code. What a user can put right is told in one line."""
    try:
        arguments, unknown = _parser().parse_known_args(argv)
        refuse_unknown_arguments(unknown)
        arguments.run(arguments)
    except SettingsError as error:
        return _fail(str(error), 2)
    except (DomainError, ServerError) as error:
        return _fail(str(error), 1)
    except OSError as error:
        return _fail(f"{error.strerror}: {error.filename}" if error.filename else str(error), 1)
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="entrepot", description="Amazon ECR that you can run anywhere.", allow_abbrev=False)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help, allow_abbrev=False)
        command.flags(sub)
        sub.set_defaults(run=command.run)
    return parser


def _serve(arguments: argparse.Namespace) -> None:
    # Here and not above, because it takes half a second that the other commands have no use for.
    from entrepot import app

    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    # The port first: a second server must not touch the data of one that runs.
    with claimed(settings.host, settings.port) as endpoint:
        settings = replace(settings, port=endpoint.port)
        prepared = app.prepare(settings)
        sys.stdout.write(
            f"Entrepot {__version__} serves {settings.url}, data in {settings.data}\n"
            f"export AWS_CONFIG_FILE={shlex.quote(str(prepared.aws_config))} AWS_PROFILE=entrepot\n"
        )
        sys.stdout.flush()
        run(settings, endpoint, app.build)


def _settings(arguments: argparse.Namespace) -> None:
    shown = rows(*from_flags(vars(arguments), os.environ))
    sys.stdout.write((as_json(shown) if arguments.json else table(shown)) + "\n")


def _settings_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="Print JSON in place of a table.")
    add_flags(parser)


def _version(_arguments: argparse.Namespace) -> None:
    sys.stdout.write(f"entrepot {__version__}\n")


def _no_flags(_parser: argparse.ArgumentParser) -> None:
    pass


COMMANDS: tuple[Command, ...] = (
    Command("serve", "Set up what is missing and serve.", add_flags, _serve),
    Command("worker", cli_worker.HELP, add_flags, cli_worker.run),
    Command("gc", cli_gc.HELP, cli_gc.flags, cli_gc.run),
    Command("verify", cli_verify.HELP, cli_verify.flags, cli_verify.run),
    Command("doctor", cli_doctor.HELP, cli_doctor.flags, cli_doctor.run),
    Command("blobs", cli_blobs.HELP, cli_blobs.flags, cli_blobs.run),
    Command("master-key", cli_master_key.HELP, cli_master_key.flags, cli_master_key.run),
    Command("backup", cli_backup.HELP, cli_backup.flags, cli_backup.run),
    Command("restore", cli_restore.HELP, cli_restore.flags, cli_restore.run),
    Command("account", cli_account.HELP, cli_account.flags, cli_account.run),
    Command("policy", cli_policy.HELP, cli_policy.flags, cli_policy.run),
    Command("quota", cli_quota.HELP, cli_quota.flags, cli_quota.run),
    Command("usage", cli_usage.HELP, cli_usage.flags, cli_usage.run),
    Command("settings", "Print the settings in force and where each came from.", _settings_flags, _settings),
    Command("version", "Print the version.", _no_flags, _version),
)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"entrepot: {message}\n")
    return code
