"""The tables of docs/costs.md and docs/scaling.md, between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.

    .venv/bin/python -m bench.pages docs/costs.md docs/scaling.md [--costs bench/costs.json]

writes them anew from costs that were measured before.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path

from bench.bills import Bill, Load, prices, pull, push
from bench.capacity import stages
from bench.capacity_model import transfer_memory
from bench.figures import bottleneck, number, plans_table, shares_table, size, table
from bench.marked import replaced
from bench.results import FILE, Cost, Results, load

_WIDTH = 120
_SERVED, _SENT = "postgres-s3", "postgres-redirect"


def measured(results: Results) -> dict[str, str]:
    """The tables of what was measured, by name."""
    made = {
        "machine": _machine(results),
        "processors": _processors(results),
        "transactions": _transactions(results),
        "store": _store(results),
        "times": _times(results),
        "rows": _rows(results),
        "memory": _memory(results),
    }
    return _texts(made)


def sections(results: Results) -> dict[str, str]:
    """Those, and the tables of what is computed, for which every topology has to be there."""
    plans = stages(results)
    made = {
        "check": _check(results),
        "stages": plans_table(plans),
        "bottlenecks": [f"- **{plan.site.title}**: {bottleneck(plan)}." for plan in plans],
        "full": shares_table(plans),
    }
    return measured(results) | _texts(made)


def _texts(made: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: "\n".join(lines).rstrip("\n") + "\n" for name, lines in made.items()}


def written(text: str, results: Results) -> str:
    """A page with its sections made anew; raises KeyError for a name that there is no section of."""
    return replaced(text, sections(results))


def write(page: Path, results: Results) -> None:
    """The same, in the file."""
    page.write_text(written(page.read_text(), results))


def _machine(results: Results) -> list[str]:
    facts = results.machine
    versions = ", ".join(f"{name} {facts[name]}" for name in ("Python", "SQLite", "PostgreSQL", "SeaweedFS"))
    text = (
        f"Measured on {facts['day']}: {facts['machine']}; {versions}; {facts['rounds']}. Clients, Entrepot, "
        f"PostgreSQL and the store shared the machine by way of the loopback interface, and {facts['load']}."
    )
    return textwrap.wrap(text, _WIDTH)


def _named(results: Results, topology: str) -> Mapping[str, Cost]:
    return results.topologies[topology].costs if topology in results.topologies else {}


def _milliseconds(seconds: float) -> str:
    return number(1000 * seconds)


def _processors(results: Results) -> list[str]:
    """Processor time."""
    folder, served, sent = (_named(results, name) for name in ("sqlite-2", _SERVED, _SENT))
    rows = [
        [
            cost.title,
            number(cost.requests),
            _milliseconds(folder[name].ours) if name in folder else "",
            *(_milliseconds(each) for each in (cost.ours, cost.database, cost.store)),
            *([_milliseconds(each) for each in (sent[name].ours, sent[name].store)] if name in sent else ["", ""]),
        ]
        for name, cost in (served or folder).items()
    ]
    head = ["", "requests", "SQLite, folder: Entrepot", "PostgreSQL, S3: Entrepot", "PostgreSQL", "store"]
    return table([*head, "redirect: Entrepot", "store"], [*rows, *_collecting(results)])


def _collecting(results: Results) -> list[list[str]]:
    found = [results.topologies[name].collecting for name in ("sqlite-2", _SERVED, _SENT) if name in results.topologies]
    if len(found) < 3:  # noqa: PLR2004 - one of each
        return []
    folder, served, sent = found
    figures = (folder["ours"], served["ours"], served["database"], served["store"], sent["ours"], sent["store"])
    return [["garbage collection, one layer", "", *map(_milliseconds, figures)]]


def _transactions(results: Results) -> list[str]:
    """Transactions, statements, WAL; for SQLite what is written to files."""
    folder, served = _named(results, "sqlite-2"), _named(results, _SERVED)
    rows = [
        [
            cost.title,
            *(number(each) for each in (cost.reads, cost.writes, cost.statements)),
            *((size(cost.wal), size(cost.wal_cold) if cost.wal_cold else "") if cost.writes > _SELDOM else ("", "")),
            size(folder[name].written) if name in folder and cost.writes > _SELDOM else "",
        ]
        for name, cost in served.items()
        if not name.startswith("blob_put")
    ]
    found = results.topologies[_SERVED].collecting if served else {}
    if found:
        counts = [number(found[name]) for name in ("reads", "writes", "statements")]
        rows.append(["garbage collection, one layer", *counts, size(found["wal"]), "", ""])
    head = ["", "reading", "writing", "statements", "WAL", "WAL after a checkpoint", "SQLite, folder: written"]
    return table(head, rows)


_SELDOM = 0.1
"""Requests that write less often note the use of a key or a pull now and then."""


def _store(results: Results) -> list[str]:
    rows = []
    for name, cost in _named(results, _SERVED).items():
        if cost.store_requests:
            sent = _named(results, _SENT).get(name)
            figures = [_requests(cost), size(cost.store_taken), size(cost.store_given)]
            rows.append([cost.title, *figures, _requests(sent) if sent else ""])
    return table(["", "requests", "bytes in", "bytes out", "by redirect"], rows)


def _requests(cost: Cost) -> str:
    return ", ".join(f"{number(count)} {kind}" for kind, count in cost.store_requests.items()) or "none"


SHORT = {
    "sqlite-1": "SQLite, folder, 1 worker",
    "sqlite-2": "the same, 2",
    "postgres-s3": "PostgreSQL, S3, 2",
    "postgres-redirect": "by redirect, 2",
}


def _times(results: Results) -> list[str]:
    """Milliseconds alone, and how many in a second at once."""
    first = next(iter(results.topologies.values()))
    rows = []
    for name, cost in first.costs.items():
        found = [each.costs[name] for each in results.topologies.values() if name in each.costs]
        figures = [text for each in found for text in (number(each.milliseconds), number(each.rate))]
        rows.append([cost.title, str(cost.at_once), *figures])
    head = [text for name in results.topologies for text in (f"{SHORT[name]}: ms", "a second")]
    return table(["", "at once", *head], rows)


def _rows(results: Results) -> list[str]:
    tables = results.rows["postgres"]
    rows = [[f"`{name}`", number(results.rows["sqlite"][name]), number(count)] for name, count in tables.items()]
    return table(["a row of", "SQLite", "PostgreSQL"], rows)


def _memory(results: Results) -> list[str]:
    rows = [
        [each.title, size(each.memory), size(each.worker), size(transfer_memory(each))]
        for each in results.topologies.values()
    ]
    return table(["", "all processes, just started", "a worker, with what it shares", "more for a push"], rows)


def _check(results: Results) -> list[str]:
    """Whether the sum of its parts is what a whole push or pull costs."""
    asked = Load(1, layers=results.layers, layer_size=results.layer_size, known_share=0, cached_share=0)
    rows = []
    for name, found in results.topologies.items():
        of = prices(results, name)
        pushed, pulled = push(of, asked) + of["login"] * -1, pull(of, asked)
        for kind, added in (("image_push", pushed), ("image_pull", pulled)):
            whole = found.costs[kind].ours
            share = number(100 * added.ours / whole)
            rows.append([f"{found.title}: {found.costs[kind].title}", _seconds(added), f"{whole:.2f} s", f"{share} %"])
    return table(["", "sum of its parts", "measured as a whole", ""], rows)


def _seconds(bill: Bill) -> str:
    return f"{bill.ours:.2f} s"


def main() -> int:
    """Writes the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path, nargs="+")
    parser.add_argument("--costs", type=Path, default=FILE)
    given = parser.parse_args()
    for page in given.pages:
        write(page, load(given.costs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
