"""Calls that wrap and unwrap data keys."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from entrepot.errors import KeyUnavailable
from entrepot.observing.metrics import Metrics
from entrepot.observing.tracing import CURRENT
from entrepot.ports import KeyProvider

R = TypeVar("R")


def observed_provider(inner: KeyProvider, name: str, metrics: Metrics) -> KeyProvider:
    """The key provider with its calls observed, called `name` in metrics."""
    return cast("KeyProvider", _Provider(inner, name, metrics))


class _Provider:
    """See ports.KeyProvider: what is not here is the inner one's own. Called from threads too."""

    def __init__(self, inner: KeyProvider, name: str, metrics: Metrics) -> None:
        self._inner = inner
        self._name = name
        self._metrics = metrics

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as the inner one has it
        return getattr(self._inner, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Provider) and self._inner == other._inner

    def __hash__(self) -> int:
        return hash(self._inner)

    def wrap(self, key: bytes, context: bytes) -> Any:  # noqa: ANN401 - as the inner one has it
        return self._seen("wrap", self._inner.wrap, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
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
