"""Tokens that lead from one page of a listing to the next.

A token says where the last page ended. It fits only the listing it came from: `scope` names the operation and
whatever else a token must not be carried across, such as registry, repository and filter. It holds no secret and
gives no right, since every page is authorized like the first; the check only tells mistakes from positions.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

import msgspec

from entrepot.errors import InvalidParameter

_CHECK_BYTES = 12
_LONGEST = 8192


def encode_token(scope: str, position: Sequence[str | int]) -> str:
    """The token for what follows `position`, the sort key of the last entry shown. Integers have 64 bits."""
    data = msgspec.json.encode(list(position))
    return base64.urlsafe_b64encode(_check(scope, data) + data).rstrip(b"=").decode("ascii")


def decode_token(scope: str, token: str) -> tuple[str | int, ...]:
    """The position in a token. Raises InvalidParameter for one of another scope, or that is none of ours.

    Anyone can compute the check: whoever takes the position apart looks at its length and types first.
    """
    position = _read(token) if len(token) <= _LONGEST else None
    # Made again and compared in full, since base64 and JSON spell the same value in several ways.
    if position is None or encode_token(scope, position) != token:
        raise InvalidParameter.at("nextToken", "Invalid next token provided")
    return position


def page_size(max_results: int | None, limit: int, default: int) -> int:
    """How many entries a page has: what was asked for, from 1 to `limit`, or `default`. Raises InvalidParameter."""
    if max_results is None:
        return default
    if max_results < 1:
        raise InvalidParameter.at("maxResults", "Member must have value greater than or equal to 1")
    if max_results > limit:
        raise InvalidParameter.at("maxResults", f"Member must have value less than or equal to {limit}")
    return max_results


def _read(token: str) -> tuple[str | int, ...] | None:
    try:
        content = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        position = msgspec.json.decode(content[_CHECK_BYTES:], type=tuple[str | int, ...])
    except (ValueError, RecursionError, msgspec.DecodeError):
        return None
    return position if all(map(_is_storable, position)) else None


def _is_storable(part: str | int) -> bool:
    """Whether databases take it: text without NUL, integers of 64 bits."""
    return "\0" not in part if isinstance(part, str) else -(2**63) <= part < 2**63


def _check(scope: str, data: bytes) -> bytes:
    # The length in front keeps a scope's end and a position's start apart.
    name = scope.encode("utf-8")
    return hashlib.sha256(b"%d:%b%b" % (len(name), name, data)).digest()[:_CHECK_BYTES]
