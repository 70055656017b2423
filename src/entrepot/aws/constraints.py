"""What the model demands of a single value, with AWS's sentence for each demand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from entrepot.aws.errors import Refusal, serialization_error
from entrepot.aws.model import Shape
from entrepot.aws.patterns import compile_pattern, shown_pattern

_BITS = {"integer": 31, "long": 63}
_NUMBERS = frozenset({"integer", "long", "float", "double", "timestamp"})
_TARGETS = {
    "integer": "an Integer", "long": "a Long", "float": "a Float", "double": "a Double", "timestamp": "a Timestamp",
    "string": "a String", "blob": "a Blob", "boolean": "a Boolean",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constraint:
    """A test, and what is said of a value that fails it."""

    holds: Callable[[object], bool]
    text: str


def constraints_of(shape: Shape) -> list[Constraint]:
    """The constraints on a value of a shape, for a value that `check_type` has accepted."""
    if shape.type in _NUMBERS:
        return _bounds(shape, "value", _number)
    found = _bounds(shape, "length", _blob_length if shape.type == "blob" else _length)
    if shape.pattern is not None:
        found.append(_pattern(shape.pattern))
    if shape.enum:
        found.append(_enum(shape.enum))
    return found


def check_type(kind: str, value: object, path: str) -> None:
    """Raises Refusal (SerializationException) unless a JSON value can be one of the model's type `kind`."""
    if not _is_type(kind, value):
        raise mismatch(kind, value, path)


def mismatch(kind: str, value: object, path: str) -> Refusal:
    """The error for a JSON value of the wrong type, in the words of AWS's own parser, with the place added."""
    where = f" (at '{path}')" if path else ""
    match value:
        case dict():
            text = "Start of structure or map found where not expected"
        case list():
            text = "Start of list found where not expected"
        case _ if kind in _TARGETS:
            text = f"{_token(value)} can not be converted to {_TARGETS[kind]}"
        case _:
            text = "Unexpected field type"
    return serialization_error(text + where)


def _is_type(kind: str, value: object) -> bool:
    match kind:
        case "string" | "blob":
            return isinstance(value, str) and _encodable(value)
        case "boolean":
            return isinstance(value, bool)
        case "structure" | "map":
            return isinstance(value, dict)
        case "list":
            return isinstance(value, list)
        case "integer" | "long":
            return type(value) is int and -(1 << _BITS[kind]) <= value < 1 << _BITS[kind]
        case _:
            return type(value) in (int, float) and abs(cast("float", value)) <= sys.float_info.max


def _encodable(text: str) -> bool:
    # JSON can spell half of a surrogate pair, which no later step could write or compare.
    if text.isascii():  # known without a look at the letters: a layer part has 28 million of them
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _token(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return "STRING_VALUE" if isinstance(value, str) else "NUMBER_VALUE"


def _bounds(shape: Shape, what: str, measure: Callable[[object], float]) -> list[Constraint]:
    found: list[Constraint] = []
    if shape.max is not None:
        most = shape.max
        text = f"Member must have {what} less than or equal to {most}"
        found.append(Constraint(lambda value: measure(value) <= most, text))
    if shape.min is not None:
        least = shape.min
        text = f"Member must have {what} greater than or equal to {least}"
        found.append(Constraint(lambda value: measure(value) >= least, text))
    return found


def _pattern(pattern: str) -> Constraint:
    expression = compile_pattern(pattern)
    text = f"Member must satisfy regular expression pattern: {shown_pattern(pattern)}"
    return Constraint(lambda value: expression.fullmatch(cast("str", value)) is not None, text)


def _enum(values: tuple[str, ...]) -> Constraint:
    allowed = frozenset(values)
    return Constraint(lambda value: value in allowed, f"Member must satisfy enum value set: [{', '.join(values)}]")


def _number(value: object) -> float:
    return cast("float", value)


def _length(value: object) -> int:
    return len(cast("str", value))


def _blob_length(value: object) -> int:
    text = cast("str", value)
    return len(text) * 3 // 4 - text[-2:].count("=")
