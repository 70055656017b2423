"""`entrepot verify`: reads back what is stored, beside nodes that serve, and repairs it from elsewhere."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from entrepot import cli_verified, telemetry
from entrepot.cli_common import sample_of
from entrepot.rules.sampling import Sample
from entrepot.settings import Settings, SettingsError
from entrepot.settings_sources import add_flags, from_flags

if TYPE_CHECKING:
    from entrepot.ports import Replica
    from entrepot.services.verify_run import Orders
    from entrepot.services.verifying import Finding, Found

HELP = (
    "Read stored layers and manifests back and check them; repair what is damaged. Exit with 1 if something is wrong."
)
RATE = 100
_MIB = 1 << 20
_EACH = 1.0


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the command's own."""
    parser.add_argument("--json", action="store_true", help="Print JSON in place of text.")
    parser.add_argument("--sample", metavar="N%", default="100%", help="Read a random part, such as 5%%.")
    parser.add_argument("--seed", default="", help="Which part: the same seed chooses the same blobs. Default: random.")
    text = f"Read no more than this a second, so that users have the disk too; 0: as fast as it goes. Default: {RATE}."
    parser.add_argument("--rate", metavar="MIB", default=str(RATE), help=text)
    text = (
        "Where good bytes may be had for what is damaged: a copy of the folder or bucket with the layers, or a "
        "registry's URL. May be given several times; each is asked in turn."
    )
    parser.add_argument("--repair-from", metavar="PLACE", action="append", default=[], help=text)
    parser.add_argument("--username", default="", help="User at the registry of --repair-from.")
    password = parser.add_mutually_exclusive_group()
    text = "The environment variable that holds the user's password."
    password.add_argument("--password-env", metavar="VARIABLE", default="", help=text)
    password.add_argument("--password-stdin", action="store_true", help="Read the user's password from standard input.")
    add_flags(parser)


def run(arguments: argparse.Namespace) -> None:
    """Reads, prints what was found, and exits with 1 where something is wrong still."""
    settings, _ = from_flags(vars(arguments), os.environ)
    telemetry.configure(settings.log_level, settings.log_format)
    sample = sample_of(arguments.sample, arguments.seed)
    rate = _rate(arguments.rate)
    password = _password(arguments)
    found = asyncio.run(_verify(settings, sample, rate, arguments, password))
    if arguments.json:
        _print(json.dumps(_members(found, sample), indent=2))
    else:
        for line in _lines(found, sample):
            _print(line)
    if not found.sound:
        sys.exit(1)


def _rate(text: str) -> float:
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):  # noqa: PLR2004 - a TiB a second
        raise SettingsError(f"--rate: '{text}' is not a whole number of MiB a second")
    return float(text) * _MIB


def _password(arguments: argparse.Namespace) -> str:
    from entrepot.app_replicas import is_registry

    given = bool(arguments.password_env or arguments.password_stdin)
    if not arguments.username:
        if given:
            raise SettingsError("a password without --username")
        return ""
    if sum(is_registry(place) for place in arguments.repair_from) != 1:
        raise SettingsError("--username: needs exactly one registry among --repair-from, for nobody else is to be told")
    if not given:
        raise SettingsError("--username: needs --password-env or --password-stdin")
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if arguments.password_env not in os.environ:
        raise SettingsError(f"--password-env: there is no variable {arguments.password_env}")
    return os.environ[arguments.password_env]


async def _verify(
    settings: Settings, sample: Sample, rate: float, arguments: argparse.Namespace, password: str
) -> Found:
    from entrepot import app, app_replicas
    from entrepot.services import verify, verify_run

    replicas: list[Replica] = [
        app_replicas.open_replica(settings, place, arguments.username, password) for place in arguments.repair_from
    ]
    app.require_deployment(settings)
    async with AsyncExitStack() as stack:
        for replica in replicas:
            stack.push_async_callback(replica.close)
        opened = await stack.enter_async_context(app.opened(settings))
        orders = verify_run.Orders(sample, rate, tuple(replicas))
        return await verify.verify(opened, await _with_progress(opened, orders))


