"""IAM's paging: Marker and MaxItems in, IsTruncated and Marker out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from entrepot.context import Context
from entrepot.errors import InvalidParameter, ValidationFailed
from entrepot.rules.paging import decode_token, encode_token

_DEFAULT = 100

Entry = TypeVar("Entry")
Position = tuple[str, ...]


class Paged(Protocol):
    """What the inputs of IAM's listings have in common."""

    @property
    def marker(self) -> str | None: ...  # noqa: D102 - IAM's own members

    @property
    def max_items(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Start:
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
    def is_truncated(self) -> bool:
        """Whether more follows."""
        return self.marker is not None


def start_of(ctx: Context, req: Paged, *listing: str, first: Position = ("",)) -> Start:
    """Where the page begins that `req` asks for. Raises ValidationFailed for a marker that is not of this listing.

    `listing` is the operation and whatever it is limited to; `first` comes before every entry.
    """
    scope = "\n".join(("iam", ctx.principal.account, *listing))
    count = req.max_items or _DEFAULT
    return Start(scope, first if req.marker is None else _position(scope, req.marker, len(first)), count)


def page_of(start: Start, found: Sequence[Entry], position: Callable[[Entry], Position]) -> Page[Entry]:
    """The page out of the `start.count + 1` or fewer entries found."""
    shown = found[: start.count]
    return Page(shown, encode_token(start.scope, position(shown[-1])) if len(found) > len(shown) else None)


def _position(scope: str, marker: str, length: int) -> Position:
    try:
        position = decode_token(scope, marker)
    except InvalidParameter:
        raise ValidationFailed("Invalid Marker.") from None
    texts = tuple(part for part in position if isinstance(part, str))
    if len(texts) != len(position) or len(texts) != length:
        raise ValidationFailed("Invalid Marker.")
    return texts
