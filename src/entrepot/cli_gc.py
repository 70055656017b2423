"""`entrepot gc status | run | verify`: the garbage collection, watched and tried."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from entrepot import cli_verified
from entrepot.cli_common import aligned, ask
from entrepot.settings_sources import add_flags
from entrepot.settings_values import duration_text

if TYPE_CHECKING:
    from entrepot.services.gc_status import Status

HELP = "Watch, run and check the garbage collection."


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the subcommands."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, text, run_ in (
        ("status", "Print what waits and what has been freed, by repository.", _status),
        ("run", "Collect what is due now, beside whoever else is at it.", _run),
        ("verify", "Prove that store and database agree. Exit with 1 if they do not.", _verify),
    ):
        sub = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="Print JSON in place of a table.")
        sub.set_defaults(collect=run_)
        add_flags(sub)


def run(arguments: argparse.Namespace) -> None:
    """Runs the subcommand."""
    arguments.collect(arguments)


def _status(arguments: argparse.Namespace) -> None:
    from entrepot.services import gc_status

    found = ask(arguments, gc_status.status)
    _print(_json(_status_members(found)) if arguments.json else "\n".join(_status_lines(found)))


def _run(arguments: argparse.Namespace) -> None:
    from entrepot.services import gc

    done = ask(arguments, gc.collect)
    members = {"reviews": done.reviews, "layers": done.layers, "blobs": done.blobs, "objects": done.objects}
    text = f"{done.reviews} reviews: {done.layers} layers let go, {done.blobs} blobs and {done.objects} objects deleted"
    _print(_json(members) if arguments.json else text)


def _verify(arguments: argparse.Namespace) -> None:
    from entrepot.services import gc_verify

    found = ask(arguments, gc_verify.verify)
    _print(_json(cli_verified.members(found)) if arguments.json else "\n".join(cli_verified.lines(found)))
    if not found.sound:
        sys.exit(1)


def _status_members(found: Status) -> dict[str, object]:
    from entrepot.meta.times import from_micros

    return {
        "delay": duration_text(found.delay),
        "queues": {
            each.name: {
                "waiting": each.waiting,
                "due": each.due,
                "first": None if each.first is None else from_micros(each.first).isoformat(),
            }
            for each in found.queues
        },
        "bytesToDelete": found.deletions.waiting_bytes,
        "failedDeletions": found.deletions.failed,
        "repositories": [
            {
                "registryId": each.account,
                "region": each.region,
                "repositoryName": each.repository,
                "layers": each.layers,
                "layerBytes": each.layer_bytes,
                "objects": each.objects,
                "objectBytes": each.object_bytes,
                "updatedAt": from_micros(each.updated_at).isoformat(),
            }
            for each in found.repositories
        ],
    }


def _status_lines(found: Status) -> Iterator[str]:
    from entrepot.meta.times import to_micros

    now = to_micros(found.now)
    rows = [("QUEUE", "WAITING", "DUE", "FIRST")]
    rows += [
        (q.name, str(q.waiting), str(q.due), "-" if q.first is None else _when(q.first - now)) for q in found.queues
    ]
    yield f"delay {duration_text(found.delay)}"
    yield from aligned(rows)
    yield f"{found.deletions.waiting_bytes} bytes wait for deletion; {found.deletions.failed} deletions have failed"
    freed = [("REPOSITORY", "LAYERS", "BYTES", "OBJECTS", "FREED BYTES")]
    freed += [
        (
            f"{each.account}/{each.region}/{each.repository}" if each.repository else "(unknown)",
            *(str(number) for number in (each.layers, each.layer_bytes, each.objects, each.object_bytes)),
        )
        for each in found.repositories
    ]
    yield from aligned(freed)


def _when(micros: int) -> str:
    length = duration_text(timedelta(seconds=abs(micros) // 1_000_000))
    return f"in {length}" if micros > 0 else f"{length} ago"


def _json(members: dict[str, Any]) -> str:
    return json.dumps(members, indent=2)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
