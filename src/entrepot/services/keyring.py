"""Data keys, unwrapped once per process and held in memory.

Most are wrapped by the master key. Those of repositories with a key of KMS are wrapped by that key's material, which is
a data key itself: they are given out only while the key is enabled, as of half a second ago at most.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import ParamSpec, TypeVar

import structlog

from entrepot.context import Registry
from entrepot.errors import ContentDamaged, KeyUnavailable
from entrepot.meta import data_keys, kms_keys
from entrepot.meta.data_keys import DataKeyRow
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.times import to_micros
from entrepot.ports import AccessCache, Database, DataKey, NewDataKey
from entrepot.rules.kms_keys import is_material, material_scope, refusal, remedy
from entrepot.services.master_keys import MasterKeys
from entrepot.services.sealing import seal, unseal

TOKENS = "tokens"
SECRETS = "secrets"
DOWNLOADS = "downloads"
SESSIONS = "sessions"

_KEY_ID_BYTES = 8

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger()


def registry_scope(registry: Registry) -> str:
    """The scope of the key that seals a registry's blobs."""
    return f"registry/{registry.account}/{registry.region}"


class MasterKeyring:
    """The Keyring port: data keys in the database. `access` tells when an account's keys of KMS may have changed.

    It counts `hits`, keys that were held unwrapped, and `misses`.
    """

    def __init__(self, db: Database, masters: MasterKeys, clock: Callable[[], datetime], access: AccessCache) -> None:
        self.hits = 0
        self.misses = 0
        self._db = db
        self._masters = masters
        self._clock = clock
        self._access = access
        self._by_scope: dict[str, DataKey] = {}
        self._rows: dict[int, DataKeyRow] = {}
        self._by_id: dict[int, DataKey] = {}
        self._accounts: dict[int, str] = {}
        self._opening: dict[int, asyncio.Task[bytes]] = {}

    async def for_scope(self, scope: str) -> DataKey:
        """See ports.Keyring."""
        if key := self._held(self._by_scope.get(scope)):
            return key
        row = await self._db.read(data_keys.current_key, scope)
        if row is None:
            row = await self._add(await self._wrapped(scope))
        self._by_scope[scope] = await self._unwrapped(row)
        return self._by_scope[scope]

    async def under_key(self, scope: str, kms_key_id: int) -> DataKey:
        """See ports.Keyring."""
        await self._require_enabled(kms_key_id)
        if key := self._held(self._by_scope.get(scope)):
            return key
        row = await self._db.read(data_keys.current_key, scope)
        if row is None:
            material = await self.material(kms_key_id)
            sealed = seal(material, os.urandom(32), scope.encode())
            wrapped = material.key_id.to_bytes(_KEY_ID_BYTES) + sealed
            row = await self._add(NewDataKey(scope, wrapped, kms_key_id=kms_key_id))
        self._by_scope[scope] = await self._unwrapped(row)
        return self._by_scope[scope]

    async def by_id(self, key_id: int) -> DataKey:
        """See ports.Keyring."""
        row = self._rows.get(key_id) or await self._db.read(data_keys.find_key, key_id)
        if row is None or is_material(row.scope):
            raise LookupError(key_id)
        if row.kms_key_id is not None:
            await self._require_enabled(row.kms_key_id)
        return self._held(self._by_id.get(key_id)) or await self._unwrapped(row)

    async def material(self, kms_key_id: int, generation: int | None = None) -> DataKey:
        """See ports.Keyring."""
        key = await self._require_enabled(kms_key_id)
        scope = material_scope(key.key_id)
        if generation is None:
            row = await self._db.read(data_keys.current_key, scope)
        else:
            row = self._rows.get(generation) or await self._db.read(data_keys.find_key, generation)
        if row is None or row.scope != scope:
            raise LookupError(generation)
        return self._held(self._by_id.get(row.key_id)) or await self._unwrapped(row)

    async def new_material(self, key_id: str) -> NewDataKey:
        """Fresh material for a key of KMS, wrapped by the master key: for the transaction that makes or rotates it."""
        return await self._wrapped(material_scope(key_id))

    async def _require_enabled(self, kms_key_id: int) -> KmsKeyRow:
        account = self._accounts.get(kms_key_id)
        version = await self._access.version(account) if account else None
        row: KmsKeyRow | None = self._access.policies.get(("kms key", kms_key_id, version)) if account else None
        if row is None:
            row = await self._db.read(kms_keys.find_row, kms_key_id)
            if row is None:
                raise LookupError(kms_key_id)
            self._accounts[kms_key_id] = row.account
            if version is not None:
                self._access.policies.put(("kms key", kms_key_id, version), row)
        if why := refusal(row.arn, row.state):
            raise KeyUnavailable(*why, advice=remedy(row.state))
        return row

    async def _add(self, new: NewDataKey) -> DataKeyRow:
        with _told_to_the_operator():
            return await self._db.write(data_keys.add_key, new, 0, to_micros(self._clock()))

    async def _wrapped(self, scope: str) -> NewDataKey:
        wrapped = await self._asked(self._masters.wrap, os.urandom(32), scope.encode())
        return NewDataKey(scope, wrapped.wrapped, wrapped.master_key)

    def _held(self, key: DataKey | None) -> DataKey | None:
        self.hits += key is not None
        return key

    async def _unwrapped(self, row: DataKeyRow) -> DataKey:
        self.misses += 1
        key = DataKey(row.key_id, await self._opened(row), row.scope, row.kms_key_id)
        self._rows[row.key_id], self._by_id[row.key_id] = row, key
        return key

    async def _opened(self, row: DataKeyRow) -> bytes:
        if row.kms_key_id is None:
            return await self._opened_once(row)
        material = await self.material(row.kms_key_id, int.from_bytes(row.wrapped[:_KEY_ID_BYTES]))
        try:
            return unseal(material, row.wrapped[_KEY_ID_BYTES:], row.scope.encode())
        except ContentDamaged as error:
            raise KeyUnavailable("The key does not open what it is to have sealed", "IncorrectKeyException") from error

    async def _opened_once(self, row: DataKeyRow) -> bytes:
        """What the master key unwraps; it is asked once by however many wait for the same key."""
        task = self._opening.get(row.key_id)
        if task is None:
            task = self._opening[row.key_id] = asyncio.create_task(self._asked(self._masters.unwrap, row))
            task.add_done_callback(lambda _: self._opening.pop(row.key_id))
        # Shielded, because others wait for the same answer when whoever asked first goes away.
        return await asyncio.shield(task)

    async def _asked(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with _told_to_the_operator():
            return await self._masters.ask(fn, *args, **kwargs)


@contextmanager
def _told_to_the_operator() -> Generator[None]:
    """Logs why a master key cannot be used: paths, and what an outside KMS says of whom, are not for clients."""
    try:
        yield
    except KeyUnavailable as error:
        log.warning("the master key cannot be used", reason=error.message, kms_error=error.kms_error)
        message = "The master key of the registry cannot be used. The cause is in the server's log."
        raise type(error)(message, error.kms_error) from error
