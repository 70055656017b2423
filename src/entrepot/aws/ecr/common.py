"""What ECR's handlers share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from entrepot.context import Context, Registry, RepositoryRef
from entrepot.errors import InvalidParameter
from entrepot.rules.paging import decode_token, encode_token

Position = TypeVar("Position", bound=tuple[str | int, ...])


def registry_of(ctx: Context, registry_id: str | None) -> Registry:
    """The registry an operation is about: the caller's own, or another account's in the same region.

    Whether the caller may act there is for `access.authorize`, which every service asks first.
    """
    if registry_id is None or registry_id == ctx.registry.account:
        return ctx.registry
    return Registry(registry_id, ctx.registry.region)


class OfRepository(Protocol):
    """What the inputs have in common that name a repository."""

    @property
    def registry_id(self) -> str | None: ...  # noqa: D102 - ECR's own members

    @property
    def repository_name(self) -> str: ...  # noqa: D102


def repo_of(ctx: Context, req: OfRepository) -> RepositoryRef:
    """The repository that a request is about."""
    return RepositoryRef(registry_of(ctx, req.registry_id), req.repository_name)


def start_of_page(scope: str, token: str | None, first: Position) -> Position:
    """The position that a page follows: the token's, or `first` where there is none. Raises InvalidParameter.

    `scope` names the operation and what it lists, so that no token is taken for another's.
    """
    if token is None:
        return first
    position = decode_token(scope, token)
    if [type(part) for part in position] != [type(part) for part in first]:
        raise InvalidParameter.at("nextToken", "Invalid next token provided")
    return position  # pyright: ignore[reportReturnType] - the types were compared one by one


def next_token(scope: str, positions: Sequence[tuple[str | int, ...]], count: int) -> str | None:
    """The token for what follows the first `count` of `positions`; None where that is all there are."""
    return encode_token(scope, positions[count - 1]) if len(positions) > count else None
