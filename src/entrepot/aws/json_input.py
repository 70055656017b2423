"""A request body of the JSON protocol as plain Python values: strict where `json` is lenient."""

from __future__ import annotations

import json
from typing import NoReturn, cast

from entrepot.aws.errors import serialization_error


def decode_json(body: bytes | bytearray) -> dict[str, object]:
    """The JSON object in `body`; an empty body is an empty object.

    Raises Refusal (SerializationException) for anything else: bad UTF-8, bad JSON, NaN, a name that occurs twice in
    one object (two readers of the same bytes could disagree), more nesting than the interpreter takes.
    """
    try:
        text = body.decode()
        value: object = _DECODER.decode(text) if text.strip() else {}
    except RecursionError:
        raise serialization_error("The JSON body is nested too deeply") from None
    except ValueError as error:
        raise serialization_error(f"The body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise serialization_error("The JSON body must be an object")
    return cast("dict[str, object]", value)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return found


def _reject(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_reject)
