"""A deployment in the test's own process, with a clock that the test turns and a folder that it looks into."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, func, select

from entrepot import app as composition
from entrepot.context import Context, Principal, Registry, RepositoryRef
from entrepot.meta import registry_settings
from entrepot.meta.tables import (
    blob_reviews,
    blobs,
    image_blobs,
    image_children,
    layer_reviews,
    object_deletions,
    reclaimed,
    repositories,
    repository_blobs,
)
from entrepot.meta.times import to_micros
from entrepot.rules.mutability import TagMutability
from entrepot.services import blob_storage, gc, image_push, uploads
from entrepot.services import repositories as repository_services
from entrepot.services.image_push import Push
from entrepot.settings_sources import from_flags
from tests.support.images import Image, digest_of
from tests.support.postgres import cluster
from tests.support.stored import is_stored

ACCOUNT = "123456789012"
REGISTRY = Registry(ACCOUNT, "us-east-1")
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, "AKIAEXAMPLE")
DELAY = timedelta(hours=6)
ENGINES = ("sqlite", "postgres")
Result = TypeVar("Result")


def flags(data: Path, engine: str) -> dict[str, str]:
    """The settings of a deployment in a folder, with a database of its own where that is on PostgreSQL."""
    return {"data": str(data)} | ({"database": cluster().fresh()} if engine == "postgres" else {})


async def body(data: bytes) -> AsyncIterator[bytes]:
    """A body that comes at once."""
    yield data


class World:
    """Services as tests call them: each method is one request, or one step of the garbage collection."""

    def __init__(self, given: dict[str, str], delay: timedelta = DELAY) -> None:
        self.flags = json.dumps(given)
        self.settings, _ = from_flags(given, {})
        composition.prepare(self.settings)
        self.folder = self.settings.data / "blobs"
        self.turned = timedelta()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        app = self.run(self._stack.enter_async_context(composition.opened(self.settings)))
        self.app = replace(app, clock=self.clock, gc_delay=delay)
        self.run(self.app.db.write(registry_settings.put_setting, REGISTRY, "BLOB_MOUNTING", "ENABLED"))

    def close(self) -> None:
        self.run(self._stack.aclose())
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(work)

    def clock(self) -> datetime:
        return composition.utc_now() + self.turned

    def now(self) -> int:
        return to_micros(self.clock())

    def ctx(self) -> Context:
        return Context(ROOT, REGISTRY, "request", self.clock())

    def create(self, name: str) -> None:
        repo = RepositoryRef(REGISTRY, name)
        self.run(repository_services.create(self.app, self.ctx(), repo, TagMutability("MUTABLE"), []))

    def upload(self, name: str, data: bytes) -> str:
        digest = digest_of(data)
        self.run(uploads.put_whole(self.app, self.ctx(), RepositoryRef(REGISTRY, name), digest, body(data)))
        return digest

    def put(self, name: str, image: Image, *tags: str) -> str:
        """The manifest alone."""
        push = Push(image.manifest, image.media_type, tags)
        repo = RepositoryRef(REGISTRY, name)
        return self.run(image_push.push(self.app, self.ctx(), repo, push, repeat="accept")).digest

    def push(self, name: str, image: Image, *tags: str) -> str:
        """Children, layers, then the manifest."""
        for child in image.children:
            self.push(name, child)
        for data in image.blobs:
            self.upload(name, data)
        return self.put(name, image, *tags)

    def collect(self) -> gc.Collected:
        return self.run(gc.collect(self.app))

    def collect_everything(self) -> None:
        """Rounds until nothing is due any more, however far the clock has to be turned."""
        for _ in range(4):
            self.turned += 3 * self.app.gc_delay + timedelta(hours=2)
            self.collect()

    def files(self) -> set[str]:
        """Names of everything in the store."""
        return {path.name for path in self.folder.rglob("*") if is_stored(path)}

    def file(self, digest: str) -> Path:
        """Where the bytes of a layer are."""
        query = select(blobs.c.object_id).where(blobs.c.digest == digest)
        name: str = self.run(self.app.db.read(lambda c: c.execute(query).scalar_one()))
        return self.folder / name[0] / name[1] / name

    def referenced(self) -> set[str]:
        """Objects of the layers that images name."""
        held = (repository_blobs.c.repository_id == image_blobs.c.repository_id) & (
            repository_blobs.c.digest == image_blobs.c.digest
        )
        query = (
            select(blobs.c.object_id)
            .join(repository_blobs, repository_blobs.c.blob_id == blobs.c.id)
            .join(image_blobs, held)
        )
        return set(self.run(self.app.db.read(lambda c: c.execute(query).scalars().all())))

    def waiting(self) -> int:
        """Rows in the queues."""

        def count(connection: Connection) -> int:
            tables = (layer_reviews, blob_reviews, object_deletions)
            return sum(connection.execute(select(func.count()).select_from(t)).scalar_one() for t in tables)

        return self.run(self.app.db.read(count))

    def content(self, name: str, digest: str) -> bytes:
        """The bytes of a layer that an image of the repository names, straight from the store."""

        async def read() -> bytes:
            row = await self.app.db.read(lambda c: find(c, name, digest))
            stored = await blob_storage.stored(self.app, row)
            return b"".join([piece async for piece in self.app.blobs.read(stored, 0, stored.size)])

        return self.run(read())

    def wipe(self) -> None:
        """Back to an empty deployment."""

        def empty(connection: Connection) -> None:
            for table in (image_children, blob_reviews, object_deletions, reclaimed, repositories, blobs):
                connection.execute(delete(table))

        self.run(self.app.db.write(empty))
        for path in self.folder.rglob("*"):
            if path.is_file():
                path.unlink()
        self.turned = timedelta()


def find(connection: Connection, name: str, digest: str) -> Any:
    """The row of a layer, found by the hold of its repository."""
    query = (
        select(blobs)
        .join(repository_blobs, repository_blobs.c.blob_id == blobs.c.id)
        .join(repositories, repositories.c.id == repository_blobs.c.repository_id)
        .where(repositories.c.name == name, repository_blobs.c.digest == digest)
    )
    return connection.execute(query).one()


@contextmanager
def world(data: Path, engine: str, delay: timedelta = DELAY) -> Iterator[World]:
    """A world on a new deployment in the folder `data`."""
    made = World(flags(data, engine), delay)
    try:
        yield made
    finally:
        made.close()
