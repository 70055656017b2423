"""A reader, a pusher and an admin by the AWS CLI and by hand: tags, manifests, blobs and uploads."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.access_clients.houses import House
from tests.access_clients.verbs import MAY, PEOPLE, check, tags
from tests.support.images import OCI_MANIFEST, digest_of, tiny_image
from tests.support.oci import Oci

IMAGE, OTHER = tiny_image("verbs by hand"), tiny_image("other verbs by hand")


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def repository(closed_house: House) -> str:
    """A repository with an image under v1."""
    return closed_house.repository(IMAGE)


@pytest.mark.clients
def test_aws(closed_house: House, repository: str, person: str, tmp_path: Path) -> None:
    aws, name = closed_house.aws(tmp_path / "home", *PEOPLE[person]), ("--repository-name", repository)
    check(person, "push", lambda: aws.put_image(repository, IMAGE.manifest, OCI_MANIFEST, "v2"))
    check(person, "pull", lambda: aws.ecr("batch-get-image", *name, "--image-ids", "imageTag=v1"))
    check(person, "delete", lambda: aws.ecr("batch-delete-image", *name, "--image-ids", "imageTag=v1"))
    check(person, "delete", lambda: aws.ecr("batch-delete-image", *name, "--image-ids", f"imageDigest={IMAGE.digest}"))
    left = ["v1", "v2"] if person == "pusher" else ["v1"] if person == "reader" else []
    assert tags(closed_house, repository) == left


def test_raw_pulls(closed_house: House, repository: str, person: str) -> None:
    oci, may = closed_house.oci(*PEOPLE[person]), "pull" in MAY[person]
    layer = IMAGE.document["layers"][0]["digest"]
    for reference in ("v1", IMAGE.digest):
        assert oci.get_manifest(repository, reference).status == (200 if may else 403)
        assert oci.head_manifest(repository, reference).status == (200 if may else 403)
    assert oci.get_blob(repository, layer).status == (200 if may else 403)
    assert oci.head_blob(repository, layer).status == 200, "docker asks before it pushes"


def test_raw_pushes(closed_house: House, repository: str, person: str) -> None:
    oci, may = closed_house.oci(*PEOPLE[person]), "push" in MAY[person]
    if may:
        oci.push_image(repository, OTHER, "v2")
        oci.push_blob_in_chunks(repository, b"in chunks", 4)
    upload = closed_house.oci(*PEOPLE["admin"]).begin_upload(repository)
    assert oci.request("POST", f"/v2/{repository}/blobs/uploads/").status == (202 if may else 403)
    whole = f"/v2/{repository}/blobs/uploads/?digest={digest_of(b'whole')}"
    assert oci.request("POST", whole, body=b"whole").status == (201 if may else 403)
    assert oci.put_manifest(repository, "v3", IMAGE.manifest, OCI_MANIFEST).status == (201 if may else 403)
    if person != "admin":
        for method, path in (("GET", upload), ("PATCH", upload), ("PUT", f"{upload}?digest={digest_of(b'')}")):
            assert oci.request(method, path).status == (404 if may else 403), "the upload is another's"


def test_raw_deletions(closed_house: House, repository: str, person: str) -> None:
    """Tags, manifests and blobs: whoever may push may delete none of them, not even what they pushed themselves."""
    oci, may = closed_house.oci(*PEOPLE[person]), "delete" in MAY[person]
    pushing = oci if "push" in MAY[person] else Oci(closed_house.server.url, closed_house.server.password())
    pushing.push_image(repository, OTHER, "mine")
    blob = pushing.push_blob(repository, b"of no image")
    for method, path in (
        ("DELETE", f"/v2/{repository}/blobs/{blob}"),
        ("DELETE", f"/v2/{repository}/blobs/{IMAGE.document['layers'][0]['digest']}"),
        ("DELETE", f"/v2/{repository}/manifests/mine"),
        ("DELETE", f"/v2/{repository}/manifests/v1"),
        ("DELETE", f"/v2/{repository}/manifests/{IMAGE.digest}"),
    ):
        answer = oci.request(method, path)
        if not may:
            assert (answer.status, answer.codes) == (403, ["DENIED"])
            assert "ecr:BatchDeleteImage" in answer.body.decode()
    admin = closed_house.oci(*PEOPLE["admin"])
    assert admin.head_blob(repository, blob).status == (404 if may else 200)
    assert tags(closed_house, repository) == ([] if may else ["mine", "v1"])


def test_pushing_over_a_tag_needs_no_right_to_delete_and_deletes_nothing(closed_house: House, repository: str) -> None:
    closed_house.oci(*PEOPLE["pusher"]).push_image(repository, OTHER, "v1")
    admin = closed_house.oci(*PEOPLE["admin"])
    assert admin.get_manifest(repository, "v1").body == OTHER.manifest
    assert admin.get_manifest(repository, IMAGE.digest).body == IMAGE.manifest
