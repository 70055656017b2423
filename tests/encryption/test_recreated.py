"""A repository that is deleted and made anew, with another key, in the middle of a push."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.context import App, Context, RepositoryRef
from entrepot.meta.repositories import RepositoryRow
from entrepot.rules.mutability import TagMutability
from entrepot.services import content_keys, image_push, images, repositories, uploads
from entrepot.services.encryption import WantedEncryption
from entrepot.services.image_ids import ImageId
from entrepot.services.image_push import Push
from tests.gc.world import REGISTRY, World, body, flags
from tests.support.images import digest_of

REPO = RepositoryRef(REGISTRY, "app")
ENCRYPTIONS = [WantedEncryption(), WantedEncryption("KMS"), WantedEncryption("KMS_DSSE")]
Hook = Callable[[WantedEncryption], None]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(flags(tmp_path / "data", "sqlite"))
    yield made
    made.close()


async def make(app: App, ctx: Context, wanted: WantedEncryption) -> None:
    await repositories.create(app, ctx, REPO, TagMutability("MUTABLE"), [], wanted)


@pytest.fixture
def recreate(world: World, monkeypatch: pytest.MonkeyPatch) -> Hook:
    """Lets the repository be made anew with another encryption just after a push has been given its key, once."""
    original = content_keys.of_repository

    def arm(wanted: WantedEncryption) -> None:
        left = [wanted]

        async def of_repository(app: App, repository: RepositoryRow) -> content_keys.ContentKey:
            key = await original(app, repository)
            if left:
                await repositories.delete(app, world.ctx(), REPO, force=True)
                await make(app, world.ctx(), left.pop())
            return key

        monkeypatch.setattr(content_keys, "of_repository", of_repository)

    return arm


def rows(world: World, statement: str) -> list[Any]:
    return world.run(world.app.db.read(lambda c: list(c.exec_driver_sql(statement))))


@pytest.mark.parametrize("after", ENCRYPTIONS, ids=lambda each: each.type)
@pytest.mark.parametrize("before", ENCRYPTIONS, ids=lambda each: each.type)
def test_an_upload_is_sealed_by_the_key_of_the_new_one(
    world: World, recreate: Hook, before: WantedEncryption, after: WantedEncryption
) -> None:
    world.run(make(world.app, world.ctx(), before))
    recreate(after)
    upload = world.run(uploads.start(world.app, world.ctx(), REPO))
    repository = world.run(world.app.db.read(repositories.require, REPO))
    assert repository.encryption.type == after.type
    ((scope, form),) = rows(world, "SELECT k.scope, u.format FROM uploads u JOIN data_keys k ON k.id = u.data_key_id")
    assert ("/kms/" in scope, "/kms-dsse/" in scope) == (after.type == "KMS", after.type == "KMS_DSSE")
    assert form == ("dsse" if after.type == "KMS_DSSE" else "sealed")
    data = b"content"
    world.run(uploads.complete(world.app, world.ctx(), REPO, upload, [digest_of(data)], body(data)))


@pytest.mark.parametrize("after", ENCRYPTIONS, ids=lambda each: each.type)
@pytest.mark.parametrize("before", ENCRYPTIONS[1:], ids=lambda each: each.type)
def test_a_manifest_is_sealed_by_the_key_of_the_new_one(
    world: World, recreate: Hook, before: WantedEncryption, after: WantedEncryption
) -> None:
    world.run(make(world.app, world.ctx(), before))
    artifact = b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    recreate(after)
    push = Push(artifact, None, ("v1",))
    world.run(image_push.push(world.app, world.ctx(), REPO, push, repeat="accept"))
    found = rows(world, "SELECT m.payload, k.scope FROM manifests m LEFT JOIN data_keys k ON k.id = m.data_key_id")
    ((payload, scope),) = found
    if after.type == "AES256":
        assert (bytes(payload), scope) == (artifact, None)
    else:
        assert ("/kms/" in scope, "/kms-dsse/" in scope) == (after.type == "KMS", after.type == "KMS_DSSE")
        assert artifact[:20] not in bytes(payload)
    pulled = world.run(images.pull(world.app, world.ctx(), REPO, ImageId(tag="v1")))
    assert pulled.payload == artifact


def test_plain_repositories_are_pushed_to_in_one_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keys cost is paid by those who have them: not a read more, and no key asked for."""
    counts: dict[str, int] = {}
    for wanted in ENCRYPTIONS:
        world.wipe()
        world.run(make(world.app, world.ctx(), wanted))
        calls: list[str] = []
        with monkeypatch.context() as patch:
            for name in ("read", "write"):
                patch.setattr(world.app.db, name, counted(getattr(world.app.db, name), calls, name))
            push = Push(b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}')
            world.run(image_push.push(world.app, world.ctx(), REPO, push, repeat="accept"))
        counts[wanted.type] = calls.count("write")
    assert counts["AES256"] == 1


def counted(method: Any, calls: list[str], name: str) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        return await method(*args, **kwargs)

    return call
