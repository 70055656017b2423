"""Patterns of the policy language: the wildcards `*` and `?`, and policy variables.

Sources: IAM User Guide, "Using wildcards in resource ARNs" and "IAM policy elements: Variables and tags".
What a variable stands for is taken literally: an asterisk in a user's name or in a tag is no wildcard.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial

from entrepot.rules.wildcards import fits

Lookup = Callable[[str], str | None]
"""The value that a request has for a key, by the key's name in lower case; None where it has none or several."""

Test = Callable[[str], bool]


class Wild(Enum):
    """What may stand in for text: any run of characters, or any one character."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key}` or `${key, 'default'}`; `key` is in lower case, as key names have none of their own."""

    key: str
    default: str | None


Part = str | Wild | Variable

_TOKEN = re.compile(r"\$\{(?P<variable>[^}]*)\}|(?P<wild>[*?])|[^*?$]+|\$")
_TOKEN_WITHOUT_VARIABLES = re.compile(r"(?P<wild>[*?])|[^*?]+")
_VARIABLE = re.compile(r"([^\s,'{}*?$]+)(?:,\s*'([^']*)')?")
_ESCAPES = frozenset("*?$")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern. `test` is ready to use where there are no variables to put in first."""

    parts: tuple[Part, ...]
    test: Test | None = field(compare=False, repr=False)

    def matches(self, text: str, lookup: Lookup) -> bool | None:
        """Whether all of `text` fits; None where a variable has neither a value nor a default."""
        if self.test is not None:
            return self.test(text)
        filled = fill(self.parts, lookup)
        return None if filled is None else _matcher(filled)(text)


def pattern_of(parts: Iterable[Part]) -> Pattern:
    """The pattern that is made of `parts`, in order."""
    known = tuple(parts)
    fixed = [part for part in known if not isinstance(part, Variable)]
    return Pattern(known, _matcher(fixed) if len(fixed) == len(known) else None)


def parse_pattern(text: str, *, wildcards: bool, variables: bool) -> Pattern:
    """Reads a pattern. Without `wildcards`, or without `variables`, what they are written with stands for itself.

    Something in `${}` that is no variable stands for itself too.
    """
    return pattern_of(parse_parts(text, wildcards=wildcards, variables=variables))


def parse_parts(text: str, *, wildcards: bool, variables: bool) -> list[Part]:
    """The pieces of a pattern, as `parse_pattern` reads it."""
    parts: list[Part] = []
    for found in (_TOKEN if variables else _TOKEN_WITHOUT_VARIABLES).finditer(text):
        if found.lastgroup == "wild" and wildcards:
            parts.append(Wild(found[0]))
        elif found.lastgroup == "variable":
            parts.append(_variable(found["variable"]) or found[0])
        else:
            parts.append(found[0])
    return parts


def split_parts(parts: Iterable[Part], separator: str, most: int) -> list[list[Part]]:
    """Cuts a pattern at the first `most` separators in its own text; those in variables and their values stay."""
    pieces: list[list[Part]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            pieces[-1].append(part)
            continue
        first, *rest = part.split(separator, most - len(pieces) + 1)
        pieces[-1].append(first)
        pieces.extend([each] for each in rest)
    return [[part for part in piece if part != ""] for piece in pieces]


def _variable(inside: str) -> Part | None:
    if inside in _ESCAPES:
        return inside
    named = _VARIABLE.fullmatch(inside)
    return Variable(named[1].lower(), named[2]) if named else None


def fill(parts: Iterable[Part], lookup: Lookup) -> list[str | Wild] | None:
    """A pattern with its variables put in; None where one has neither a value nor a default."""
    filled: list[str | Wild] = []
    for part in parts:
        if isinstance(part, Variable):
            value = lookup(part.key)
            value = part.default if value is None else value
            if value is None:
                return None
            filled.append(value)
        else:
            filled.append(part)
    return filled


def _matcher(parts: Sequence[str | Wild]) -> Test:
    """Never more steps than the pattern's length times the text's, and far fewer without `?`."""
    if Wild.ONE in parts:
        expression = re.compile(_expression(parts), re.DOTALL)
        return lambda text: expression.fullmatch(text) is not None
    pieces = ["".join(str(part) for part in piece) for piece in _between(parts)]
    return partial(operator.eq, pieces[0]) if len(pieces) == 1 else partial(fits, pieces)


def _expression(parts: Sequence[str | Wild]) -> str:
    """Atomic groups keep each piece where it first occurs, as `fits` does: nothing is tried again."""
    first, *rest = ["".join(re.escape(part) if isinstance(part, str) else "." for part in p) for p in _between(parts)]
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>.*?{piece})" for piece in middle) + ".*" + last


def _between(parts: Iterable[str | Wild]) -> list[list[str | Wild]]:
    pieces: list[list[str | Wild]] = [[]]
    for part in parts:
        if part is Wild.ANY:
            pieces.append([])
        else:
            pieces[-1].append(part)
    return pieces
