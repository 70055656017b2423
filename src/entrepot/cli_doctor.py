"""`entrepot doctor`: says what is wrong with a deployment, and what to do about each thing."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from entrepot.settings_sources import add_flags, from_flags

if TYPE_CHECKING:
    from entrepot.doctor.table import Examined

HELP = "Check a deployment, whether it runs or not, and say what to do. Exit with 1 if there is an error."


def flags(parser: argparse.ArgumentParser) -> None:
    """Adds the command's own."""
    parser.add_argument("--json", action="store_true", help="Print JSON in place of text.")
    add_flags(parser)


def run(arguments: argparse.Namespace) -> None:
    """Makes all checks, prints what they found, and exits with 1 where that is an error."""
    from entrepot import telemetry
    from entrepot.doctor.table import examine

    settings, _ = from_flags(vars(arguments), os.environ)
    # What is worth saying is among the findings.
    telemetry.configure("error", settings.log_format)
    examined = asyncio.run(examine(settings))
    if arguments.json:
        sys.stdout.write(json.dumps(_members(examined), indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(examined))
    if not examined.well:
        sys.exit(1)


def _members(examined: Examined) -> dict[str, object]:
    return {
        "well": examined.well,
        "findings": [
            {"check": check, "code": each.code, "severity": each.severity, "what": each.what, "remedy": each.remedy}
            for check, each in examined.findings
        ],
        "leftOut": examined.left_out,
    }


def _lines(examined: Examined) -> Iterator[str]:
    from entrepot.rules.doctor.finding import SEVERITIES

    for severity in SEVERITIES:
        for _, each in examined.findings:
            if each.severity == severity:
                yield f"{severity}: {each.what}"
                yield f"    {each.remedy}"
    counts = Counter(each.severity for _, each in examined.findings)
    yield ", ".join(f"{counts[severity]} {severity}s" for severity in SEVERITIES)
