"""Writes the tables of docs/observability.md from the declared metrics. `--check` says whether they are in step."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from entrepot.observing.catalog import OF_DEPLOYMENT, OF_MACHINE, OF_PROCESS, Declared

PAGE = Path(__file__).resolve().parents[1] / "docs" / "observability.md"

_SOURCE = "src/entrepot/observing/catalog.py"
BEGIN = f"<!-- Written by tools/metrics_docs.py from {_SOURCE}. Change it there, then `make docs`. -->"
END = "<!-- The end of what is written. -->"

_PARTS: tuple[tuple[str, Sequence[Declared]], ...] = (
    ("What the processes of a node count, added up over its workers:", OF_PROCESS),
    ("What the database knows, the same from every node (take the greatest, never the sum):", OF_DEPLOYMENT),
    ("What is looked up when it is asked for:", OF_MACHINE),
)


def tables() -> str:
    """The tables, with the lines that mark where they begin and end."""
    return "\n\n".join([BEGIN, *(f"{title}\n\n{_table(part)}" for title, part in _PARTS), END])


def _table(part: Sequence[Declared]) -> str:
    rows = [f"| `{each.name}` | {each.kind} | {_labels(each)} | {each.help} |" for each in part]
    return "\n".join(["| metric | type | labels | |", "| --- | --- | --- | --- |", *rows])


def _labels(declared: Declared) -> str:
    return ", ".join(f"`{label}`" for label in declared.labels)


def page(written: str) -> str:
    """The page with its tables as they have to be. Raises ValueError where it has not the two lines."""
    before, begin, rest = written.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no place for the tables")
    return f"{before}{tables()}{after}"


def main() -> int:
    """Writes or checks; returns the exit code."""
    written = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv[1:]:
        in_step = written == page(written)
        print(f"{PAGE.name} is {'in step' if in_step else 'out of step: run `make docs`'}")
        return 0 if in_step else 1
    PAGE.write_text(page(written), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
