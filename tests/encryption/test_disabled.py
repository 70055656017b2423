"""A key that was disabled, or is to be deleted: refused at both doors, until it is enabled again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.access.eventually import settled
from tests.ecr.lab import Refused, refused
from tests.encryption.keys import Kms, create
from tests.support.clients.skopeo import Skopeo
from tests.support.images import Image, digest_of, tiny_image
from tests.support.oci import Answer, Oci
from tests.support.server import Server

STATES = {"Disabled": "DisabledException", "PendingDeletion": "KMSInvalidStateException"}
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


@dataclass(frozen=True, slots=True)
class Locked:
    """A repository with an image, an upload under way at each door and a download URL, whose key is then taken away."""

    name: str
    key: str
    state: str
    image: Image
    upload_id: str
    location: str
    url: str

    @property
    def layer(self) -> str:
        return digest_of(self.image.blobs[-1])

    @property
    def refusal(self) -> Refused:
        """KmsException as every operation that declares it answers."""
        why = "disabled" if self.state == "Disabled" else "pending deletion"
        return Refused("KmsException", f"{self.key} is {why}.", 400, {"kmsError": STATES[self.state]})


@pytest.fixture(params=STATES)
def locked(request: pytest.FixtureRequest, ecr: Any, oci: Oci, kms: Kms, repository: str, key: str) -> Locked:
    image = tiny_image(f"locked {repository}")
    oci.push_image(repository, image, "v1")
    upload_id = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    put(ecr, repository, upload_id, 0, b"first")
    location = oci.begin_upload(repository)
    location = oci.location(oci.upload_chunk(location, 0, b"first").expect(202))
    url = ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=digest_of(image.blobs[-1]))
    found = Locked(repository, key, request.param, image, upload_id, location, url["downloadUrl"])
    (kms.disable if request.param == "Disabled" else kms.schedule_deletion)(key)
    settled(lambda: oci.get_blob(repository, found.layer).status == 403)
    return found


def put(ecr: Any, name: str, upload_id: str, first: int, part: bytes) -> Any:
    last = first + len(part) - 1
    given = {"uploadId": upload_id, "partFirstByte": first, "partLastByte": last, "layerPartBlob": part}
    return ecr.upload_layer_part(repositoryName=name, **given)


def test_the_api_says_kms_exception(ecr: Any, locked: Locked) -> None:
    name = {"repositoryName": locked.name}
    expected = locked.refusal
    assert refused(ecr.initiate_layer_upload, **name) == expected
    assert refused(lambda: put(ecr, locked.name, locked.upload_id, 5, b"second")) == expected
    digests = [digest_of(b"first")]
    assert refused(ecr.complete_layer_upload, **name, uploadId=locked.upload_id, layerDigests=digests) == expected
    assert refused(ecr.get_download_url_for_layer, **name, layerDigest=locked.layer) == expected
    for tag in ("v1", "v2"):
        assert refused(ecr.put_image, **name, imageManifest=locked.image.manifest.decode(), imageTag=tag) == expected
    asked = [{"imageTag": "absent"}, {"imageTag": "v1"}, {"imageDigest": locked.image.digest}]
    answer = ecr.batch_get_image(**name, imageIds=asked)
    assert answer["images"] == []
    assert [each["imageId"] for each in answer["failures"]] == asked
    assert [each["failureCode"] for each in answer["failures"]] == ["ImageNotFound", "KmsError", "KmsError"]
    assert answer["failures"][1]["failureReason"] == expected.message


def assert_denied(answer: Answer, locked: Locked) -> None:
    (error,) = answer.expect(403).json()["errors"]
    assert error["code"] == "DENIED"
    assert locked.key in error["message"]
    advice = "enable it (kms:EnableKey)" if locked.state == "Disabled" else "cancel its deletion"
    assert advice in error["message"]
    assert ".." not in error["message"]


def test_the_registry_denies(house: Server, oci: Oci, locked: Locked) -> None:
    name, data = locked.name, os.urandom(10)
    assert_denied(oci.get_manifest(name, "v1"), locked)
    assert_denied(oci.get_manifest(name, locked.image.digest), locked)
    assert_denied(oci.get_manifest(name, "v1", DOCKER), locked)
    assert_denied(oci.get_blob(name, locked.layer), locked)
    assert_denied(oci.get_blob(name, locked.layer, {"Range": "bytes=0-1"}), locked)
    assert_denied(oci.get_blob(name, locked.layer, {"If-None-Match": f'"{locked.layer}"'}), locked)
    assert_denied(oci.request("POST", f"/v2/{name}/blobs/uploads/", headers={"Content-Length": "0"}), locked)
    assert_denied(oci.request("POST", f"/v2/{name}/blobs/uploads/?digest={digest_of(data)}", body=data), locked)
    assert_denied(oci.upload_chunk(locked.location, 5, b"second"), locked)
    assert_denied(oci.finish_upload(locked.location, digest_of(b"first")), locked)
    assert_denied(oci.put_manifest(name, "v2", locked.image.manifest, locked.image.media_type), locked)
    by_url = Oci(house.url)
    path = urlsplit(locked.url).path
    assert_denied(by_url.request("GET", path), locked)
    assert by_url.request("HEAD", path).status == 403
    # A pull begins with this. A HEAD of a layer is BatchCheckLayerAvailability, which needs no key in ECR either.
    assert oci.head_manifest(name, "v1").status == 403
    assert oci.head_blob(name, locked.layer).status == 200


def test_what_needs_no_key_goes_on(ecr: Any, oci: Oci, locked: Locked) -> None:
    name = {"repositoryName": locked.name}
    assert [each["imageTag"] for each in ecr.list_images(**name)["imageIds"]] == ["v1"]
    (detail,) = ecr.describe_images(**name)["imageDetails"]
    assert detail["imageDigest"] == locked.image.digest
    layers = ecr.batch_check_layer_availability(**name, layerDigests=[locked.layer])["layers"]
    assert layers[0]["layerAvailability"] == "AVAILABLE"
    assert oci.tags(locked.name).expect(200).json()["tags"] == ["v1"]
    assert oci.referrers(locked.name, locked.image.digest).expect(200).json()["manifests"] == []
    assert oci.request("GET", locked.location).expect(204).headers["range"] == "0-4"
    assert oci.request("DELETE", locked.location).status == 204
    gone = ecr.batch_delete_image(**name, imageIds=[{"imageDigest": locked.image.digest}])
    assert [each["imageDigest"] for each in gone["imageIds"]] == [locked.image.digest]
    assert ecr.delete_repository(**name, force=True)["repository"]["encryptionConfiguration"]["kmsKey"] == locked.key


def test_it_works_again_when_enabled(ecr: Any, oci: Oci, kms: Kms, house: Server, locked: Locked) -> None:
    if locked.state == "PendingDeletion":
        kms.cancel_deletion(locked.key)
        assert oci.get_blob(locked.name, locked.layer).status == 403  # KMS leaves it disabled
    kms.enable(locked.key)
    settled(lambda: oci.get_blob(locked.name, locked.layer).status == 200)
    assert oci.pull_image(locked.name, "v1") == locked.image.contents()
    given = {"uploadId": locked.upload_id, "layerDigests": [digest_of(b"first")]}
    ecr.complete_layer_upload(repositoryName=locked.name, **given)
    digest = digest_of(b"firstsecond")
    oci.finish_upload(locked.location, digest, b"second").expect(201)
    assert oci.get_blob(locked.name, digest).expect(200).body == b"firstsecond"
    assert Oci(house.url).request("GET", urlsplit(locked.url).path).expect(200).body == locked.image.blobs[-1]
    oci.put_manifest(locked.name, "v2", locked.image.manifest, locked.image.media_type).expect(201)


def test_other_repositories_do_not_notice(ecr: Any, oci: Oci, kms: Kms, locked: Locked) -> None:
    for name in (create(ecr, "KMS", kms.create()), create(ecr, "AES256")):
        oci.push_image(name, locked.image, "v1")
        assert oci.pull_image(name, "v1") == locked.image.contents()


@pytest.mark.clients
def test_a_client_prints_why(house: Server, oci: Oci, locked: Locked, tmp_path: Any) -> None:
    skopeo = Skopeo(tmp_path / "skopeo")
    skopeo.login(house.host, oci.password or "")
    with pytest.raises(AssertionError, match=f"denied: .*{locked.key}"):
        skopeo.pull(f"{house.host}/{locked.name}:v1", tmp_path / "pulled")


def test_rotation_leaves_what_was_sealed_before(oci: Oci, kms: Kms, key: str, repository: str) -> None:
    before, after = tiny_image(f"before {key}"), tiny_image(f"after {key}")
    oci.push_image(repository, before, "before")
    kms.rotate(key)
    oci.push_image(repository, after, "after")
    for tag, image in (("before", before), ("after", after)):
        assert oci.pull_image(repository, tag) == image.contents()
