"""The size budget: median file at most 150 lines, none over 400; median function at most 10 lines, none over 60.

A function's docstring does not count, so that nobody saves on it; nor do functions without a body (the members of a
Protocol) or empty files, which would only flatter the median. A file that one of its first lines calls "Generated",
as that line's first word, is passed over.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

MAX_FILE, MEDIAN_FILE = 400, 150
MAX_FUNCTION, MEDIAN_FUNCTION = 60, 10

_GENERATED = re.compile(r'^(?:# |""")?Generated\b', re.MULTILINE)
_HEAD_LINES = 5


class Size(NamedTuple):
    """How many lines something has, and what to call it."""

    lines: int
    name: str


def measure(root: Path) -> tuple[list[Size], list[Size]]:
    """The sizes of the files under `root` and of the functions in them."""
    files: list[Size] = []
    functions: list[Size] = []
    for path in sorted(root.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not text.strip() or is_generated(text):
            continue
        name = str(path.relative_to(root))
        files.append(Size(len(text.splitlines()), name))
        functions.extend(Size(lines, f"{name}:{where}") for lines, where in function_sizes(text))
    return files, functions


def is_generated(text: str) -> bool:
    """Whether one of the first lines says so."""
    return bool(_GENERATED.search("\n".join(text.splitlines()[:_HEAD_LINES])))


def function_sizes(text: str) -> Iterator[tuple[int, str]]:
    """Lines and `line name` of every function with a body, from its `def` to its end."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_bare(node):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield lines - _docstring_lines(node), f"{node.lineno} {node.name}"


def problems(files: list[Size], functions: list[Size]) -> list[str]:
    """What is over the budget, one line each."""
    found = _over("file", files, MAX_FILE, MEDIAN_FILE)
    return found + _over("function", functions, MAX_FUNCTION, MEDIAN_FUNCTION)


def _over(what: str, sizes: list[Size], largest: int, middle: int) -> list[str]:
    found = [f"{what} {size.name} has {size.lines} lines, over {largest}" for size in sizes if size.lines > largest]
    if sizes and median(size.lines for size in sizes) > middle:
        found.append(f"the median {what} has {median(size.lines for size in sizes):g} lines, over {middle}")
    return found


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is None or first.end_lineno is None:
        return 0
    return first.end_lineno - first.lineno + 1


def _is_bare(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return all(isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) for part in node.body)


def main(root: Path) -> int:
    """Prints the figures and what is over the budget; returns the exit code."""
    files, functions = measure(root)
    found = problems(files, functions)
    for problem in found:
        print(problem)
    for what, sizes in (("files", files), ("functions", functions)):
        if sizes:
            middle, largest = median(size.lines for size in sizes), max(sizes)
            print(f"{len(sizes)} {what}: median {middle:g} lines, longest {largest.lines} ({largest.name})")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parents[1] / "src"))
