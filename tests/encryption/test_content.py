"""What encrypted repositories hold comes back, and lies on disk and in the database sealed by their own keys."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from entrepot.blobs.forms import DoubleCipher
from entrepot.blobs.frames import FRAME, OVERHEAD, FrameCipher
from entrepot.context import App
from entrepot.errors import ContentDamaged
from entrepot.ports import DataKey
from entrepot.services import content_keys
from tests.encryption.keys import Kms, contains, create
from tests.oci.inprocess import in_app
from tests.support import engines
from tests.support.clients.aws_api import AwsApi
from tests.support.clients.podman import Podman
from tests.support.clients.skopeo import Skopeo
from tests.support.images import digest_of, make_image, make_index, tiny_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci
from tests.support.server import Server
from tests.support.stored import Stored

MIB = 1 << 20
FindObject = Callable[[str, str], Path]


@pytest.mark.parametrize("size", [0, 1, FRAME, 3 * FRAME + 17])
def test_layers_come_back(oci: Oci, repository: str, size: int) -> None:
    data = os.urandom(size)
    assert oci.get_blob(repository, oci.push_blob(repository, data)).expect(200).body == data
    if size > FRAME:
        assert oci.get_blob(repository, digest_of(data), {"Range": f"bytes=9-{FRAME + 5}"}).body == data[9 : FRAME + 6]
        other = os.urandom(size)
        digest = oci.push_blob_in_chunks(repository, other, FRAME // 2 + 3)
        assert oci.get_blob(repository, digest).expect(200).body == other


def test_images_come_back_by_the_api(ecr: Any, repository: str, tmp_path: Path) -> None:
    api, image = AwsApi(ecr), make_image([os.urandom(12 * MIB), b"small"])
    api.push(repository, image, "v1")
    assert set(api.pull(repository, "v1", tmp_path / "pulled").contents(image.digest)) == set(image.contents())
    detail = ecr.describe_images(repositoryName=repository)["imageDetails"][0]
    assert detail["imageSizeInBytes"] == sum(map(len, set(image.blobs)))


def test_manifests_are_told_and_translated(oci: Oci, repository: str) -> None:
    child = tiny_image(repository)
    index = make_index({"amd64": child}, annotations={"team": "harbour"})
    oci.push_image(repository, index, "all")
    assert oci.pull_image(repository, "all") == index.contents()
    head = oci.head_manifest(repository, "all").expect(200)
    assert head.headers["content-length"] == str(len(index.manifest))
    docker = oci.get_manifest(repository, child.digest, "application/vnd.docker.distribution.manifest.v2+json")
    assert docker.expect(200).body == child.manifest
    oci.put_manifest(repository, "v1", child.manifest, child.media_type).expect(201)
    translated = oci.get_manifest(repository, "v1", "application/vnd.docker.distribution.manifest.v2+json").json()
    assert translated["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    subject = make_image([b"signature"], subject=child.descriptor)
    oci.push_image(repository, subject)
    (found,) = oci.referrers(repository, child.digest).expect(200).json()["manifests"]
    assert (found["digest"], found["size"]) == (subject.digest, len(subject.manifest))


@pytest.mark.clients
def test_container_clients(
    house: Server, oci: Oci, repository: str, tmp_path: Path, short_folder: Callable[[], Path]
) -> None:
    reference, layout = f"{house.host}/{repository}:v1", Layout(tmp_path / "layout")
    digest = write_image(layout, tiny_image("by clients"), "latest")
    skopeo, podman = Skopeo(tmp_path / "skopeo"), Podman(short_folder())
    for client in (skopeo, podman):
        client.login(house.host, oci.password or "")
    skopeo.push(layout, "latest", reference)
    assert skopeo.pull(reference, tmp_path / "pulled").contents(digest) == layout.contents(digest)
    assert podman.pull(reference) == digest


def test_nothing_plain_lies_anywhere(house: Server, oci: Oci, repository: str, stored: Stored) -> None:
    """Not in any file of the data folder, the database and its log included, nor in a column of a manifest."""
    secret = [os.urandom(24).hex().encode() for _ in range(2)]
    layer = secret[0] * 70_000  # more than a frame, so that the end of an upload is in its tail
    image = make_image([layer], planted=secret[1].decode())
    location = oci.begin_upload(repository)
    staged = oci.upload_chunk(location, 0, layer[: FRAME + 999]).expect(202)
    _assert_absent(house.data, secret)
    location = oci.location(staged)
    oci.finish_upload(location, digest_of(layer), layer[FRAME + 999 :]).expect(201)
    oci.push_image(repository, image, "v1")
    assert oci.pull_image(repository, "v1") == image.contents()
    _assert_absent(house.data, secret)
    (payload, key_id) = stored.rows(
        "SELECT m.payload, m.data_key_id FROM manifests m JOIN images i ON i.id = m.image_id WHERE i.digest = ?",
        image.digest,
    )[0]
    assert key_id is not None
    config = json.loads(image.manifest)["config"]["digest"].encode()
    assert not contains(bytes(payload), [config, b"schemaVersion"])


def _assert_absent(data: Path, needles: list[bytes]) -> None:
    looked = 0
    for path in data.rglob("*"):
        if path.is_file():
            looked += 1
            assert not contains(path.read_bytes(), needles), path
    assert looked > 3
    if not engines.on_postgres():
        with sqlite3.connect(f"file:{data / 'entrepot.db'}?mode=ro", uri=True) as connection:
            assert not contains("\n".join(connection.iterdump()).encode(), needles)


def test_plain_repositories_are_as_they_were(ecr: Any, oci: Oci, stored: Stored) -> None:
    """As older releases wrote them: the registry's data key for layers, none for manifests."""
    image, name = tiny_image("as ever"), create(ecr, "AES256")
    oci.push_image(name, image, "v1")
    query = "SELECT m.payload, m.data_key_id FROM manifests m JOIN images i ON i.id = m.image_id WHERE i.digest = ?"
    assert [(bytes(payload), key) for payload, key in stored.rows(query, image.digest)] == [(image.manifest, None)]
    query = "SELECT k.scope, b.format FROM blobs b JOIN data_keys k ON k.id = b.data_key_id WHERE b.digest = ?"
    rows = stored.rows(query, digest_of(image.blobs[-1]))
    assert [tuple(row) for row in rows] == [("registry/123456789012/us-east-1", "sealed")]
    assert oci.pull_image(name, "v1") == image.contents()


