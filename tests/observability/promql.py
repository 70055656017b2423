"""Reads from a PromQL expression which series it asks for, and by which labels it groups.

Not an evaluator: an expression is taken for well-formed (promtool says whether it is), and only names are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<range>\[[^\]]*\])|(?P<number>[0-9][0-9a-zA-Z.]*)"""
    r"""|(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^(){}=<>,])|(?P<space>\s+)""",
)
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_WORDS = {"and", "or", "unless", "bool", "offset"}


@dataclass(frozen=True, slots=True)
class Selector:
    """A series that is asked for, with what its labels have to be: an operator and a value each."""

    name: str
    matchers: Mapping[str, tuple[str, str]]

    def takes(self, name: str, labels: Mapping[str, str]) -> bool:
        """Whether a sample is one of them. Labels that Prometheus adds itself, and Grafana's variables, match."""
        return name == self.name and all(
            _matches(operator, value, labels.get(label, ""))
            for label, (operator, value) in self.matchers.items()
            if label not in {"instance", "job"}
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What an expression asks for."""

    selectors: tuple[Selector, ...]
    groupings: frozenset[str]


def asked(expression: str) -> Asked:
    """Raises ValueError where something is no token at all."""
    words = _tokens(expression)
    selectors: list[Selector] = []
    groupings = set[str]()
    at = 0
    while at < len(words):
        kind, word = words[at]
        following = words[at + 1][1] if at + 1 < len(words) else ""
        if kind == "name" and word in _GROUPING and following == "(":
            end = words.index(("sign", ")"), at)
            groupings |= {name for kind_, name in words[at + 2 : end] if kind_ == "name"}
            at = end
        elif kind == "name" and following == "{":
            end = words.index(("sign", "}"), at)
            selectors.append(Selector(word, _matchers(words[at + 2 : end])))
            at = end
        elif kind == "name" and following != "(" and word not in _WORDS and not _aggregates(words, at):
            selectors.append(Selector(word, {}))
        at += 1
    return Asked(tuple(selectors), frozenset(groupings))


def _aggregates(words: list[tuple[str, str]], at: int) -> bool:
    """`sum by (x) (...)`: the name of an aggregation stands before its labels."""
    return at + 1 < len(words) and words[at + 1][1] in {"by", "without"}


def _tokens(expression: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(expression):
        match = _TOKEN.match(expression, at)
        if not match:
            raise ValueError(f"no token at {expression[at:]!r}")
        if match.lastgroup not in {"space", "range"}:
            found.append((str(match.lastgroup), match[0]))
        at = match.end()
    return found


def _matchers(words: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """`label operator string`, with commas between."""
    found: dict[str, tuple[str, str]] = {}
    for at in range(0, len(words), 4):
        label, operator, value = (word for _, word in words[at : at + 3])
        found[label] = (operator, value[1:-1])
    return found


def _matches(operator: str, wanted: str, value: str) -> bool:
    match operator:
        case "=":
            return value == wanted
        case "!=":
            return value != wanted
        case "=~":
            return re.fullmatch(wanted, value) is not None
        case _:
            return re.fullmatch(wanted, value) is None
