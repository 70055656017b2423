"""Repositories with keys of KMS: what a key that is disabled hides is no damage, and repairs keep the encryption."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.encryption.keys import KINDS, Kms, create
from tests.support.images import digest_of, make_image, random_bytes
from tests.support.oci import Oci
from tests.support.server import Server, start_server
from tests.support.stored import Stored
from tests.verify.conftest import flip
from tests.verify.test_command import as_json, entrepot, spoil_manifest


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("house") / "data", args=["--work", "false"])
    yield running
    running.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_is_disabled_and_damage(house: Server, tmp_path: Path, kind: str) -> None:
    kms, oci, stored = Kms(house), Oci(house.url, house.password()), Stored(house.data)
    key = kms.create()
    name, image = create(house.boto3("ecr"), kind, key), make_image([random_bytes(1_500_000, kind)])
    layer = digest_of(image.blobs[1])
    oci.push_image(name, image, "latest")
    assert as_json(house.data)["sound"]

    def formats() -> set[str]:
        return set(stored.rows("SELECT format FROM blobs WHERE digest = ?", layer))

    before = formats()
    kms.disable(key)
    found = as_json(house.data)
    assert (found["sound"], found["findings"]) == (True, [])
    [sealed] = found["sealedOff"]
    assert (sealed["blobs"], sealed["manifests"]) == (2, 1)
    assert key in sealed["reason"]
    assert f"not read, and no damage: 2 blobs ({sealed['bytes']} bytes) and 1 manifests: " in entrepot(house.data)
    kms.enable(key)

    shutil.copytree(house.data / "blobs", tmp_path / "copy")
    [object_id] = stored.rows("SELECT object_id FROM blobs WHERE digest = ?", layer)
    flip(house.data / "blobs" / object_id[0] / object_id[1] / object_id, 100)
    spoil_manifest(house, image.digest)
    found = as_json(house.data, code=1)
    assert {each["what"] for each in found["findings"]} == {"blob", "manifest"}
    found = as_json(house.data, "--repair-from", str(tmp_path / "copy"), code=1)
    assert found["repaired"] == 1
    other = start_server(tmp_path / "other")
    try:
        other.create_repository(name)
        Oci(other.url, other.password()).push_image(name, image)
        words = ("--repair-from", other.url, "--username", "AWS", "--password-env", "SECRET")
        assert as_json(house.data, *words, SECRET=other.password())["sound"]
    finally:
        other.stop()
    assert formats() == before
    payloads = stored.rows(
        "SELECT m.payload FROM manifests m JOIN images i ON i.id = m.image_id WHERE i.digest = ?", image.digest
    )
    assert image.manifest not in payloads
    assert oci.pull_image(name, "latest") == image.contents()
