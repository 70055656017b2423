"""Parameters of the query protocol as plain values in the model's form, ready for the same checks as JSON.

`Tags.member.1.Key=a` becomes `{"Tags": [{"Key": "a"}]}`. Follows smithy.io's "AWS Query protocol", without flattened
lists, which no service here has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from entrepot.aws.errors import Refusal, refusal
from entrepot.aws.model import ServiceModel, Shape

_INTEGER = re.compile("-?[0-9]{1,19}")
_DIGITS = 9  # of an element's number


@dataclass(slots=True)
class _Node:
    """What stands at one place of the dotted names: a value, or further places."""

    value: str | None = None
    children: dict[str, _Node] = field(default_factory=dict[str, "_Node"])


def decode_query(model: ServiceModel, shape: str, parameters: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """The input structure `shape` from parameters. Those that the shape has not are ignored.

    Raises Refusal (MalformedInput) for a value that is not of its member's type and for a parameter given twice.
    """
    root = _Node()
    for name, value in parameters:
        node = root
        for part in name.split("."):
            node = node.children.setdefault(part, _Node())
        if node.value is not None:
            raise _malformed(name)
        node.value = value
    return _structure(model, model.shapes[shape], root, "")


def _decode(model: ServiceModel, name: str, node: _Node, path: str) -> object:
    shape = model.shapes[name]
    match shape.type:
        case "structure":
            return _structure(model, shape, node, path)
        case "list":
            return _list(model, shape, node, path)
        case "map":
            return _map(model, shape, node, path)
        case _:
            return _scalar(shape, node, path)


def _structure(model: ServiceModel, shape: Shape, node: _Node, path: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, ref in shape.members.items():
        child = node.children.get(ref.location_name or name)
        if child is not None:
            found[name] = _decode(model, ref.shape, child, f"{path}.{name}" if path else name)
    return found


def _list(model: ServiceModel, shape: Shape, node: _Node, path: str) -> list[object]:
    tag = shape.element.location_name or "member"
    return [
        _decode(model, shape.element.shape, child, f"{path}.{tag}.{number}")
        for number, child in _numbered(node, tag, path)
    ]


def _map(model: ServiceModel, shape: Shape, node: _Node, path: str) -> dict[str, object]:
    key_ref, value_ref = shape.entry
    found: dict[str, object] = {}
    for number, entry in _numbered(node, "entry", path):
        key = entry.children.get(key_ref.location_name or "key", _Node()).value
        value = entry.children.get(value_ref.location_name or "value")
        if key is None or value is None or key in found:
            raise _malformed(f"{path}.entry.{number}")
        found[key] = _decode(model, value_ref.shape, value, f"{path}.entry.{number}")
    return found


def _numbered(node: _Node, tag: str, path: str) -> list[tuple[int, _Node]]:
    container = node.children.get(tag, _Node())
    if not all(name.isascii() and name.isdigit() and len(name) <= _DIGITS for name in container.children):
        raise _malformed(path)
    return sorted(((int(name), child) for name, child in container.children.items()), key=lambda item: item[0])


def _scalar(shape: Shape, node: _Node, path: str) -> object:
    text = node.value
    if text is None:
        raise _malformed(path)
    try:
        return _SCALARS.get(shape.type, str)(text)
    except (KeyError, ValueError, OverflowError):
        raise _malformed(path) from None


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _timestamp(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


_SCALARS: Mapping[str, Callable[[str], object]] = {
    "boolean": lambda text: {"true": True, "false": False}[text],
    "integer": _integer,
    "long": _integer,
    "float": float,
    "double": float,
    "timestamp": _timestamp,
}


def _malformed(name: str) -> Refusal:
    return refusal("MalformedInput", f"The parameter '{name}' has not the form that its type demands.")
