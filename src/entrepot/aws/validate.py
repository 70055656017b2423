"""Checks a request's values against the model, with ECR's wording. Checks are compiled once, at start.

Two kinds of error, as in AWS: a value of the wrong JSON type is a Refusal (SerializationException), a value that
breaks a constraint is an InvalidParameter. Members that the model has not are ignored, as AWS ignores them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, cast

from entrepot.aws.constraints import Constraint, check_type, constraints_of
from entrepot.aws.model import ServiceModel, Shape
from entrepot.aws.patterns import shown_pattern
from entrepot.errors import InvalidParameter

Check: TypeAlias = Callable[[object, str], None]

_NULL = "Member must not be null"
_SCALARS = frozenset({"string", "blob", "boolean", "integer", "long", "float", "double", "timestamp"})

# The patterns of ECR's first API are checked by the service itself, which has its own sentence for them.
_FIRST_API = frozenset({"RepositoryName", "RegistryId", "LayerDigest", "UploadId"})
# It names an element of a list of repository names as if it stood alone.
_ELEMENT_NAMES = {"RepositoryName": "repositoryName"}


class Validators:
    """The checks of one service's shapes, each compiled when it is first asked for."""

    def __init__(self, model: ServiceModel) -> None:
        self._shapes = model.shapes
        self._checks: dict[str, Check] = {}

    def check(self, name: str) -> Check:
        """The check of a shape: takes a value (not None) and the path that errors name."""
        if name not in self._checks:
            self._checks[name] = self._later(name)
            self._checks[name] = self._compile(name, self._shapes[name])
        return self._checks[name]

    def _later(self, name: str) -> Check:
        # What a shape that contains itself meets while it is compiled: it finds the finished check when it is called.
        def check(value: object, path: str) -> None:
            self._checks[name](value, path)

        return check

    def _compile(self, name: str, shape: Shape) -> Check:
        match shape.type:
            case "structure":
                return self._structure(shape)
            case "list":
                return self._list(shape, shape.element.shape)
            case "map":
                return self._map(shape, *(ref.shape for ref in shape.entry))
            case _:
                return _scalar(shape.type, _worded(name, shape))

    def _structure(self, shape: Shape) -> Check:
        members = [
            (name, _lower(name), name in shape.required, self.check(ref.shape)) for name, ref in shape.members.items()
        ]

        def check(value: object, path: str) -> None:
            check_type("structure", value, path)
            given = cast("dict[str, object]", value)
            prefix = f"{path}." if path else ""
            for name, shown, required, inner in members:
                member = given.get(name)
                if member is not None:
                    inner(member, prefix + shown)
                elif required:
                    raise InvalidParameter.at(prefix + shown, _NULL)

        return check

    def _list(self, shape: Shape, element: str) -> Check:
        bounds = constraints_of(shape)
        inner = self._element(element)

        def check(value: object, path: str) -> None:
            check_type("list", value, path)
            _enforce(bounds, value, path)
            for number, item in enumerate(cast("list[object]", value), 1):
                if item is None:
                    raise InvalidParameter.at(f"{path}.{number}.member", _NULL)
                inner(item, path, f"{path}.{number}.member")

        return check

    def _element(self, name: str) -> Callable[[object, str, str], None]:
        shape = self._shapes[name]
        if shape.type not in _SCALARS:
            compound = self.check(name)
            return lambda value, _, place: compound(value, place)
        if name in _ELEMENT_NAMES:
            single, shown = self.check(name), _ELEMENT_NAMES[name]
            return lambda value, _, __: single(value, shown)
        return _scalar_element(shape)

    def _map(self, shape: Shape, key: str, value: str) -> Check:
        bounds = constraints_of(shape)
        check_key, check_value = self.check(key), self.check(value)

        def check(given: object, path: str) -> None:
            check_type("map", given, path)
            _enforce(bounds, given, path)
            for name, item in cast("dict[str, object]", given).items():
                check_key(name, f"{path}.key")
                if item is None:
                    raise InvalidParameter.at(f"{path}.{name}.member", _NULL)
                check_value(item, f"{path}.{name}.member")

        return check


def _scalar(kind: str, constraints: list[Constraint]) -> Check:
    def check(value: object, path: str) -> None:
        check_type(kind, value, path)
        _enforce(constraints, value, path)

    return check


def _scalar_element(shape: Shape) -> Callable[[object, str, str], None]:
    constraints = constraints_of(shape)
    text = f"Member must satisfy constraint: [{', '.join(each.text for each in constraints)}]"

    def check(value: object, path: str, place: str) -> None:
        check_type(shape.type, value, place)
        if not all(each.holds(value) for each in constraints):
            raise InvalidParameter.at(path, text)

    return check


def _enforce(constraints: list[Constraint], value: object, path: str) -> None:
    for constraint in constraints:
        if not constraint.holds(value):
            raise InvalidParameter.at(path, constraint.text)


def _worded(name: str, shape: Shape) -> list[Constraint]:
    constraints = constraints_of(shape)
    if name not in _FIRST_API or shape.pattern is None:
        return constraints
    text = f"must satisfy regular expression '{shown_pattern(shape.pattern)}'"
    return [replace(each, text=text) if " pattern: " in each.text else each for each in constraints]


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
