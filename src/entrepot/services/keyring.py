"""Data keys, unwrapped once per process and held in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime

from entrepot.context import Registry
from entrepot.meta import data_keys
from entrepot.meta.data_keys import DataKeyRow
from entrepot.meta.times import to_micros
from entrepot.ports import Database, DataKey, KeyProvider

TOKENS = "tokens"
SECRETS = "secrets"
DOWNLOADS = "downloads"
SESSIONS = "sessions"


def registry_scope(registry: Registry) -> str:
    """The scope of the key that seals a registry's blobs."""
    return f"registry/{registry.account}/{registry.region}"


class MasterKeyring:
    """The Keyring port: data keys in the database, wrapped by a master key."""

    def __init__(self, db: Database, provider: KeyProvider, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._provider = provider
        self._clock = clock
        self._by_scope: dict[str, DataKey] = {}
        self._by_id: dict[int, DataKey] = {}

    async def for_scope(self, scope: str) -> DataKey:
        """See ports.Keyring."""
        if key := self._by_scope.get(scope):
            return key
        row = await self._db.read(data_keys.current_key, scope)
        if row is None:
            wrapped = self._provider.wrap(os.urandom(32), scope.encode())
            row = await self._db.write(data_keys.add_first_key, scope, wrapped, to_micros(self._clock()))
        self._by_scope[scope] = self._unwrap(row)
        return self._by_scope[scope]

    async def by_id(self, key_id: int) -> DataKey:
        """See ports.Keyring."""
        if key := self._by_id.get(key_id):
            return key
        row = await self._db.read(data_keys.find_key, key_id)
        if row is None:
            raise LookupError(key_id)
        return self._unwrap(row)

    def _unwrap(self, row: DataKeyRow) -> DataKey:
        key = DataKey(row.key_id, self._provider.unwrap(row.wrapped, row.scope.encode()))
        self._by_id[row.key_id] = key
        return key
