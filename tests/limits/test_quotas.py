"""What counts against which quota, on both engines: exactly so much, and what is refused leaves nothing behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from entrepot.context import Registry, RepositoryRef
from entrepot.errors import QuotaExceeded
from entrepot.meta import tables as t
from entrepot.rules.mutability import TagMutability
from entrepot.services import image_deletion, layers, repositories, uploads
from entrepot.services.image_ids import ImageId
from tests.gc.world import REGISTRY, body
from tests.limits.lab import MIB, Lab
from tests.support.images import Image, digest_of, make_image, random_bytes

LAYER = b"the layer of all of them"


def variants(number: int) -> list[Image]:
    """Images that differ in their manifest only."""
    return [make_image([LAYER], annotations={"variant": str(each)}) for each in range(number)]


def layer(mebibytes: int, seed: object) -> bytes:
    return random_bytes(mebibytes * MIB, seed)


def upload_in_parts(here: Lab, name: str, data: bytes, parts: int) -> str:
    """Opens an upload and appends; returns its id."""
    repo, ctx = RepositoryRef(REGISTRY, name), here.ctx()
    upload_id = here.run(uploads.start(here.app, ctx, repo))
    size = len(data) // parts
    for first in range(0, len(data), size):
        here.run(uploads.append(here.app, ctx, repo, upload_id, body(data[first : first + size])))
    return upload_id


def complete(here: Lab, name: str, upload_id: str, data: bytes) -> None:
    repo = RepositoryRef(REGISTRY, name)
    here.run(uploads.complete(here.app, here.ctx(), repo, upload_id, [digest_of(data)]))


def refused(call: Any, *given: Any) -> QuotaExceeded:
    with pytest.raises(QuotaExceeded) as caught:
        call(*given)
    return caught.value


def test_images_of_a_repository(here: Lab) -> None:
    here.limit(images_per_repository=2)
    images = variants(3)
    for image in images[:2]:
        here.push("one", image, "tag")
    error = refused(here.push, "one", images[2])
    assert (error.quota, error.value, error.used) == ("images_per_repository", 2, 2)
    assert "'one'" in error.message
    here.push("one", images[0], "another")  # which is there already
    here.push("two", images[2])
    here.limit(images_per_repository=3)
    here.push("one", images[2])
    assert here.count(t.images) == 4


def test_images_of_a_registry(here: Lab) -> None:
    here.limit(images_per_registry=2)
    images = variants(3)
    here.push("one", images[0])
    here.push("two", images[0])
    error = refused(here.push, "one", images[1])
    assert (error.quota, error.value, error.used) == ("images_per_registry", 2, 2)
    assert "'one'" not in error.message


def test_repositories_of_a_registry(here: Lab) -> None:
    here.limit(repositories=3)
    here.create("three")
    error = refused(here.create, "four")
    assert (error.quota, error.value, error.used) == ("repositories", 3, 3)
    assert here.count(t.repositories) == 3


def test_a_layer_counts_once_for_each_repository_and_once_for_the_registry(here: Lab) -> None:
    here.limit(repository_bytes=5 * MIB, registry_bytes=8 * MIB)
    here.upload("one", layer(3, "a"))
    here.upload("two", layer(3, "a"))  # the registry holds it already
    here.upload("one", layer(1, "b"))
    here.upload("two", layer(2, "c"))
    assert here.count(t.blobs) == 3
    error = refused(here.upload, "two", layer(1, "d"))
    assert (error.quota, error.used) == ("repository_bytes", 5 * MIB)
    here.limit(registry_bytes=6 * MIB)
    assert refused(here.upload, "one", layer(1, "d")).quota == "registry_bytes"
    assert here.count(t.blobs) == 3


def test_a_layer_that_is_held_needs_no_room(here: Lab) -> None:
    """Known at its completion only: to begin with it is refused where nothing more fits."""
    a, b = layer(1, "a"), layer(2, "b")
    here.upload("one", a)
    here.upload("one", b)
    first = upload_in_parts(here, "one", a, 1)
    second = upload_in_parts(here, "two", b, 2)
    here.limit(repository_bytes=2 * MIB, registry_bytes=2 * MIB)  # less than there is
    complete(here, "one", first, a)
    complete(here, "two", second, b)
    assert refused(upload_in_parts, here, "one", a, 1).quota in {"repository_bytes", "registry_bytes"}


def test_an_upload_to_a_full_repository_is_refused_as_it_begins(here: Lab) -> None:
    here.limit(repository_bytes=2 * MIB)
    here.upload("one", layer(2, "a"))
    error = refused(upload_in_parts, here, "one", layer(1, "b"), 1)
    assert (error.value, error.used) == (2 * MIB, 2 * MIB)
    assert here.count(t.uploads) == 0
    upload_in_parts(here, "two", layer(1, "b"), 1)


def test_an_upload_that_grows_too_long_ends_with_its_bytes(here: Lab) -> None:
    here.limit(repository_bytes=4 * MIB)
    here.upload("one", layer(1, "a"))
    before = here.files()
    error = refused(upload_in_parts, here, "one", layer(6, "b"), 6)
    assert (error.quota, error.value) == ("repository_bytes", 4 * MIB)
    assert here.count(t.uploads) == 0
    assert here.files() == before
    assert here.upload("one", layer(3, "c")) == digest_of(layer(3, "c"))


def test_an_announced_length_is_refused_before_a_byte_is_read(here: Lab) -> None:
    here.limit(registry_bytes=4 * MIB)
    repo, ctx = RepositoryRef(REGISTRY, "one"), here.ctx()
    upload_id = here.run(uploads.start(here.app, ctx, repo))
    error = refused(here.run, uploads.append(here.app, ctx, repo, upload_id, unreadable(), length=5 * MIB))
    assert (error.quota, error.used) == ("registry_bytes", 0)
    assert f"{5 * MIB} bytes" in error.message


async def unreadable() -> AsyncIterator[bytes]:
    for _ in range(1):
        pytest.fail("a byte was read")
    yield b""


def test_what_is_under_way_counts_while_it_is(here: Lab) -> None:
    here.limit(registry_bytes=4 * MIB)
    first = upload_in_parts(here, "one", layer(3, "a"), 1)
    assert refused(upload_in_parts, here, "two", layer(2, "b"), 2).quota == "registry_bytes"
    complete(here, "one", first, layer(3, "a"))
    assert here.upload("two", layer(1, "c"))


def test_an_upload_that_does_not_fit_at_its_completion_goes_and_takes_nothing_with_it(here: Lab) -> None:
    first = upload_in_parts(here, "one", layer(2, "a"), 2)
    held = here.upload("one", layer(1, "b"))
    here.limit(repository_bytes=2 * MIB)
    before = here.files()
    assert refused(complete, here, "one", first, layer(2, "a")).quota == "repository_bytes"
    assert here.count(t.uploads) == 0
    assert len(before - here.files()) == 1
    assert here.content("one", held) == layer(1, "b")


def test_a_layer_in_one_request(here: Lab) -> None:
    here.limit(repository_bytes=2 * MIB)
    assert refused(here.upload, "one", layer(3, "a")).quota == "repository_bytes"
    assert here.files() == set()
    assert here.count(t.uploads) == 0


def test_a_mount_adds_to_the_repository_only(here: Lab) -> None:
    digest = here.upload("one", layer(2, "a"))
    here.limit(repository_bytes=2 * MIB, registry_bytes=2 * MIB)
    repo, ctx = RepositoryRef(REGISTRY, "two"), here.ctx()
    assert here.run(layers.mount(here.app, ctx, repo, digest, "one"))
    here.limit()
    other = here.upload("one", layer(1, "b"))
    here.limit(repository_bytes=2 * MIB)
    assert refused(here.run, layers.mount(here.app, ctx, repo, other, "one")).quota == "repository_bytes"


def test_what_is_deleted_makes_room(here: Lab) -> None:
    quotas = {"images_per_repository": 1, "repository_bytes": 2 * MIB}
    here.limit(**quotas)
    first, second = (make_image([layer(1, name)]) for name in "ab")
    here.push("one", first)
    refused(here.push, "one", second)
    here.run(_delete(here, "one", first))
    refused(here.upload, "one", layer(2, "c"))  # the layers are kept for a while
    here.collect_everything()
    here.limit(**quotas)  # nobody goes by what was counted a tenth of a second ago
    here.push("one", second)


async def _delete(here: Lab, name: str, image: Image) -> None:
    await image_deletion.delete_one(here.app, here.ctx(), RepositoryRef(REGISTRY, name), ImageId(digest=image.digest))


def test_nothing_at_all_fits_into_a_quota_of_nothing(here: Lab) -> None:
    here.limit(images_per_repository=0, repositories=0, repository_bytes=0)
    assert refused(here.create, "three").used == 2
    assert refused(here.upload, "one", b"x").used == 0


def test_other_registries_have_quotas_of_their_own(here: Lab) -> None:
    abroad = RepositoryRef(Registry(REGISTRY.account, "eu-west-1"), "one")
    here.limit(repositories=2)
    refused(here.create, "three")
    here.run(repositories.create(here.app, here.ctx(), abroad, TagMutability("MUTABLE"), []))