def test_one_key_stores_a_layer_once_and_two_keys_twice(ecr: Any, oci: Oci, kms: Kms, key: str, stored: Stored) -> None:
    data = os.urandom(1000)
    names = [create(ecr, *each) for each in [("KMS", key), ("KMS", key), ("KMS", kms.create()), ("KMS_DSSE", key)]]
    names += [create(ecr, "KMS_DSSE", key), create(ecr, "AES256"), create(ecr, "AES256")]
    for name in names:
        oci.push_blob(name, data)
        assert oci.get_blob(name, digest_of(data)).expect(200).body == data
    rows = stored.rows("SELECT data_key_id, format FROM blobs WHERE digest = ?", digest_of(data))
    assert len({row[0] for row in rows}) == len(rows) == 4
    assert sorted(row[1] for row in rows) == ["dsse", "sealed", "sealed", "sealed"]
    held = stored.rows("SELECT count(*) FROM repository_blobs WHERE digest = ?", digest_of(data))
    assert held == [len(names)]


def test_a_blob_is_sealed_by_the_key_of_its_repository(
    house: Server, ecr: Any, oci: Oci, kms: Kms, key: str, object_file: FindObject
) -> None:
    """By hand: the object opens with what the repository's own key gave, and with nothing that another key gave."""
    data = os.urandom(5000)
    names = {"mine": create(ecr, "KMS", key), "other": create(ecr, "KMS", kms.create()), "plain": create(ecr, "AES256")}
    for name in names.values():
        oci.push_blob(name, data)
    secrets = {each: secret_of(house, name, digest_of(data)) for each, name in names.items()}
    file = object_file(names["mine"], digest_of(data))
    sealed = memoryview(file.read_bytes())
    assert FrameCipher(file.name, secrets["mine"].object_secret(file.name)).open(0, sealed) == data
    for each in ("other", "plain"):
        with pytest.raises(ContentDamaged):
            FrameCipher(file.name, secrets[each].object_secret(file.name)).open(0, sealed)


def secret_of(house: Server, repository: str, digest: str) -> content_keys.ContentKey:
    """What the layer of a repository is sealed with."""
    query = (
        "SELECT b.data_key_id FROM blobs b JOIN repository_blobs h ON h.blob_id = b.id "
        "JOIN repositories r ON r.id = h.repository_id WHERE r.name = ? AND b.digest = ?"
    )
    (data_key_id,) = Stored(house.data).rows(query, repository, digest)

    async def get(app: App) -> content_keys.ContentKey:
        return await content_keys.of_content(app, data_key_id)

    return in_app(house.data, get)


def test_dsse_takes_both_keys(house: Server, ecr: Any, oci: Oci, key: str, object_file: FindObject) -> None:
    data, name = os.urandom(5000), create(ecr, "KMS_DSSE", key)
    oci.push_blob(name, data)
    file, found = object_file(name, digest_of(data)), secret_of(house, name, digest_of(data))
    sealed = memoryview(file.read_bytes())
    assert len(sealed) == len(data) + 2 * OVERHEAD
    assert found.outer
    assert found.outer.material != found.data.material
    assert (found.outer.kms_key_id, found.outer.scope) == (None, "registry/123456789012/us-east-1")
    secret = found.object_secret(file.name)
    assert DoubleCipher(file.name, secret).open(0, sealed) == data
    wrong = DataKey(0, os.urandom(32))
    for half in (content_keys.ContentKey(wrong, found.outer), content_keys.ContentKey(found.data, wrong)):
        with pytest.raises(ContentDamaged):
            DoubleCipher(file.name, half.object_secret(file.name)).open(0, sealed)
    for single in (secret[:32], secret[32:]):
        with pytest.raises(ContentDamaged):
            FrameCipher(file.name, single).open(0, sealed)
