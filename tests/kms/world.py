"""A deployment in the test's own process, with a clock that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import update

from entrepot import app as composition
from entrepot.context import App, Context, Principal, Registry, RepositoryRef
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.tables import repositories
from entrepot.rules.mutability import TagMutability
from entrepot.services import repositories as repository_services
from entrepot.services.kms import crypto, keys
from entrepot.services.kms.crypto import With
from entrepot.services.kms.keys import KeyRequest
from entrepot.settings_sources import from_flags
from tests.gc.world import flags

ACCOUNT = "123456789012"
PLACE = Registry(ACCOUNT, "us-east-1")
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, "AKIAEXAMPLE")
Result = TypeVar("Result")


class World:
    """Services of KMS as tests call them. There are two processes' worth of them on the same data."""

    def __init__(self, given: dict[str, str]) -> None:
        self.settings, _ = from_flags(given, {})
        composition.prepare(self.settings)
        self.turned = timedelta()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.app, self.other = self._open(), self._open()

    def _open(self) -> App:
        app = self.run(self._stack.enter_async_context(composition.opened(self.settings)))
        return replace(app, clock=self.clock)

    def close(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(work)

    def clock(self) -> datetime:
        return composition.utc_now() + self.turned

    def ctx(self, principal: Principal = ROOT, place: Registry = PLACE) -> Context:
        return Context(principal, place, "request", self.clock())

    def create(self, **given: Any) -> KmsKeyRow:
        req = KeyRequest(**{"policy": None, "description": "", "tags": (), "bypass": False, **given})
        return self.run(keys.create(self.app, self.ctx(), req)).row

    def encrypt(self, key: str, plain: bytes) -> bytes:
        return self.run(crypto.encrypt(self.app, self.ctx(), plain, With(key))).blob

    def decrypt(self, blob: bytes, app: App | None = None) -> bytes:
        return self.run(crypto.decrypt(app or self.app, self.ctx(), blob, With(None))).plain

    def repository(self, name: str, row: KmsKeyRow) -> None:
        """A repository that says it is encrypted with a key."""
        repo = RepositoryRef(PLACE, name)
        self.run(repository_services.create(self.app, self.ctx(), repo, TagMutability("MUTABLE"), []))
        change = update(repositories).where(repositories.c.name == name).values(kms_key_id=row.id)
        self.run(self.app.db.write(lambda c: c.execute(change) and None))


@contextmanager
def world(data: Path, engine: str) -> Iterator[World]:
    """A world on a new deployment in the folder `data`."""
    made = World(flags(data, engine))
    try:
        yield made
    finally:
        made.close()
