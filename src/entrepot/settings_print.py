"""Renders settings for people and programs, with where each came from and without what is secret."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, cast

from entrepot.settings import DECLARED, Setting
from entrepot.settings_sources import Origin
from entrepot.settings_values import duration_text

REDACTED = "********"


class Row(NamedTuple):
    """A setting as it is shown. `value` is text, a number or None."""

    name: str
    value: str | int | bool | None
    origin: str


def rows(values: object, origins: Mapping[str, Origin], declared: Iterable[Setting] = DECLARED) -> list[Row]:
    """One row a setting, in the order of their declaration. `values` has an attribute for each."""
    return [Row(s.name, _shown(s, getattr(values, s.name)), str(origins[s.name])) for s in declared]


def table(shown: Iterable[Row]) -> str:
    """Rows as aligned columns."""
    lines = [("SETTING", "VALUE", "FROM")]
    lines += [(row.name, _text(row.value), row.origin) for row in shown]
    names, texts = (max(len(line[column]) for line in lines) for column in (0, 1))
    return "\n".join(f"{name:<{names}}  {text:<{texts}}  {origin}" for name, text, origin in lines)


def as_json(shown: Iterable[Row]) -> str:
    """Rows as one JSON object: name -> value and origin."""
    return json.dumps({row.name: {"value": row.value, "from": row.origin} for row in shown}, indent=2)


def _text(value: str | int | bool | None) -> str:  # noqa: FBT001 - any of them
    if isinstance(value, bool):
        return "true" if value else "false"
    return "-" if value in {None, ""} else str(value)


def _shown(setting: Setting, value: object) -> str | int | bool | None:
    if value is None or value == "":
        return None if value is None else ""
    if setting.secret:
        return REDACTED
    if isinstance(value, tuple):
        return ",".join(str(part) for part in cast("tuple[object, ...]", value))
    if isinstance(value, timedelta):
        return duration_text(value)
    return str(value) if isinstance(value, Path) else value if isinstance(value, int) else str(value)
