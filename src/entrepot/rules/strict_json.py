"""JSON read so that no two readers can disagree about it.

Python's own reader takes the last of two equal keys, NaN, a byte order mark in UTF-16, and recurses once per level.
All of these are refused here: a manifest that two programs read differently is a way around every check.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, cast

from entrepot.errors import ManifestInvalid

DEPTH_LIMIT = 64
"""Most levels of arrays and objects; a manifest has five."""

SYNTAX = "Invalid JSON syntax"
"""ECR's text for a manifest that cannot be read."""

# Possessive throughout, and a string that does not end reaches to the end of the input: linear on any bytes.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.?+[^"\\]*+)*+"?+', re.DOTALL)
_SQUARE = bytes.maketrans(b"{}", b"[]")
_TOO_DEEP = b"[" * (DEPTH_LIMIT + 1)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def load_object(payload: bytes) -> dict[str, object]:
    """The object that `payload` holds in UTF-8. Raises ManifestInvalid."""
    _check_depth(payload)
    try:
        document: Any = json.loads(payload.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant)
        # A lone surrogate, written as an escape, cannot be stored or sent on.
        if b"\\u" in payload:
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except ValueError:
        raise ManifestInvalid(SYNTAX) from None
    if not isinstance(document, dict):
        raise ManifestInvalid("the manifest must be a JSON object")
    return cast("dict[str, object]", document)


def _check_depth(payload: bytes) -> None:
    """Peels the innermost level off, again and again: as many rounds as there are levels, without recursion."""
    brackets = _STRING.sub(b"", payload).translate(_SQUARE, _NO_BRACKET)
    if brackets.count(b"[") != brackets.count(b"]"):
        raise ManifestInvalid(SYNTAX)
    for _ in range(DEPTH_LIMIT):
        # Not needed for the answer, but hostile input gets it after a few rounds.
        if _TOO_DEEP in brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise ManifestInvalid(f"{SYNTAX}: unbalanced, or more than {DEPTH_LIMIT} levels deep")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ManifestInvalid(f"{SYNTAX}: duplicate key '{_shown(key)}'")
        found[key] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ManifestInvalid(f"{SYNTAX}: {name} is not a JSON value")


def _shown(key: str) -> str:
    return key[:100].encode("ascii", "backslashreplace").decode("ascii")
