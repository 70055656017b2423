"""Layers under keys in several stores: moved as what they are, and never handed out by the store itself."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.access.eventually import settled
from tests.conftest import StartServer
from tests.encryption.keys import KINDS, Kms, create
from tests.s3.conftest import flags, new_place
from tests.support.images import Image, digest_of, gzip_layer, make_image
from tests.support.oci import Oci
from tests.support.seaweed import Seaweed, seaweed
from tests.support.server import COMMAND, Server
from tests.support.stored import Stored

MIB = 1 << 20


@pytest.fixture(scope="module")
def weed() -> Seaweed:
    return seaweed()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def migrate(data: Path, weed: Seaweed, to: str, *more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
    argv = [str(COMMAND), "blobs", "migrate", "--to", to, "--data", str(data), *more]
    return subprocess.run(argv, env={**env, **weed.env}, capture_output=True, text=True, timeout=300, check=False)


def where(data: Path) -> set[tuple[str, str, bool]]:
    """Store, format and whether a key of KMS is above it, of all layers."""
    query = (
        "SELECT DISTINCT b.store, b.format, k.kms_key_id IS NOT NULL "
        "FROM blobs b JOIN data_keys k ON k.id = b.data_key_id"
    )
    return {(store, form, bool(under)) for store, form, under in Stored(data).rows(query)}


def pushed(server: Server, key: str) -> tuple[Oci, dict[str, Image]]:
    """An image in a repository of each type, by the repository's name."""
    client, ecr = Oci(server.url, server.password()), server.boto3("ecr")
    names = [create(ecr, "AES256"), *(create(ecr, kind, key) for kind in KINDS)]
    images = {name: make_image([gzip_layer({"file": os.urandom(MIB + 5)})]) for name in names}
    for name, image in images.items():
        client.push_image(name, image, "v1")
    return client, images


def pull(client: Oci, images: dict[str, Image]) -> None:
    for name, image in images.items():
        assert client.pull_image(name, "v1") == image.contents()


def all_in(store: str, form: str) -> set[tuple[str, str, bool]]:
    return {(store, form, False), (store, "sealed", True), (store, "dsse", True)}


def test_moved_as_what_they_are(start: StartServer, weed: Seaweed, data: Path) -> None:
    """From the folder to a bucket, there to plain objects where that is allowed, and back."""
    place = new_place()
    there = flags(place, weed.url, "--blob-delivery", "redirect")
    server = start(data, env=weed.env, args=["--blobs-also", place, *there[2:6], "--work", "false"])
    client, images = pushed(server, Kms(server).create())
    assert where(data) == all_in("", "sealed")
    done = migrate(data, weed, place, *there)
    assert done.returncode == 0, done.stderr
    assert "moved 6 blobs" in done.stdout
    assert where(data) == all_in(f"{place}/", "plain")
    again = migrate(data, weed, place, *there)
    assert "moved 0 blobs" in again.stdout, again.stderr
    for name, image in images.items():
        assert client.get_manifest(name, "v1").expect(200).body == image.manifest
    back = str(data / "blobs")
    done = migrate(data, weed, back, "--blobs", place, *there[2:6])
    assert "moved 6 blobs" in done.stdout, done.stderr
    assert where(data) == all_in("", "sealed")
    pull(client, images)


def test_what_cannot_be_opened_stays(start: StartServer, weed: Seaweed, data: Path) -> None:
    third = str(data.parent / "third")
    server = start(data, args=["--blobs-also", third, "--work", "false"])
    kms = Kms(server)
    key = kms.create()
    client, images = pushed(server, key)
    kms.disable(key)
    done = migrate(data, weed, third, "--blobs", third)
    assert done.returncode == 1
    assert "moved 2 blobs" in done.stdout
    assert "4 blobs stay where they are, since their keys cannot be used" in done.stderr
    assert where(data) == {(third, "sealed", False), ("", "sealed", True), ("", "dsse", True)}
    kms.enable(key)
    done = migrate(data, weed, third, "--blobs", third)
    assert (done.returncode, "moved 4 blobs" in done.stdout) == (0, True), done.stderr
    settled(lambda: client.get_manifest(list(images)[-1], "v1").status == 200)
    pull(client, images)


def test_no_store_hands_them_out(start: StartServer, weed: Seaweed, data: Path) -> None:
    """Redirect mode is for what the store seals. A presigned URL would be good without the key."""
    place = new_place()
    args = flags(place, weed.url, "--blob-delivery", "redirect", "--work", "false")
    server = start(data, env=weed.env, args=args)
    kms, ecr = Kms(server), server.boto3("ecr")
    key = kms.create()
    client, images = pushed(server, key)
    assert where(data) == all_in(f"{place}/", "plain")
    plain, *sealed = images
    client.get_blob(plain, layer(images[plain])).expect(307)
    assert url_of(ecr, plain, images).startswith(weed.url)
    for name in sealed:
        assert client.get_blob(name, layer(images[name])).expect(200).body == images[name].blobs[-1]
        url = url_of(ecr, name, images)
        assert url.startswith(server.url)
        path = urlsplit(url).path
        assert Oci(server.url).request("GET", path).expect(200).body == images[name].blobs[-1]
        large = os.urandom(13 * MIB)
        digest = client.push_blob_in_chunks(name, large, 7 * MIB)
        assert client.get_blob(name, digest).expect(200).body == large
    _assert_sealed(weed, place, [images[name] for name in sealed])
    kms.disable(key)
    settled(lambda: client.get_blob(sealed[-1], layer(images[sealed[-1]])).status == 403)
    for name in sealed:
        assert client.get_blob(name, layer(images[name])).status == 403


def layer(image: Image) -> str:
    return digest_of(image.blobs[-1])


def url_of(ecr: Any, name: str, images: dict[str, Image]) -> str:
    return ecr.get_download_url_for_layer(repositoryName=name, layerDigest=layer(images[name]))["downloadUrl"]


def _assert_sealed(weed: Seaweed, place: str, images: list[Image]) -> None:
    """No object of the bucket holds a layer as it is."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    client = weed.client()
    listed = client.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]
    objects = [client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed]
    assert len(objects) >= 6
    for image in images:
        assert not any(image.blobs[-1][1000:1100] in each for each in objects)
