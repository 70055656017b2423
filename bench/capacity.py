"""What a number of images a day needs: cores, PostgreSQL, the store, the network, memory; and what is full first.

    .venv/bin/python -m bench.capacity --images-per-day 50000 [--layers 10] [--layer-size 20MiB] [--pulls-per-push 50]
        [--cached-share 0.8] [--known-share 0.8] [--kept-days 30] [--topology postgres-s3] [--nodes 3] [--cores 8]
        [--database-cores 8] [--line 10] [--costs FILE]

Computes, and measures nothing: from the costs in a file that `bench.costs` wrote, `bench/costs.json` for one.
Without `--nodes`, as many as are needed. Prints Markdown.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from bench.bills import Load
from bench.capacity_model import Plan, Site, plan
from bench.figures import plan_lines
from bench.results import FILE, Results, load

_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
_GIGABIT = 125e6
_PLANS = 4

STAGES = (
    (Load(20, pulls_per_push=5, kept_days=90), Site("a laptop", "sqlite-1", cores=1, line=0.125e9, disk=500e9)),
    (Load(2_000), Site("a team", "sqlite-2", cores=8, disk=8e12)),
    (
        Load(50_000),
        Site("a company", "postgres-s3", nodes=3, cores=8, database_cores=8, line=3.125e9, store_line=12.5e9),
    ),
    (
        Load(1_000_000),
        Site(
            "a platform",
            "postgres-redirect",
            nodes=6,
            cores=16,
            database_cores=32,
            database_connections=4,
            line=3.125e9,
            store_line=125e9,
            log_line=500e6,
        ),
    ),
    (
        Load(5_000_000),
        Site(
            "five times that",
            "postgres-redirect",
            nodes=28,
            cores=16,
            database_cores=64,
            database_connections=4,
            line=3.125e9,
            store_line=625e9,
            log_line=1e9,
        ),
    ),
)
"""The stages of docs/scaling.md, which tells what machines these are."""


def stages(results: Results) -> list[Plan]:
    """All of them, with nodes to spare where there are several: one may be away."""
    return [plan(results, asked, site) for asked, site in STAGES]


def enough(results: Results, asked: Load, site: Site) -> Plan:
    """The plan with as many nodes as are needed; SQLite has one."""
    found = plan(results, asked, site)
    for _ in range(_PLANS):
        if not site.database_cores or found.nodes == found.site.nodes:
            break
        found = plan(results, asked, replace(site, nodes=found.nodes))
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Prints the plan of one load on one site."""
    given = _arguments(words)
    asked = Load(**{each.name: getattr(given, each.name) for each in fields(Load)})
    postgres = given.topology.startswith("postgres")
    site = Site(
        given.topology,
        given.topology,
        nodes=given.nodes or 1,
        cores=given.cores,
        database_cores=given.database_cores if postgres else 0,
        line=given.line * _GIGABIT,
        store_line=given.store_line * _GIGABIT,
        log_line=given.log_line * 1e6,
        disk=given.disk * 1e12,
        headroom=given.headroom,
    )
    results = load(given.costs)
    found = plan(results, asked, site) if given.nodes else enough(results, asked, site)
    sys.stdout.write("\n".join(plan_lines(found)) + "\n")
    return 0


def size(text: str) -> int:
    """Bytes of `20MiB`, `512 KiB` or a plain number; raises ValueError for anything else."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(|KiB|MiB|GiB)", text)
    if not found:
        raise ValueError(f"{text!r} is no size such as 20MiB")
    return int(float(found[1]) * _UNITS[found[2]])


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError(f"{text} is not between 0 and 1")
    return value


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(f"{text} is no amount")
    return value


def _more_than_nothing(text: str) -> float:
    value = _amount(text)
    if not value:
        raise ValueError("0 is not more than 0")
    return value


def _count(text: str) -> int:
    return int(_more_than_nothing(text))


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images-per-day", type=_more_than_nothing, required=True, help="images pushed in a day")
    parser.add_argument("--layers", type=_count, default=10, help="of an image (10)")
    parser.add_argument("--layer-size", type=size, default=20 << 20, help="of each layer (20MiB)")
    for name, kind, default, text in (
        ("pulls-per-push", _amount, 50, "pulls of each image"),
        ("cached-share", _share, 0.8, "of an image's layers that whoever pulls it has"),
        ("known-share", _share, 0.8, "of an image's layers that the registry has before it is pushed"),
        ("kept-days", _amount, 30, "until an image is deleted"),
        ("peak-factor", _more_than_nothing, 3, "the busiest hour against the mean"),
        ("images-per-repository", _more_than_nothing, 100, "kept in each"),
        ("nodes", int, 0, "machines that serve; 0: as many as are needed"),
        ("cores", _count, 8, "of each of them, and so many workers"),
        ("database-cores", _count, 8, "of PostgreSQL's machine"),
        ("line", _more_than_nothing, 10, "Gbit/s of each node, each way"),
        ("store-line", _more_than_nothing, 100, "Gbit/s of the store, each way"),
        ("log-line", _more_than_nothing, 100, "MB/s that PostgreSQL's disk takes WAL at"),
        ("disk", _amount, 0, "TB for layers and database on one machine; 0: no matter"),
        ("headroom", _more_than_nothing, 0.6, "part of anything that may be in use at the peak"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=default, help=f"{text} ({default})")
    names = ("sqlite-1", "sqlite-2", "postgres-s3", "postgres-redirect")
    parser.add_argument("--topology", choices=names, default="postgres-s3", help="whose costs (postgres-s3)")
    parser.add_argument("--costs", type=Path, default=FILE, help="what bench.costs wrote")
    given = parser.parse_args(words)
    if given.nodes < 0 or (given.nodes > 1 and given.topology.startswith("sqlite")):
        parser.error("argument --nodes: SQLite is for one node, and PostgreSQL for any number")
    return given


if __name__ == "__main__":
    sys.exit(main())
