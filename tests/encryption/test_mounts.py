"""Mounting: between repositories with the same encryption and the same key, and nowhere else."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.access.eventually import settled
from tests.encryption.keys import Kms, create
from tests.support.oci import Answer, Oci
from tests.support.stored import Stored

NONE = {"Content-Length": "0"}
PLACES = ("AES256", "KMS first", "KMS second", "KMS_DSSE first", "KMS_DSSE second")


@pytest.fixture(scope="module")
def places(kms: Kms) -> dict[str, tuple[str, str | None]]:
    """Encryption type and key of each of PLACES."""
    keys = {"first": kms.create(), "second": kms.create()}
    return {place: (place.partition(" ")[0], keys.get(place.partition(" ")[2])) for place in PLACES}


def mount(oci: Oci, target: str, digest: str, source: str | None = None) -> Answer:
    origin = "" if source is None else f"&from={source}"
    return oci.request("POST", f"/v2/{target}/blobs/uploads/?mount={digest}{origin}", headers=NONE)


@pytest.mark.parametrize("source", PLACES)
@pytest.mark.parametrize("target", PLACES)
@pytest.mark.parametrize("named", [True, False], ids=["named", "anywhere"])
def test_only_what_is_sealed_alike_is_mounted(
    ecr: Any, oci: Oci, places: dict[str, tuple[str, str | None]], source: str, target: str, *, named: bool
) -> None:
    origin, into, data = create(ecr, *places[source]), create(ecr, *places[target]), os.urandom(100)
    digest = oci.push_blob(origin, data)
    answer = mount(oci, into, digest, origin if named else None)
    assert answer.status == (201 if source == target else 202)
    assert oci.get_blob(into, digest).status == (200 if source == target else 404)
    if source != target:
        oci.finish_upload(oci.location(answer), digest, data).expect(201)
        assert oci.get_blob(into, digest).expect(200).body == data


def test_repositories_with_other_keys_do_not_hide_the_right_one(ecr: Any, oci: Oci, kms: Kms, key: str) -> None:
    """More of them than are tried, all of them before it in the order of names."""
    data, other = os.urandom(100), kms.create()
    for number in range(21):
        ecr.create_repository(
            repositoryName=f"a-hidden-{number:02}", encryptionConfiguration={"encryptionType": "KMS", "kmsKey": other}
        )
        oci.push_blob(f"a-hidden-{number:02}", data)
    digest = oci.push_blob(create(ecr, "KMS", key), data)
    assert mount(oci, create(ecr, "KMS", key), digest).status == 201


def test_nothing_is_mounted_without_the_key(ecr: Any, oci: Oci, kms: Kms, key: str, kind: str, stored: Stored) -> None:
    origin, into = create(ecr, kind, key), create(ecr, kind, key)
    digest = oci.push_blob(origin, os.urandom(100))
    kms.disable(key)
    settled(lambda: oci.get_blob(origin, digest).status == 403)
    for source in (origin, None):
        assert mount(oci, into, digest, source).expect(403).codes == ["DENIED"]
    assert mount(oci, create(ecr, kind, kms.create()), digest, origin).status == 202
    assert stored.rows("SELECT count(*) FROM repository_blobs WHERE digest = ?", digest) == [1]
