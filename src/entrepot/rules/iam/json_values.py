"""The JSON that policies are written in: maps, and lists for which one value alone may stand.

Source: IAM User Guide, "Grammar of the IAM JSON policy language".
"""

from __future__ import annotations

from typing import cast

from entrepot.errors import PolicyInvalid


def as_map(element: object, where: str) -> dict[str, object]:
    """A JSON object. Raises PolicyInvalid for anything else, which `where` names."""
    if not isinstance(element, dict):
        raise PolicyInvalid(f"{where} must be an object")
    return cast("dict[str, object]", element)


def as_list(element: object, where: str) -> list[object]:
    """One value or a list of at least one. Raises PolicyInvalid for an empty list."""
    if not isinstance(element, list):
        return [element]
    if not element:
        raise PolicyInvalid(f"{where} must not be empty")
    return cast("list[object]", element)


def as_strings(element: object, where: str, *, scalars: bool = False) -> tuple[str, ...]:
    """One string or a list of at least one; `scalars` admits numbers and booleans. Raises PolicyInvalid."""
    return tuple(_as_string(each, where, scalars=scalars) for each in as_list(element, where))


def _as_string(element: object, where: str, *, scalars: bool) -> str:
    if isinstance(element, str):
        return element
    if scalars and isinstance(element, bool):
        return str(element).lower()
    if scalars and isinstance(element, int | float):
        return str(element)
    raise PolicyInvalid(f"{where} must be a string or a list of strings")
