"""KMS's paging: Limit and Marker in, Truncated and NextMarker out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from entrepot.context import Context
from entrepot.errors import InvalidMarker, InvalidParameter, ValidationFailed
from entrepot.rules.paging import decode_token, encode_token

Entry = TypeVar("Entry")
Position = TypeVar("Position", str, int)


class Paged(Protocol):
    """What the inputs of KMS's listings have in common."""

    @property
    def marker(self) -> str | None: ...  # noqa: D102 - KMS's own members

    @property
    def limit(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Start(Generic[Position]):
    """Where a page begins: after `position`. `count` is how many entries it may have, `scope` what is listed."""

    scope: str
    position: Position
    count: int


@dataclass(frozen=True, slots=True)
class Page(Generic[Entry]):
    """What is shown, and the marker of what follows; None where that is all."""

    entries: Sequence[Entry]
    marker: str | None

    @property
    def truncated(self) -> bool:
        """Whether more follows."""
        return self.marker is not None


def start_of(
    ctx: Context, req: Paged, *listing: str, first: Position, most: int = 1000, default: int = 100
) -> Start[Position]:
    """Where the page begins that `req` asks for: up to `most` entries. Raises InvalidMarker, ValidationFailed.

    `listing` is the operation and whatever it is limited to; `first` comes before every entry.
    """
    if req.limit is not None and req.limit > most:
        raise ValidationFailed(f"1 validation error detected: Value '{req.limit}' at 'limit' failed to satisfy "
                               f"constraint: Member must have value less than or equal to {most}")  # fmt: skip
    scope = "\n".join(("kms", ctx.principal.account, ctx.registry.region, *listing))
    position = first if req.marker is None else _position(scope, req.marker, first)
    return Start(scope, position, req.limit or default)


def page_of(start: Start[Position], found: Sequence[Entry], position: Callable[[Entry], Position]) -> Page[Entry]:
    """The page out of the `start.count + 1` or fewer entries found."""
    shown = found[: start.count]
    return Page(shown, encode_token(start.scope, [position(shown[-1])]) if len(found) > len(shown) else None)


def _position(scope: str, marker: str, first: Position) -> Position:
    try:
        (position,) = decode_token(scope, marker)
    except (InvalidParameter, ValueError):
        raise InvalidMarker("The marker is invalid") from None
    if not isinstance(position, type(first)):
        raise InvalidMarker("The marker is invalid")
    return position
