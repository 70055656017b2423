"""What each kind of request costs, in every topology: processor time, transactions, WAL, requests to the store, bytes.

    .venv/bin/python -m bench.costs [--only sqlite-2] [--rounds 3] [--json bench/costs.json] [--write docs/scaling.md]

Starts real servers with PostgreSQL and SeaweedFS on the loopback interface, drives them, and ends them. Prints Markdown
tables. With several rounds every figure is the median. `--write` puts the tables, and those that `bench.capacity`
computes from them, in their marked places in pages.
"""

from __future__ import annotations

import argparse
import os
import platform
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench import pages
from bench.capacity import size
from bench.content import Content
from bench.measuring import Effort, measure
from bench.results import FILE, Measured, Results, combined, save
from bench.rows import row_sizes
from bench.servers import TOPOLOGIES, Topology, backends, deployed
from bench.world import MIB, SIZES, World
from tests.support.postgres import binary
from tests.support.processes import require, run


def main() -> int:
    """Measures, prints, writes."""
    given = _arguments()
    chosen = [each for each in TOPOLOGIES if not given.only or each.name in given.only]
    effort = Effort(given.reads, given.writes, given.alone, given.moved * MIB, given.clients)
    runs = [one_run(chosen, effort, given) for _ in range(given.rounds)]
    results = combined(runs)
    complete = len(chosen) == len(TOPOLOGIES)
    tables = pages.sections(results) if complete else pages.measured(results)
    sys.stdout.write("\n".join(f"## {name}\n\n{text}" for name, text in tables.items()))
    if given.json:
        save(results, given.json)
    for page in given.write if complete else ():
        pages.write(page, results)
    return 0


def one_run(topologies: Iterable[Topology], effort: Effort, given: argparse.Namespace) -> Results:
    """Every topology once, and the sizes of rows."""
    content = Content(max(*given.sizes, given.layer_size))
    with backends(given.folder) as behind:
        measured: dict[str, Measured] = {}
        for topology in topologies:
            with deployed(topology, behind) as deployment:
                world = World(
                    deployment, content, given.layers, given.layer_size, tuple(given.sizes), deployment.netloc
                )
                measured[topology.name] = measure(deployment, world, effort, _teller(topology.name))
        _teller("rows")("SQLite and PostgreSQL")
        cluster = behind.cluster()
        rows = {
            "sqlite": row_sizes(behind.folder / "rows.db"),
            "postgres": row_sizes(cluster.url(cluster.create())),
        }
    return Results(_machine(given.rounds), given.layers, given.layer_size, measured, rows)


def _machine(rounds: int) -> dict[str, str]:
    cores, memory = os.cpu_count() or 1, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "machine": f"{cores} cores ({_processor()}), {memory} GiB, Linux {platform.release().partition('-')[0]}",
        "load": f"{os.getloadavg()[2]:.1f} processes wanted to run, these among them, in the mean of 15 minutes",
        "rounds": "one run" if rounds == 1 else f"medians of {rounds} runs",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": run([binary("postgres"), "--version"]).split()[2],
        "SeaweedFS": run([require("weed"), "version"]).split()[2],
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _teller(topology: str) -> Callable[[str], None]:
    began = time.monotonic()

    def tell(what: str) -> None:
        sys.stderr.write(f"{topology} {time.monotonic() - began:6.1f} s  {what}\n")

    return tell


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [each.name for each in TOPOLOGIES]
    parser.add_argument("--only", nargs="*", choices=names, help="topologies (all)")
    for name, default, text in (
        ("rounds", 1, "runs of everything, of which the median is taken"),
        ("layers", 10, "of an image that is pushed and pulled"),
        ("reads", 512, "acts at once of those that change nothing"),
        ("writes", 192, "and of those that do"),
        ("alone", 30, "acts one after the other"),
        ("clients", 32, "at once"),
        ("moved", 480, "MiB that acts which move many bytes move at once"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{text} ({default})")
    parser.add_argument("--layer-size", type=size, default=20 * MIB, help="of those layers (20MiB)")
    parser.add_argument("--sizes", type=size, nargs="*", default=SIZES, help="of single layers (64KiB 10MiB 256MiB)")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    parser.add_argument("--json", type=Path, help=f"file to write, such as {FILE.name} beside this module")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to put the tables into")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
