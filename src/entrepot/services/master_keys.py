"""The master keys of one process: the current one, which wraps, and former ones, which still unwrap."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from entrepot.errors import KeyUnavailable, KeyUnreachable
from entrepot.meta.data_keys import DataKeyRow
from entrepot.meta.master_keys import Use
from entrepot.ports import KeyProvider, Wrapped

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4
"""That wait for a service which keeps the master key; apart from all others, so that nothing else waits with them."""

NOT_KNOWN = "IncorrectKeyException"
"""KMS's code for data that another key wraps."""

_WRONG = frozenset({NOT_KNOWN, "InvalidCiphertextException"})
_PROBE = b"probe"


class MasterKeys:
    """All master keys that the settings name. For any number of threads.

    `read` reads them anew, the current one first. It is called before anything is wrapped, and when something is to be
    unwrapped by a key that is not known: so a file that was changed is noticed when that matters. What was known once
    goes on unwrapping as long as the process lives, because a row may have been read before it was wrapped anew.
    """

    def __init__(self, read: Callable[[], Sequence[KeyProvider]]) -> None:
        """Raises KeyUnavailable where one of them is not there or is no key. Services are not asked yet."""
        self._read = read
        self._known = list(read())
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="master-keys")

    @property
    def known(self) -> Sequence[KeyProvider]:
        """The current one, then the others."""
        return tuple(self._known)

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        """Wraps with the current one, as it is now."""
        return self._renewed()[0].wrap(key, context)

    def unwrap(self, row: DataKeyRow) -> bytes:
        """The material of a data key. Raises KeyUnavailable where none of them wrapped it, saying what to do."""
        context, unreachable = row.scope.encode(), None
        for provider in self._candidates(row.master_key):
            try:
                return provider.unwrap(row.wrapped, context)
            except KeyUnreachable as error:
                unreachable = error
            except KeyUnavailable as error:
                if error.kms_error not in _WRONG:
                    raise
        raise unreachable or self._missing(row.master_key)

    def current(self) -> str:
        """The name of the current one, which wraps and unwraps a probe for it. Raises KeyUnavailable."""
        probe = os.urandom(32)
        wrapped, name = self.wrap(probe, _PROBE)
        if self.unwrap(DataKeyRow(0, _PROBE.decode(), wrapped, name)) != probe:
            raise KeyUnavailable(f"The master key {name} does not unwrap what it wraps", "KMSInternalException")
        return name

    def try_on(self, used: Iterable[Use], retired: frozenset[str] = frozenset()) -> None:
        """Raises KeyUnavailable where a master key that wraps something is not among them, or the current cannot wrap.

        Or where the current one is among the `retired`.
        """
        for use in used:
            self.unwrap(use.sample)
        if (name := self.current()) in retired:
            raise KeyUnavailable(
                f"The master key {name} in {self._known[0].source} was rotated away and forgotten by this deployment. "
                "Restore the one that came after it, or name that one first.",
                "KMSInvalidStateException",
            )

    async def ask(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls a function of this object in a thread: whoever keeps a master key may take long to answer."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: fn(*args, **kwargs))

    def close(self) -> None:
        """Ends the threads, without waiting for a service."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _candidates(self, name: str) -> list[KeyProvider]:
        found = [each for each in self._known if each.may_open(name)]
        return found or [each for each in self._renewed() if each.may_open(name)]

    def _renewed(self) -> list[KeyProvider]:
        fresh = list(self._read())
        with self._lock:
            self._known = [*fresh, *(each for each in self._known if each not in fresh)]
            return self._known

    def _missing(self, name: str) -> KeyUnavailable:
        there = ", ".join(f"{each.name or 'a key'} in {each.source}" for each in self._known)
        if not name:
            return KeyUnavailable(
                f"The master key is not the one that sealed this data. Restore the one that did: the settings "
                f"master_key and master_key_former have {there}.",
                NOT_KNOWN,
            )
        remedy = f"Name it in master_key_former as kms:{name}." if name.startswith("arn:") else "Restore it."
        return KeyUnavailable(
            f"The master key is not the one that sealed this data, which is {name}, and the settings master_key and "
            f"master_key_former have {there}. {remedy}",
            NOT_KNOWN,
        )
