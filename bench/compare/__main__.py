"""Compares Entrepot with CNCF distribution, and with any registry that answers at a URL, on this machine.

    .venv/bin/python -m bench.compare [--smoke] [--only entrepot-sqlite-1 distribution] [--lines manifest blob_push]
        [--rounds 5] [--few 3] [--seconds 3] [--json FILE] [--write docs/benchmarks.md] [--folder /var/tmp]

All contestants run at once and are asked in turns. What is missing on the machine is left out, with the reason.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from bench.compare import distribution, floors, instructions, limits, named, plan, report
from bench.compare.contestants import Contestant, Kind, entrepot
from bench.compare.machine import facts
from bench.compare.samples import Comparison, Line, kept, load, save
from bench.compare.turns import Effort, Tell, measured
from bench.compare.whole import Engine
from bench.content import Content
from bench.marked import replaced
from bench.servers import TOPOLOGIES, Backends, backends

_BLOCK = 64 << 20
_TOPOLOGIES = ("sqlite-1", "sqlite-2", "postgres-s3")
_SHORT = Effort(seconds=2, rounds=3, few=2)
_SMOKE = ("entrepot-sqlite-1", distribution.NAME)


def main(words: Sequence[str] | None = None) -> int:
    """Measures, prints, writes. Floors that are not reached are told of and change nothing else."""
    given = _arguments(words)
    run = load(given.read) if given.read else kept(_measured(given))
    if given.json:
        save(run, given.json, report.told(run))
    tables = report.sections(run)
    for page in given.write:
        page.write_text(replaced(page.read_text(), tables))
    sys.stdout.write("\n".join(f"## {name}\n\n{text}" for name, text in tables.items()))
    for warning in floors.warnings(run):
        sys.stderr.write(f"warning: below the floor: {warning}\n")
    return 0


def _measured(given: argparse.Namespace) -> Comparison:
    usual = _SHORT if given.smoke else Effort()
    effort = Effort(
        given.seconds or usual.seconds, given.connections, given.rounds or usual.rounds, given.few or usual.few
    )
    with backends(given.folder) as behind, closing(Engine(behind.folder / "docker")) as engine:
        stages = plan.smoke() if given.smoke else plan.stages(engine, large=given.large)
        run = compare(_kinds(given), plan.chosen(stages, given.lines), effort, behind)
    if given.instructions or not (given.smoke or given.lines):
        run = replace(run, instructions=instructions.counted(given.folder))
    return run


def compare(kinds: Sequence[Kind], stages: Sequence[plan.Stage], effort: Effort, behind: Backends) -> Comparison:
    """The whole run; the machine's limits are measured before every stage and after the last."""
    content, lines, found = Content(_BLOCK), dict[str, Line](), dict[str, list[float]]()
    tell = _teller()
    for stage in stages:
        _add(found, limits.limits(behind.folder, min(1, effort.seconds / 3)))
        with ExitStack() as stack:
            contestants = [_started(kind, behind, content, stack, tell) for kind in kinds]
            for workload in stage.workloads:
                lines[workload.name] = measured(workload, contestants, effort, tell)
    _add(found, limits.limits(behind.folder, min(1, effort.seconds / 3)))
    return Comparison(facts(effort), found, {kind.name: kind.title for kind in kinds}, lines)


def _started(kind: Kind, behind: Backends, content: Content, stack: ExitStack, tell: Tell) -> Contestant:
    tell(f"starting {kind.title}")
    return stack.enter_context(kind.start(behind, content))


def _add(found: dict[str, list[float]], once: dict[str, float]) -> None:
    for name, value in once.items():
        found.setdefault(name, []).append(value)


def _kinds(given: argparse.Namespace) -> list[Kind]:
    known = {each.name: each for each in TOPOLOGIES}
    others = [named.kind(text) for text in given.url]
    peers = [distribution.KIND] if distribution.installed() else []
    ours = [*(entrepot(known[name]) for name in _TOPOLOGIES), *peers]
    wanted = given.only or (_SMOKE if given.smoke else [kind.name for kind in ours])
    if not peers:
        sys.stderr.write(f"distribution is left out: {distribution.PROGRAM} is not installed\n")
    return [*(kind for kind in ours if kind.name in wanted), *others]


def _teller() -> Tell:
    began = time.monotonic()

    def tell(what: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:7.1f} s  {what}\n")

    return tell


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a few lines, one worker and distribution")
    parser.add_argument("--only", nargs="*", default=[], help="contestants (all)")
    parser.add_argument("--lines", nargs="*", default=[], help="what the names of lines begin with (all)")
    usual = Effort()
    for name, kind, text in (
        ("rounds", int, f"turns that everybody has in each line ({usual.rounds})"),
        ("few", int, f"turns in lines that move or start a lot ({usual.few})"),
        ("seconds", float, f"for which small answers are asked for in a turn ({usual.seconds:g})"),
    ):
        parser.add_argument(f"--{name}", type=kind, help=text)
    parser.add_argument("--connections", type=int, default=usual.connections, help="on which they are asked for (16)")
    parser.add_argument("--url", nargs="*", default=[], help="other registries: NAME=http://HOST:PORT[,USER:PASSWORD]")
    parser.add_argument("--large", action="store_true", help="also 64 pulls and 32 pushes of 1 GiB at once")
    parser.add_argument("--instructions", action="store_true", help="count them too (whole runs always do)")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    parser.add_argument("--read", type=Path, help="file of an earlier run: nothing is measured")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to put the tables into")
    return parser.parse_args(words)


if __name__ == "__main__":
    # What was started is ended then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
