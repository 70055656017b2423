"""`entrepot backup FOLDER`, `entrepot backup list FOLDER` and `entrepot backup verify FOLDER`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot import telemetry
from entrepot.cli_common import sample_of, tell_progress
from entrepot.errors import DomainError, KeyUnavailable
from entrepot.rules.sampling import Sample
from entrepot.settings import Settings, SettingsError
from entrepot.settings_sources import add_flags, from_flags

if TYPE_CHECKING:
    from entrepot.adapters.backup_folder import BackupFolder, Manifest
    from entrepot.services.backup_verify import Verified

HELP = "Make a backup of a deployment on SQLite, beside servers that run; list backups, and read them back."
_SHOWN = 20
_VERBS = ("list", "verify")


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the command's own and the settings."""
    parser.add_argument("words", nargs="+", metavar="FOLDER", help="[list | verify] and the folder of the backups.")
    parser.add_argument("--keep", metavar="N", help="Keep the N newest snapshots and remove what only others need.")
    parser.add_argument("--snapshot", metavar="ID", help="verify: this one only.")
    parser.add_argument("--sample", metavar="N%", help="verify: read a random part, such as 5%%, and not all.")
    add_flags(parser)


def run(arguments: argparse.Namespace) -> None:
    """Does what the first word says."""
    from entrepot.adapters.backup_folder import BackupFolder

    *verbs, place = arguments.words
    verb = verbs[0] if verbs else ""
    # A folder of such a name is ./list.
    if len(verbs) > 1 or verb not in ("", *_VERBS) or place in _VERBS:
        raise SettingsError("backup takes a folder, with list or verify in front of it or nothing")
    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    folder = BackupFolder(Path(place).absolute())
    if verb == "list":
        _list(folder)
    elif verb == "verify":
        _verify(settings, folder, arguments.snapshot, sample_of(arguments.sample or "100%"))
    else:
        _back_up(settings, folder, _keep(arguments.keep))


def _back_up(settings: Settings, folder: BackupFolder, keep: int | None) -> None:
    from entrepot import app, app_backup
    from entrepot.services import backup, backup_pruning

    source = app_backup.source(settings)
    app.require_deployment(settings)

    async def work() -> backup.Done:
        async with app.opened(settings) as opened:
            return await backup.back_up(opened, source, folder, tell_progress)

    folder.prepare()
    with folder.held(writes=True):
        done = asyncio.run(work())
        made = done.manifest
        sys.stdout.write(
            f"snapshot {made.id}: {made.images} images, {made.objects} objects, {made.object_bytes} bytes; "
            f"{done.copied} objects were new, {done.copied_bytes} bytes\n"
        )
        if keep is not None:
            gone = backup_pruning.prune(folder, keep)
            sys.stdout.write(f"removed {len(gone.snapshots)} snapshots and {len(gone.objects)} objects\n")
    if made.elsewhere:
        sys.stderr.write(f"not in the backup: layers in {', '.join(made.elsewhere)} (see docs/backup.md)\n")
    if made.missing:
        raise DomainError(
            f"The snapshot lacks {len(made.missing)} objects that the store does not have whole: "
            f"{', '.join(made.missing[:_SHOWN])}. `entrepot restore --check` tells which images need them."
        )


def _list(folder: BackupFolder) -> None:
    with folder.held(writes=False):
        for each in folder.ids():
            made = folder.manifest(each)
            lacks = f", lacks {len(made.missing)}" if made.missing else ""
            sys.stdout.write(
                f"{made.id}  release {made.release}, {made.repositories} repositories, {made.images} images, "
                f"{made.objects} objects, {made.object_bytes + made.database_size} bytes{lacks}\n"
            )


def _verify(settings: Settings, folder: BackupFolder, snapshot: str | None, sample: Sample) -> None:
    from entrepot.services.backup_verify import Verified

    found = Verified()
    with folder.held(writes=False):
        if snapshot:
            folder.path(snapshot)  # one that is not there is no damage
        for each in [snapshot] if snapshot else folder.ids():
            try:
                _verify_one(settings, folder, folder.manifest(each), sample, found)
            except DomainError as error:
                found.found.append(error.message)
            found.snapshots += 1
    told = list(dict.fromkeys(found.found))
    for each in told[:_SHOWN]:
        sys.stdout.write(f"{each}\n")
    if len(told) > _SHOWN:
        sys.stdout.write(f"and {len(told) - _SHOWN} more\n")
    sys.stdout.write(
        f"{found.snapshots} snapshots, {found.objects} objects: {found.read} layers and {found.manifests} manifests "
        f"read, {found.compared} objects compared by checksum\n"
    )
    if told:
        raise DomainError(f"The backup is damaged in {len(told)} places.")


def _verify_one(settings: Settings, folder: BackupFolder, manifest: Manifest, sample: Sample, found: Verified) -> None:
    from entrepot import app_backup
    from entrepot.services import backup_verify

    listed, wrong = backup_verify.check_snapshot(folder, manifest)
    found.found += wrong
    found.objects += len(listed)

    async def read() -> bool:
        async with app_backup.opened_snapshot(settings, folder, manifest.id) as opened:
            return await backup_verify.read_contents(opened, sample, found)

    unopened = True
    if not wrong:
        try:
            unopened = asyncio.run(read())
        except KeyUnavailable as error:
            sys.stderr.write(f"{manifest.id}: {error.message} Stored bytes are compared, and not opened.\n")
    if unopened:
        backup_verify.read_objects(folder, listed, sample, found)


def _keep(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"--keep: '{text}' is not a number from 1")
    return int(text)
