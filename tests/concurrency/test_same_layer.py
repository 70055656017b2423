"""Layers are stored once per registry, however many push them, at whatever moment, to whatever repository."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from entrepot.blobs.frames import Layout
from tests.concurrency.crowd import Racer, at_once
from tests.support.images import digest_of, gzip_layer, make_image, random_bytes, tiny_image
from tests.support.oci import OCTETS, Oci
from tests.support.server import Server
from tests.support.stored import Stored

CLIENTS = 16
REPOSITORIES = 4
MEBIBYTE = 1 << 20


def put_whole(oci: Oci, repository: str, data: bytes) -> None:
    """POST with the digest: one request for all."""
    path = f"/v2/{repository}/blobs/uploads/?digest={digest_of(data)}"
    oci.request("POST", path, headers=OCTETS, body=data).expect(201)


def upload(oci: Oci, ecr: Any, repository: str, data: bytes, client: int) -> None:
    """Each client in one of four ways."""
    match client // REPOSITORIES:
        case 0:
            oci.push_blob(repository, data)
        case 1:
            oci.push_blob_in_chunks(repository, data, MEBIBYTE - 1)
        case 2:
            put_whole(oci, repository, data)
        case _:
            Racer(ecr).upload_layer(repository, data)


def new_repositories(server: Server, new_name: Callable[[], str], count: int) -> list[str]:
    names = [new_name() for _ in range(count)]
    for name in names:
        server.create_repository(name)
    return names


def test_a_layer_that_sixteen_upload_is_stored_once(
    server: Server, oci: Oci, ecr: Any, stored: Stored, new_name: Callable[[], str]
) -> None:
    repositories = new_repositories(server, new_name, REPOSITORIES)
    layer = random_bytes(3 * MEBIBYTE + 77, "sixteen")
    before = stored.objects()
    at_once([partial(upload, oci, ecr, repositories[n % REPOSITORIES], layer, n) for n in range(CLIENTS)])
    added = stored.objects().keys() - before.keys()
    assert stored.rows("SELECT object_id FROM blobs WHERE digest = ?", digest_of(layer)) == list(added)
    assert stored.objects()[min(added)] == Layout().stored_size(len(layer))
    holders = stored.rows("SELECT repository_id FROM repository_blobs WHERE digest = ?", digest_of(layer))
    assert len(set(holders)) == len(holders) == REPOSITORIES
    assert all(oci.get_blob(name, digest_of(layer)).expect(200).body == layer for name in repositories)
    # Every copy that was not needed is gone already, without a sweep.
    assert added <= stored.blob_objects()


def test_images_that_share_a_base_store_it_once(
    server: Server, oci: Oci, stored: Stored, new_name: Callable[[], str]
) -> None:
    repositories = new_repositories(server, new_name, 2)
    base = gzip_layer({"base.bin": random_bytes(2 * MEBIBYTE, "shared base")})
    images = [make_image([base, gzip_layer({"own.bin": random_bytes(5_000, n)})]) for n in repositories]
    before = stored.objects()
    at_once([partial(oci.push_image, *each, "1") for each in zip(repositories, images, strict=True)])
    added = {name: size for name, size in stored.objects().items() if name not in before}
    distinct = {digest_of(blob): len(blob) for image in images for blob in image.blobs}
    assert len(distinct) == len(added) == 5  # the base, and for each image a layer and a config
    assert sum(added.values()) == sum(Layout().stored_size(size) for size in distinct.values())
    for repository, image in zip(repositories, images, strict=True):
        assert oci.pull_image(repository, "1") == image.contents()


def test_a_registry_of_another_region_has_its_own_copy(
    server: Server, oci: Oci, stored: Stored, new_name: Callable[[], str]
) -> None:
    """Deduplication ends where the key does that seals a registry's content."""
    name, image = new_name(), tiny_image("two regions")
    server.create_repository(name)
    server.boto3("ecr", region="eu-west-1").create_repository(repositoryName=name)
    abroad = Oci(server.url, server.password(region="eu-west-1"))
    at_once([partial(client.push_image, name, image, "1") for client in (oci, abroad) for _ in range(4)])
    for blob in image.blobs:
        objects = stored.rows("SELECT object_id FROM blobs WHERE digest = ?", digest_of(blob))
        assert len(objects) == 2
        assert set(objects) <= stored.objects().keys()
    assert abroad.pull_image(name, "1") == oci.pull_image(name, "1") == image.contents()
