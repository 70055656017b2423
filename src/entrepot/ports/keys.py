"""Keys. Ports: see the package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Wrapped(NamedTuple):
    """A wrapped data key, and the name of the master key that unwraps it."""

    wrapped: bytes
    master_key: str


class KeyProvider(Protocol):
    """Wraps and unwraps data keys with one master key that never leaves it. Raises KeyUnavailable.

    For any number of threads. A service may have to be asked, which then raises KeyUnreachable where it is away.
    """

    @property
    def name(self) -> str:
        """The key's name, as rows have it; empty where only a service knows that. Not secret."""
        ...

    @property
    def source(self) -> str:
        """Where the key is from, as an operator would name it; not secret."""
        ...

    def may_open(self, name: str) -> bool:
        """Whether this may be the master key of that name; the empty one is that of before there were names."""
        ...

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        """Seals `key`; the same `context` is needed to unwrap it."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """The inverse of `wrap`."""
        ...


@dataclass(frozen=True, slots=True)
class DataKey:
    """A 256-bit key of the table data_keys. The master key wraps it, or the key of KMS whose row `kms_key_id` is."""

    key_id: int
    material: bytes
    scope: str = ""
    kms_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewDataKey:
    """A wrapped key that has no row yet."""

    scope: str
    wrapped: bytes
    master_key: str = ""
    kms_key_id: int | None = None


class Keyring(Protocol):
    """Data keys, unwrapped once per process. Those under a key of KMS are given out while that key is enabled."""

    async def for_scope(self, scope: str) -> DataKey:
        """The current key of a scope ('tokens', 'secrets', 'registry/{account}/{region}'), made at first use."""
        ...

    async def under_key(self, scope: str, kms_key_id: int) -> DataKey:
        """The current key of a scope that the key of KMS wraps (its row), made at first use. Raises KeyUnavailable."""
        ...

    async def by_id(self, key_id: int) -> DataKey:
        """The key that sealed something, perhaps no longer the current one. Raises LookupError, and KeyUnavailable.

        The second where a key of KMS wraps it that was disabled or deleted, by anyone, half a second ago or longer.
        """
        ...

    async def material(self, kms_key_id: int, generation: int | None = None) -> DataKey:
        """The material of a key of KMS: the current one, or the one with a data key's id. As `by_id` in all else."""
        ...

    async def new_material(self, key_id: str) -> NewDataKey:
        """Fresh material for the key of KMS that clients call `key_id`, wrapped: for the caller to store."""
        ...
