"""The moments within the completion of an upload: between its bytes, its blob, and the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot import app as composition
from entrepot.context import App, Context, Principal, Registry, RepositoryRef
from entrepot.errors import LayerNotFound, UploadNotFound
from entrepot.ports import StagedBlob, StoredBlob
from entrepot.rules.mutability import TagMutability
from entrepot.services import layers, repositories, uploads
from entrepot.services.sweeping import sweep
from entrepot.settings import Settings
from entrepot.settings_sources import from_flags
from tests.support.images import digest_of, random_bytes
from tests.support.stored import Stored

ACCOUNT = "123456789012"
REGISTRY = Registry(ACCOUNT, "us-east-1")
REPO = RepositoryRef(REGISTRY, "completion")
ROOT = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, "AKIAEXAMPLE")
MEBIBYTE = 1 << 20
SIZES = [0, 5, MEBIBYTE, MEBIBYTE + 5]


class KilledError(BaseException):
    """What stands for the end of the process: nothing that is caught."""


@dataclass(frozen=True, slots=True)
class AfterCommit:
    """A BlobStore with something that happens as soon as the bytes of an upload are durable."""

    store: Any
    happens: Callable[[], Awaitable[object]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def commit(self, staged: StagedBlob) -> StoredBlob:
        blob = await self.store.commit(staged)
        await self.happens()
        return blob


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found, _ = from_flags({"data": str(tmp_path / "data")}, {})
    composition.prepare(found)
    asyncio.run(with_app(found, lambda app: repositories.create(app, now(app), REPO, TagMutability("MUTABLE"), [])))
    return found


async def with_app(settings: Settings, act: Callable[[App], Awaitable[object]]) -> None:
    """Does something in a process of its own, as far as the stores can tell."""
    async with composition.opened(settings) as app:
        await act(app)


def now(app: App) -> Context:
    return Context(ROOT, REGISTRY, "request", app.clock())


async def body(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def killed() -> None:
    raise KilledError


@pytest.mark.parametrize("with_body", [True, False], ids=["with the last bytes", "without bytes"])
@pytest.mark.parametrize("size", SIZES)
def test_a_kill_between_bytes_and_blob(settings: Settings, size: int, with_body: bool) -> None:  # noqa: FBT001
    """The upload is there, with all its bytes, and is completed by whoever asks again."""
    first, last = random_bytes(size, "first"), random_bytes(700_000, "last")
    content, ids = first + last, list[str]()

    async def die(app: App) -> None:
        ids.append(await uploads.start(app, now(app), REPO))
        await uploads.append(app, now(app), REPO, ids[0], body(first))
        if not with_body:
            await uploads.append(app, now(app), REPO, ids[0], body(last))
        doomed = replace(app, blobs=AfterCommit(app.blobs, killed))
        end = body(last) if with_body else None
        with pytest.raises(KilledError):
            await uploads.complete(doomed, now(app), REPO, ids[0], [digest_of(content)], end)

    async def repeat(app: App) -> None:
        assert await uploads.received(app, now(app), REPO, ids[0]) == len(content)
        await uploads.complete(app, now(app), REPO, ids[0], [digest_of(content)])
        row = await layers.find(app, now(app), REPO, digest_of(content), "ecr:GetDownloadUrlForLayer")
        assert b"".join([chunk async for chunk in await layers.read(app, row, 0, row.size)]) == content

    asyncio.run(with_app(settings, die))
    asyncio.run(with_app(settings, repeat))
    assert Stored(settings.data).objects().keys() == Stored(settings.data).blob_objects()


def test_an_upload_that_is_swept_while_it_is_completed_is_no_blob(settings: Settings) -> None:
    """Else there would be a blob whose bytes the sweep has taken."""
    content = random_bytes(MEBIBYTE + 1, "swept")

    async def case(app: App) -> None:
        later = replace(app, clock=lambda: composition.utc_now() + timedelta(days=2))
        swept = replace(app, blobs=AfterCommit(app.blobs, lambda: sweep(later)))
        upload_id = await uploads.start(app, now(app), REPO)
        with pytest.raises(UploadNotFound):
            await uploads.complete(swept, now(app), REPO, upload_id, [digest_of(content)], body(content))
        with pytest.raises(LayerNotFound):
            await layers.find(app, now(app), REPO, digest_of(content), "ecr:GetDownloadUrlForLayer")

    asyncio.run(with_app(settings, case))
    stored = Stored(settings.data)
    assert (stored.blob_objects(), stored.upload_objects(), stored.objects()) == (set(), set(), {})
