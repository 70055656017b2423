"""Processes that stand still, or lose their connection, between storing bytes and the row that names them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from entrepot import app as composition
from entrepot.context import App, RepositoryRef
from entrepot.errors import StorageUnavailable, UploadNotFound
from entrepot.meta import blob_moves as move_rows
from entrepot.meta.blobs import BlobRow
from entrepot.meta.tables import blobs, object_deletions, uploads
from entrepot.services import blob_moves, blob_storage, gc, sweeping
from entrepot.services import uploads as upload_services
from tests.gc.world import REGISTRY, World, body
from tests.support.images import digest_of

DATA = b"a layer" * 1000
Doing = Callable[[], Awaitable[object]]


class Halting:
    """A database that does something before, or raises something after, the write of a given function."""

    def __init__(self, db: Any, name: str, *, before: Doing | None = None, after: BaseException | None = None) -> None:
        self.read, self._db, self._name = db.read, db, name
        self._before, self._after = before, after

    async def write(self, fn: Any, *args: Any) -> Any:
        here = fn.__name__ == self._name
        if here and self._before:
            await self._before()
        done = await self._db.write(fn, *args)
        if here and self._after:
            raise self._after
        return done


def later(app: App, hours: int) -> App:
    """Another node, some time afterwards."""
    now = app.clock() + timedelta(hours=hours)
    return replace(app, clock=lambda: now)


async def swept(app: App) -> None:
    """All that periodic work takes away."""
    await gc.collect(app)
    await sweeping.sweep(app)


def put(here: World, app: App) -> None:
    repo = RepositoryRef(REGISTRY, "one")
    here.run(upload_services.put_whole(app, here.ctx(), repo, digest_of(DATA), body(DATA)))


def test_a_sweep_between_a_layer_and_its_row_takes_nothing(here: World) -> None:
    put(here, replace(here.app, db=Halting(here.app.db, "adopt_txn", before=lambda: swept(later(here.app, 3)))))
    assert here.content("one", digest_of(DATA)) == DATA


def test_a_layer_that_was_given_up_as_an_upload_is_not_acknowledged(here: World) -> None:
    app = replace(here.app, db=Halting(here.app.db, "adopt_txn", before=lambda: swept(later(here.app, 30))))
    with pytest.raises(UploadNotFound):
        put(here, app)
    assert here.files() == set()


def test_a_layer_that_fails_leaves_nothing(here: World) -> None:
    repo = RepositoryRef(REGISTRY, "one")
    with pytest.raises(Exception, match="digest"):
        here.run(upload_services.put_whole(here.app, here.ctx(), repo, digest_of(b""), body(DATA)))
    assert here.files() == set()
    assert not here.run(here.app.db.read(lambda c: c.execute(select(uploads.c.id)).all()))


def test_an_upload_that_was_moved_on_is_not_ended(here: World) -> None:
    app, repo = here.app, RepositoryRef(REGISTRY, "one")
    upload = here.run(upload_services.start(app, here.ctx(), repo))
    here.run(upload_services.append(app, here.ctx(), repo, upload, body(DATA)))

    async def move_on() -> None:
        await app.db.write(lambda c: c.execute(uploads.update().values(received=uploads.c.received + 1)))

    halting = replace(app, db=Halting(app.db, "adopt_txn", before=move_on))
    with pytest.raises(UploadNotFound):
        here.run(upload_services.complete(halting, here.ctx(), repo, upload, [digest_of(DATA)]))
    assert here.run(app.db.read(lambda c: c.execute(select(blobs.c.id)).all())) == []


def moving(here: World, target: Path, work: Callable[[App], Awaitable[None]]) -> None:
    """Does something with an app whose new layers go to another folder."""

    async def run() -> None:
        async with composition.opened(replace(here.settings, blobs=target)) as app:
            await work(replace(app, clock=here.clock))

    here.run(run())


def untold(done: blob_moves.Moves) -> None:
    """Nobody listens."""
    del done


async def content(app: App) -> bytes:
    columns = [blobs.c[name] for name in BlobRow.__slots__]
    row = BlobRow(*await app.db.read(lambda c: c.execute(select(*columns)).one()))
    stored = await blob_storage.stored(app, row)
    return b"".join([piece async for piece in app.blobs.read(stored, 0, stored.size)])


@pytest.mark.parametrize("lost", [StorageUnavailable(), asyncio.CancelledError()])
def test_a_move_whose_end_nobody_heard_of_loses_nothing(here: World, tmp_path: Path, lost: BaseException) -> None:
    put(here, here.app)

    async def work(app: App) -> None:
        halting = replace(app, db=Halting(app.db, move_rows.move_blob.__name__, after=lost))
        with suppress(type(lost)):
            await blob_moves.move_all(halting, untold)
        await swept(later(app, 3))
        assert await content(app) == DATA

    moving(here, tmp_path / "third", work)
    assert here.files() == set()
    assert here.waiting() == 1  # the layer, which no image needs


def test_a_move_that_takes_too_long_is_not_made(here: World, tmp_path: Path) -> None:
    put(here, here.app)
    third = tmp_path / "third"

    async def work(app: App) -> None:
        sleeping = Halting(app.db, move_rows.move_blob.__name__, before=lambda: swept(later(app, 3)))
        done = await blob_moves.move_all(replace(app, db=sleeping), untold)
        assert done.blobs == 0
        assert await content(app) == DATA
        assert len(here.files()) == 1

    moving(here, third, work)
    assert not [path for path in third.rglob("*") if path.is_file()]


def test_a_copy_that_failed_goes_with_the_next_round(here: World, tmp_path: Path) -> None:
    put(here, here.app)
    file = here.file(digest_of(DATA))
    file.chmod(0o600)
    file.write_bytes(b"x" * file.stat().st_size)

    async def work(app: App) -> None:
        done = await blob_moves.move_all(app, untold)
        assert done.damaged == [digest_of(DATA)]
        await gc.collect(later(app, 0))
        assert await app.db.read(lambda c: c.execute(select(object_deletions)).all()) == []

    moving(here, tmp_path / "third", work)
