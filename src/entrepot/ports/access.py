"""Who may do what, and how often. Ports: see the package."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol


class JwksSource(Protocol):
    """The public keys that an identity provider signs its tokens with."""

    async def keys(self, issuer: str, key_id: str | None) -> Sequence[Mapping[str, object]]:
        """The provider's JSON Web Keys. Looks again where `key_id` is not among those known, since keys rotate.

        `issuer` is the URL of the provider. Raises IdentityProviderUnreachable, and InvalidIdentityToken for a
        provider that does not answer as OpenID Connect Discovery has it.
        """
        ...


class Memory(Protocol):
    """What was worked out once, by a key; bounded, so that anything may be forgotten at any time."""

    def get(self, key: Hashable) -> Any | None:  # noqa: ANN401 - the key says what its value is
        """What was put under the key, or None."""
        ...

    def put(self, key: Hashable, value: object) -> None:
        """Remembers a value; what was used least recently makes room."""
        ...


class AccessCache(Protocol):
    """What one process remembers of who may do what. Keys hold the accounts' versions: no entry outlives a change."""

    @property
    def policies(self) -> Memory:
        """Policies, read and parsed."""
        ...

    @property
    def decisions(self) -> Memory:
        """What was decided from them."""
        ...

    @property
    def key_uses(self) -> Memory:
        """When this process last noted the use of an access key, by its id."""
        ...

    async def version(self, account: str) -> int:
        """The account's number in the table access_versions, read at most half a second ago."""
        ...

    def learn(self, account: str, version: int) -> None:
        """Notes a higher number that was read along with something else, so that what was read is found again."""
        ...


class RateLimiter(Protocol):
    """How many requests a second each caller may make, counted over all processes of a deployment."""

    @property
    def filling(self) -> int:
        """How long, in microseconds, it takes until any caller has all of a burst again."""
        ...

    async def take(self, caller: str, service: str, operations: Sequence[str]) -> None:
        """Counts one request that does `operations` of a service (such as 'ecr'). Raises RateExceeded.

        Before the caller's rights are looked up. Raises StorageUnavailable where nobody can know.
        """
        ...

    async def take_as_stranger(self, caller: str) -> bool:
        """Counts one request whose credentials prove nothing, or that has none. Raises RateExceeded.

        False where such requests have no rate of their own.
        """
        ...
