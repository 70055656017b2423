"""One bit of what is stored is changed: refused, and told in the log."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.encryption.keys import create
from tests.support.engines import database_of
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.server import Server
from tests.support.stored import Stored

FindObject = Callable[[str, str], Path]


@pytest.mark.parametrize("place", [0, 12, 40, 1000, -17, -1])
def test_a_bit_of_a_layer(oci: Oci, repository: str, object_file: FindObject, place: int) -> None:
    digest = oci.push_blob(repository, os.urandom(3000))
    file = object_file(repository, digest)
    sealed = bytearray(file.read_bytes())
    sealed[place] ^= 1
    file.chmod(0o600)
    file.write_bytes(sealed)
    assert oci.get_blob(repository, digest).status == 500
    sealed[place] ^= 1
    file.write_bytes(sealed)
    assert oci.get_blob(repository, digest).status == 200


def test_a_layer_in_anothers_place(ecr: Any, oci: Oci, kind: str, key: str, object_file: FindObject) -> None:
    name = create(ecr, kind, key)
    one, other = (oci.push_blob(name, os.urandom(3000)) for _ in range(2))
    file = object_file(name, one)
    file.chmod(0o600)
    file.write_bytes(object_file(name, other).read_bytes())
    assert oci.get_blob(name, one).status == 500
    assert oci.get_blob(name, other).status == 200


def update(server: Server, statement: str, *values: object) -> None:
    """Changes a row behind the server's back."""
    if url := database_of(server.data):
        with psycopg.connect(url) as connection:
            connection.execute(statement.replace("?", "%s").encode(), values)
        return
    with closing(sqlite3.connect(server.data / "entrepot.db", timeout=30)) as connection, connection:
        connection.execute(statement, values)


def manifest_of(stored: Stored, repository: str, digest: str) -> tuple[int, bytes]:
    """The id of an image, and its manifest as it is stored."""
    query = (
        "SELECT m.image_id, m.payload FROM manifests m JOIN images i ON i.id = m.image_id "
        "JOIN repositories r ON r.id = i.repository_id WHERE r.name = ? AND i.digest = ?"
    )
    ((image_id, payload),) = stored.rows(query, repository, digest)
    return image_id, bytes(payload)


@pytest.mark.parametrize("place", [0, 12, 100, -1])
def test_a_bit_of_a_manifest(house: Server, oci: Oci, repository: str, stored: Stored, place: int) -> None:
    digest = oci.push_image(repository, tiny_image(f"{repository} {place}"), "v1")
    image_id, payload = manifest_of(stored, repository, digest)
    changed = bytearray(payload)
    changed[place] ^= 1
    statement = "UPDATE manifests SET payload = ? WHERE image_id = ?"
    update(house, statement, bytes(changed), image_id)
    assert oci.get_manifest(repository, "v1").status == 500
    assert "a stored manifest is damaged" in house.log.read_text()
    update(house, statement, payload, image_id)
    assert oci.get_manifest(repository, "v1").status == 200


def test_a_manifest_in_anothers_place(house: Server, ecr: Any, oci: Oci, kind: str, key: str, stored: Stored) -> None:
    """Neither another image's of the repository nor the same image's of another repository under the same key."""
    here, there, image = create(ecr, kind, key), create(ecr, kind, key), tiny_image(key)
    digests = [oci.push_image(here, image, "v1"), oci.push_image(here, tiny_image(f"other {key}"), "v2")]
    oci.push_image(there, image, "v1")
    image_id, payload = manifest_of(stored, here, digests[0])
    statement = "UPDATE manifests SET payload = ? WHERE image_id = ?"
    for place, digest in ((here, digests[1]), (there, digests[0])):
        update(house, statement, manifest_of(stored, place, digest)[1], image_id)
        assert oci.get_manifest(here, "v1").status == 500
    update(house, statement, payload, image_id)
    assert oci.get_manifest(here, "v1").expect(200).body == image.manifest