async def _with_progress(app: Any, orders: Orders) -> Orders:  # noqa: ANN401 - an App, which is imported late
    """Orders that tell a person at a terminal, once a second, how far it has come."""
    if not sys.stderr.isatty():
        return orders
    from dataclasses import replace

    from entrepot.meta import readback

    blobs, size, images = await app.db.read(readback.totals)
    last = 0.0

    def tell(found: Found) -> None:
        nonlocal last
        if time.monotonic() - last < _EACH:
            return
        last = time.monotonic()
        sys.stderr.write(
            f"{found.blobs} of {blobs} blobs, {found.manifests} of {images} manifests, "
            f"{found.size // _MIB} of {size // _MIB} MiB, {found.rate / _MIB:.0f} MiB/s, {found.count} findings\n"
        )

    return replace(orders, told=tell)


def _members(found: Found, sample: Sample) -> dict[str, object]:
    return {
        "sound": found.sound,
        "sample": {"share": sample.share, "seed": sample.seed},
        "read": {
            "blobs": found.blobs,
            "manifests": found.manifests,
            "bytes": found.size,
            "seconds": round(found.seconds, 3),
            "bytesPerSecond": round(found.rate),
        },
        "damaged": found.kinds["damaged"],
        "missing": found.kinds["missing"],
        "unread": found.kinds["unread"],
        "repaired": found.repaired,
        "findings": [_finding(each) for each in found.findings],
        "findingsLeftOut": found.count - len(found.findings),
        "sealedOff": [
            {"reason": reason, "blobs": each.blobs, "bytes": each.size, "manifests": each.manifests}
            for reason, each in found.sealed.items()
        ],
        "storeAndDatabase": cli_verified.members(found.agreement) if found.agreement else None,
    }


def _finding(each: Finding) -> dict[str, object]:
    place = {"objectId": each.object_id, "store": each.store} if each.what == "blob" else {}
    repair = each.repair
    return {
        "kind": each.kind,
        "what": each.what,
        "digest": each.digest,
        "size": each.size,
        "why": each.why,
        **place,
        "frame": each.frame,
        "neededBy": [
            {"registryId": n.account, "region": n.region, "repositoryName": n.repository, "imageTags": list(n.tags)}
            for n in each.needing
        ],
        "repairedFrom": repair.source if repair else None,
        "refusals": repair.refusals if repair else [],
    }


def _lines(found: Found, sample: Sample) -> Iterator[str]:
    for each in found.findings[: cli_verified.SHOWN]:
        yield from _told(each)
    if found.count > cli_verified.SHOWN:
        yield f"and {found.count - cli_verified.SHOWN} more findings (--json prints them)"
    for reason, each in found.sealed.items():
        sealed = f"{each.blobs} blobs ({each.size} bytes) and {each.manifests} manifests"
        yield f"not read, and no damage: {sealed}: {reason}"
    if found.agreement:
        yield from cli_verified.lines(found.agreement)
    part = "" if sample.share >= 1 else f", a sample of {sample.share * 100:g}% (--seed {sample.seed})"
    yield (
        f"read {found.blobs} blobs and {found.manifests} manifests, {found.size} bytes "
        f"in {found.seconds:.1f} s ({found.rate / _MIB:.0f} MiB/s){part}"
    )
    counts = ", ".join(f"{found.kinds[kind]} {kind}" for kind in ("damaged", "missing", "unread"))
    yield f"{counts}, {found.repaired} repaired"


def _told(each: Finding) -> Iterator[str]:
    where = f" (object {each.object_id})" if each.object_id else ""
    yield f"{each.kind} {each.what} {each.digest}{where}: {each.why}"
    for need in each.needing:
        tags = f", tags {', '.join(need.tags)}" if need.tags else ", no tag"
        yield f"    needed by {need.account}/{need.region}/{need.repository}{tags}"
    if not each.needing:
        yield "    needed by nobody"
    if each.repair:
        yield from (f"    {refusal}" for refusal in each.repair.refusals)
        yield f"    repaired from {each.repair.source}" if each.repair.source else "    not repaired"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
