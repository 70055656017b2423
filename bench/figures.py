"""Figures as a reader wants them, and plans as Markdown. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from bench.capacity_model import Need, Plan

REMEDIES = {
    "processors of Entrepot": "more workers, up to one a core, then more nodes",
    "network of a node": "more nodes, or `blob_delivery = redirect`, which takes the bytes of pulls away from them",
    "the writer of SQLite": "PostgreSQL",
    "garbage collection": "`entrepot gc run` on other nodes beside the worker: any number may be at it",
    "disk": "`blobs` in S3, or images that are deleted sooner",
    "processors of PostgreSQL": "a larger primary; then a second deployment, and some of the accounts or regions there",
    "WAL of PostgreSQL": "a faster disk, a longer `checkpoint_timeout`, `wal_compression`",
    "network of the store": "more gateways and volume servers, or caches near those who pull",
}

_EXACT = 1000
_BYTES = ("B", "kB", "MB", "GB", "TB", "PB")


def number(value: float) -> str:
    """Two digits that count, three above a hundred; thousands apart."""
    if value == int(value) and abs(value) < _EXACT:
        return str(int(value))
    count = 3 if abs(value) >= 100 else 2  # noqa: PLR2004 - see above
    rounded = float(f"{value:.{count}g}")
    digits = count - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(0, digits)}f}"


def size(value: float) -> str:
    """Bytes in a unit that leaves a number up to 1,000."""
    power = min(len(_BYTES) - 1, max(0, math.floor(math.log(max(value, 1), 1000))))
    return f"{number(value / 1000**power)} {_BYTES[power]}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; every column but the first to the right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]


def amount(need: Need) -> str:
    """What is asked of what there is."""
    if need.unit.startswith("bytes"):
        unit = need.unit.removeprefix("bytes")
        return f"{size(need.asked)}{unit} of {size(need.there)}{unit}"
    return f"{number(need.asked)} of {number(need.there)} {need.unit}"


def bottleneck(plan: Plan) -> str:
    """One or two sentences: what is full first, when, and what to do."""
    need, headroom = plan.first, number(100 * plan.site.headroom)
    state = f"{need.name}, {number(100 * need.share)} % in use at the peak ({amount(need)})"
    if plan.fits:
        until = f"enough for {number(plan.most_images)} images a day with {headroom} % in use"
        return f"{state}, {until}. Then: {REMEDIES[need.name]}"
    parts = math.ceil(need.share / plan.site.headroom)
    return f"{state}. That is more than {headroom} %: {REMEDIES[need.name]}; or {parts} deployments in place of one"


ROWS: tuple[tuple[str, Callable[[Plan], str]], ...] = (
    ("images pushed a day", lambda p: number(p.load.images_per_day)),
    ("pulls a day", lambda p: number(p.load.images_per_day * p.load.pulls_per_push)),
    ("requests/s, mean and peak", lambda p: _both(p.mean.requests, p.peak.requests)),
    ("**Entrepot**: cores in use, mean and peak", lambda p: _both(p.mean.ours, p.peak.ours)),
    ("nodes, and workers in all", lambda p: f"{p.site.nodes}, {p.workers}"),
    ("memory of a node", lambda p: size(p.memory)),
    ("transfers under way at the peak", lambda p: number(p.transfers)),
    ("bytes/s from and to clients by way of nodes, peak", lambda p: f"{size(p.peak.sent)}, {size(p.peak.received)}"),
    ("**database**: transactions/s that read, peak", lambda p: number(p.peak.reads)),
    ("that write", lambda p: number(p.peak.writes)),
    ("cores of PostgreSQL in use, mean and peak", lambda p: _of_postgres(p, _both(p.mean.database, p.peak.database))),
    ("WAL/s, peak", lambda p: _of_postgres(p, size(p.peak.wal))),
    ("connections at the most", lambda p: _of_postgres(p, number(p.connections))),
    ("images kept, and rows of their layers", lambda p: f"{number(p.held.images)}, {number(p.held.rows)}"),
    ("size with indexes", lambda p: size(p.held.database)),
    ("**store**: layers and configs kept", lambda p: number(p.held.blobs)),
    ("size", lambda p: size(p.held.store)),
    ("requests/s, peak", lambda p: _of_postgres(p, number(p.peak.store_requests))),
    ("bytes/s in and out, peak", lambda p: _of_postgres(p, f"{size(p.peak.store_taken)}, {size(p.peak.store_given)}")),
)


def plans_table(plans: Sequence[Plan]) -> list[str]:
    """A column a plan."""
    head = ["", *[plan.site.title for plan in plans]]
    return table(head, [[name, *[show(plan) for plan in plans]] for name, show in ROWS])


def needs_table(plan: Plan) -> list[str]:
    """How full everything is at the peak, the fullest first."""
    rows = [[need.name, amount(need), f"{number(100 * need.share)} %"] for need in plan.needs]
    return table(["", "asked for at the peak", "in use"], rows)


def shares_table(plans: Sequence[Plan]) -> list[str]:
    """How full everything is in several plans: per cent in use at the peak; empty for what a site has not."""
    names = dict.fromkeys(need.name for plan in plans for need in plan.needs)
    shares = [{need.name: f"{number(100 * need.share)} %" for need in plan.needs} for plan in plans]
    rows = [[name, *(found.get(name, "") for found in shares)] for name in names]
    return table(["in use at the peak", *(plan.site.title for plan in plans)], rows)


def plan_lines(plan: Plan) -> list[str]:
    """Everything there is to say of one plan."""
    lines = [*plans_table([plan]), "", *needs_table(plan), "", f"Full first: {bottleneck(plan)}."]
    return lines if plan.fits else [*lines, "", "**This is too much for these machines.**"]


def _both(mean: float, peak: float) -> str:
    return f"{number(mean)}, {number(peak)}"


def _of_postgres(plan: Plan, text: str) -> str:
    return text if plan.site.database_cores else "-"
