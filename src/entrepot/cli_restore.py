"""`entrepot restore BACKUP`, and `entrepot restore --check` for databases and stores that other tools restored."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot import telemetry
from entrepot.cli_common import ask_at, tell_progress
from entrepot.errors import DomainError
from entrepot.settings import Settings, SettingsError
from entrepot.settings_sources import add_flags, from_flags

if TYPE_CHECKING:
    from entrepot.services.pair_check import Checked, Lost

HELP = "Restore a backup into an empty data folder, or check that a restored database and its store go together."
_SHOWN = 20


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the command's own and the settings."""
    parser.add_argument("backup", nargs="?", metavar="BACKUP", help="The folder of the backups.")
    parser.add_argument("--snapshot", metavar="ID", help="Which snapshot; the newest one otherwise.")
    parser.add_argument("--key-file", metavar="FILE", help="The master key, to be copied into the data folder.")
    parser.add_argument("--incomplete", action="store_true", help="Restore what a damaged backup still has.")
    parser.add_argument("--check", action="store_true", help="Compare database and store. Exit with 1 if in vain.")
    parser.add_argument("--repair", action="store_true", help="With --check: remove images that cannot be served.")
    parser.add_argument("--accept", action="store_true", help="With --check: let the store be swept again.")
    parser.add_argument("--yes", action="store_true", help="With --repair: do it, after it was printed what goes.")
    add_flags(parser)


def run(arguments: argparse.Namespace) -> None:
    """Restores, or checks."""
    if arguments.check == bool(arguments.backup):
        raise SettingsError("restore takes either a folder of backups or --check")
    if (arguments.repair or arguments.accept or arguments.yes) and not arguments.check:
        raise SettingsError("--repair, --accept and --yes go with --check")
    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    if arguments.check:
        _check(settings, repair=arguments.repair, accept=arguments.accept, sure=arguments.yes)
    else:
        _restore(settings, arguments)


def _restore(settings: Settings, arguments: argparse.Namespace) -> None:
    from entrepot import app_backup
    from entrepot.adapters.backup_folder import BackupFolder
    from entrepot.services import restore

    folder = BackupFolder(Path(arguments.backup).absolute())
    key_file = Path(arguments.key_file) if arguments.key_file else None
    target = app_backup.target(settings, key_file)
    with folder.held(writes=False):
        name = arguments.snapshot or next(iter(reversed(folder.ids())), None)
        if name is None:
            raise DomainError(f"There is no snapshot in {folder.root}.")
        manifest = folder.manifest(name)
        trial = app_backup.key_trial(settings, key_file)
        done = restore.restore(folder, manifest, target, trial, incomplete=arguments.incomplete, tell=tell_progress)
    sys.stdout.write(
        f"restored {manifest.id} into {settings.data}: {manifest.images} images, {done.copied} objects copied\n"
    )
    if done.lacking:
        sys.stdout.write(f"{len(done.lacking)} objects are not there: run `entrepot restore --check --repair`\n")
    if manifest.elsewhere:
        sys.stdout.write(f"layers are in {', '.join(manifest.elsewhere)} too: run `entrepot restore --check`\n")


def _check(settings: Settings, *, repair: bool, accept: bool, sure: bool) -> None:
    from entrepot.services import pair_check, pairing

    found = ask_at(settings, pair_check.check)
    _print(found)
    if not found.sound:
        if not repair:
            raise DomainError("Database and store do not go together. --repair removes what cannot be served.")
        if not sure:
            raise DomainError("Nothing was removed: --yes removes the images above, with their tags.")
        done = ask_at(settings, pair_check.repair)
        sys.stdout.write(f"removed {len(done.images)} images and {len(done.lost)} layers\n")
    elif found.apart and (accept or repair):
        ask_at(settings, pairing.accept)
        sys.stdout.write("database and store are taken for a pair from now on\n")
    elif found.apart:
        raise DomainError("Everything that the database names is there; --accept lets the store be swept again.")


def _print(found: Checked) -> None:
    sys.stdout.write(f"compared {found.blobs} layers with {found.objects} objects\n")
    for each in found.images:
        name = f"{each.account}/{each.region}/{each.repository}"
        tags = f" ({', '.join(each.tags)})" if each.tags else ""
        sys.stdout.write(f"{name}@{each.digest}{tags} lacks {', '.join(each.lacks)}\n")
    if found.lost:
        sys.stdout.write(f"{len(found.lost)} layers without a whole object:\n")
        sys.stdout.writelines(f"    {_lost(each)}\n" for each in found.lost)
    if found.unknown:
        sys.stdout.write(
            f"{found.unknown} objects older than an hour are named by no row: a sweep deletes them, if one may\n"
        )
    if found.apart:
        sys.stdout.write(found.apart + "\n")
    if found.sound:
        sys.stdout.write("all layers and all images are whole\n")


def _lost(each: Lost) -> str:
    place = f"{each.named.digest} (object {each.named.object_id})"
    return f"{place} is missing" if each.stored is None else f"{place} has another length: {each.stored}"
