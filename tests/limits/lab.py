"""A deployment in the test's own process whose quotas the test sets, and other processes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from entrepot import app as composition
from entrepot.context import App, RepositoryRef
from entrepot.meta import tables as t
from entrepot.services import image_push
from entrepot.services.access_cache import Lru
from entrepot.services.image_push import Push
from tests.gc.world import REGISTRY, World, flags
from tests.support.images import Image

MIB = 1 << 20


class Lab(World):
    """A world with quotas. `others` are further processes on the same data."""

    def limit(self, **quotas: int) -> None:
        """The quotas that the settings have, from now on, in a process that remembers nothing."""
        self.app = replace(self.app, quotas=quotas, usage=Lru(100))

    @asynccontextmanager
    async def others(self, number: int) -> AsyncIterator[list[App]]:
        """The App of further processes, with the quotas of this one."""
        async with _opened(number, self) as apps:
            yield apps

    async def put_by(self, app: App, name: str, image: Image) -> None:
        """Puts the manifest of an image whose layers are there, by one of several processes."""
        push = Push(image.manifest, image.media_type)
        await image_push.push(app, self.ctx(), RepositoryRef(REGISTRY, name), push, repeat="accept")

    def count(self, table: Any, *where: Any) -> int:
        """Rows of a table."""
        query = select(func.count()).select_from(table).where(*where)
        return self.run(self.app.db.read(lambda c: c.execute(query).scalar_one()))

    def fill(self, name: str, number: int) -> None:
        """Images that somebody else has pushed, without what they are made of."""
        where = (t.repositories.c.name == name,)

        def write(connection: Any) -> None:
            repository = connection.execute(select(t.repositories.c.id).where(*where)).scalar_one()
            row = {"repository_id": repository, "media_type": "m", "manifest_size": 1, "image_size": 1}
            row |= {"annotations": "{}", "pushed_at": 0}
            first = connection.execute(select(func.coalesce(func.max(t.images.c.id), 0))).scalar_one()
            rows = [{**row, "digest": f"sha256:{first + each:064x}"} for each in range(number)]
            connection.execute(insert(t.images), rows)

        self.run(self.app.db.write(write))


@asynccontextmanager
async def _opened(number: int, lab: Lab) -> AsyncIterator[list[App]]:
    """Opens Apps one in another."""
    if not number:
        yield []
        return
    async with composition.opened(lab.settings) as app, _opened(number - 1, lab) as rest:
        yield [replace(app, quotas=lab.app.quotas, clock=lab.clock), *rest]


@contextmanager
def lab(data: Path, engine: str) -> Iterator[Lab]:
    """A lab on a new deployment in the folder `data`."""
    made = Lab(flags(data, engine))
    try:
        yield made
    finally:
        made.close()
