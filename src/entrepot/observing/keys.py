"""Calls that wrap and unwrap data keys, and how many of them memory saves."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from entrepot.errors import KeyUnavailable
from entrepot.observing.metrics import Metrics
from entrepot.observing.tracing import CURRENT
from entrepot.ports import DataKey, KeyProvider, Keyring

R = TypeVar("R")

_ASKED: ContextVar[list[bool] | None] = ContextVar("entrepot_master_key_asked", default=None)


def observed_provider(inner: KeyProvider, name: str, metrics: Metrics) -> KeyProvider:
    """The key provider with its calls observed, called `name` in metrics."""
    return cast("KeyProvider", _Provider(inner, name, metrics))


def observed_keyring(inner: Keyring, metrics: Metrics) -> Keyring:
    """The keyring with its lookups counted; those that no call of an observed key provider took are hits."""
    observed = _Keyring(inner)
    metrics.watch("data_keys", observed)
    return cast("Keyring", observed)


class _Provider:
    """See ports.KeyProvider: what is not here is the inner one's own. Called from threads too."""

    def __init__(self, inner: KeyProvider, name: str, metrics: Metrics) -> None:
        self._inner = inner
        self._name = name
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the inner one has it
        return getattr(self._inner, name)

    def wrap(self, key: bytes, context: bytes) -> Any:  # noqa: ANN401 - as the inner one has it
        return self._seen("wrap", self._inner.wrap, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        if (asked := _ASKED.get()) is not None:
            asked.append(True)
        return self._seen("unwrap", self._inner.unwrap, wrapped, context)

    def _seen(self, operation: str, call: Callable[[bytes, bytes], R], given: bytes, context: bytes) -> R:
        parent = CURRENT.get()
        span = parent and parent.child(f"key {operation}", "client", {"entrepot.key_provider": self._name})
        began, failure = time.perf_counter(), ""
        try:
            return call(given, context)
        except KeyUnavailable as error:
            failure = error.kms_error
            self._metrics.key_failures(self._name, operation, failure).inc()
            raise
        finally:
            self._metrics.key_seconds(self._name, operation).observe(time.perf_counter() - began)
            if span:
                span.end(failure)


class _Keyring:
    """See ports.Keyring: what is not here is the inner one's own."""

    def __init__(self, inner: Keyring) -> None:
        self._inner = inner
        self.hits = 0
        self.misses = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the inner one has it
        return getattr(self._inner, name)

    async def for_scope(self, scope: str) -> DataKey:
        return await self._seen(self._inner.for_scope(scope))

    async def under_key(self, scope: str, kms_key_id: int) -> DataKey:
        return await self._seen(self._inner.under_key(scope, kms_key_id))

    async def by_id(self, key_id: int) -> DataKey:
        return await self._seen(self._inner.by_id(key_id))

    async def _seen(self, lookup: Awaitable[DataKey]) -> DataKey:
        asked: list[bool] = []
        token = _ASKED.set(asked)
        try:
            return await lookup
        finally:
            _ASKED.reset(token)
            self.hits, self.misses = self.hits + (not asked), self.misses + bool(asked)
