"""InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload: layers in parts that follow one another."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.ecr.lab import MIB, Refused, Repo, invalid, refused
from tests.support.images import digest_of, random_bytes
from tests.support.oci import Oci


class Upload:
    """An upload under way."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.id: str = repo.initiate_layer_upload()["uploadId"]

    def part(self, first: int, data: bytes, last: int | None = None, **given: Any) -> Any:
        last = first + len(data) - 1 if last is None else last
        span = {"partFirstByte": first, "partLastByte": last}
        return self.repo.upload_layer_part(uploadId=self.id, layerPartBlob=data, **span, **given)

    def refuse_part(self, first: int, data: bytes, last: int | None = None) -> Refused:
        return refused(lambda: self.part(first, data, last))

    def complete(self, *digests: str) -> Any:
        return self.repo.complete_layer_upload(uploadId=self.id, layerDigests=list(digests))

    def invalid_part(self, message: str, received: int) -> Refused:
        members = {"registryId": self.repo.account, "repositoryName": self.repo.name, "uploadId": self.id}
        held = {"lastValidByteReceived": received - 1} if received else {}
        return Refused("InvalidLayerPartException", message, 400, {**members, **held})

    def not_found(self) -> Refused:
        message = (
            f"The upload with id '{self.id}' does not exist for the repository with name '{self.repo.name}' "
            f"in the registry with id '{self.repo.account}'"
        )
        return Refused("UploadNotFoundException", message, 400, {})


@pytest.fixture
def upload(repo: Repo) -> Upload:
    """A new upload to a new repository."""
    return Upload(repo)


def test_a_layer_in_parts(upload: Upload, oci: Oci) -> None:
    repo, data = upload.repo, random_bytes(5 * MIB + 1234, "parts")
    for first, part in ((0, data[: 5 * MIB]), (5 * MIB, data[5 * MIB :])):
        answer = upload.part(first, part, registryId=repo.account)
        del answer["ResponseMetadata"]
        assert answer == {
            "registryId": repo.account,
            "repositoryName": repo.name,
            "uploadId": upload.id,
            "lastByteReceived": first + len(part) - 1,
        }
    answer = upload.complete(digest_of(data))
    del answer["ResponseMetadata"]
    assert answer == {
        "registryId": repo.account,
        "repositoryName": repo.name,
        "uploadId": upload.id,
        "layerDigest": digest_of(data),
    }
    assert oci.get_blob(repo.name, digest_of(data)).expect(200).body == data


def test_an_upload_has_a_uuid_and_asks_for_parts_of_ten_mebibytes(repo: Repo) -> None:
    answers = [repo.initiate_layer_upload(registryId=repo.account) for _ in range(2)]
    assert {answer["partSize"] for answer in answers} == {10 * MIB}
    assert len({uuid.UUID(answer["uploadId"]) for answer in answers}) == 2


def test_a_part_begins_where_the_last_one_ended(upload: Upload) -> None:
    assert upload.refuse_part(1, b"abc") == upload.invalid_part("The layer part must begin at byte 0", 0)
    upload.part(0, b"abc")
    for first in (0, 2, 4, 1 << 40):
        expected = upload.invalid_part("The layer part must begin at byte 3", 3)
        assert upload.refuse_part(first, b"def") == expected
    upload.part(3, b"def")
    assert refused(lambda: upload.complete(digest_of(b"abcdef"))).code == "LayerPartTooSmallException"


def test_a_part_has_the_length_it_says(upload: Upload) -> None:
    upload.part(0, b"abc")
    for last in (4, 6, 2, 0):
        message = f"The layer part has 3 bytes, which are not bytes 3 to {last}"
        assert upload.refuse_part(3, b"def", last) == upload.invalid_part(message, 3)
    message = "The layer part has 0 bytes, which are not bytes 3 to 2"
    assert upload.refuse_part(3, b"", 2) == upload.invalid_part(message, 3)
    assert upload.part(3, b"def")["lastByteReceived"] == 5


def test_positions_and_parts_have_limits(upload: Upload) -> None:
    least = "Member must have value greater than or equal to 0"
    assert refused(lambda: upload.part(-1, b"a")) == invalid("partFirstByte", least)
    assert refused(lambda: upload.part(0, b"a", -1)) == invalid("partLastByte", least)
    most = "Member must have length less than or equal to 20971520"
    assert upload.refuse_part(0, bytes(20 * MIB + 1)) == invalid("layerPartBlob", most)
    assert upload.part(0, bytes(20 * MIB))["lastByteReceived"] == 20 * MIB - 1
    assert upload.complete(digest_of(bytes(20 * MIB)))["layerDigest"] == digest_of(bytes(20 * MIB))


def test_all_parts_but_the_last_have_five_mebibytes(upload: Upload) -> None:
    data = bytes(5 * MIB - 1) + b"last"
    upload.part(0, data[:-4])
    upload.part(5 * MIB - 1, data[-4:])
    message = "All layer parts except the last part should be at least 5MB"
    expected = Refused("LayerPartTooSmallException", message, 400, {})
    assert refused(lambda: upload.complete(digest_of(data))) == expected


def test_an_upload_without_parts_is_empty(upload: Upload) -> None:
    message = (
        f"The upload with id '{upload.id}' in the repository with name '{upload.repo.name}' in registry with id "
        f"'{upload.repo.account}' cannot be completed because it does not have any parts"
    )
    assert refused(lambda: upload.complete(digest_of(b""))) == Refused("EmptyUploadException", message, 400, {})


def test_a_wrong_digest_leaves_the_upload_as_it_stood(upload: Upload) -> None:
    upload.part(0, b"content")
    computed = digest_of(b"content")
    message = f"None of the provided layer digests match the calculated layer digest '{computed}'"
    expected = Refused("InvalidLayerException", message, 400, {})
    assert refused(lambda: upload.complete(digest_of(b"other"))) == expected
    assert upload.complete(computed)["layerDigest"] == computed


def test_one_right_digest_of_several_will_do(repo: Repo) -> None:
    data = b"known by two digests"
    wrong, sha256, sha512 = digest_of(b"other"), digest_of(data), digest_of(data, "sha512")
    for digests, right in (((wrong, sha256), sha256), ((sha512, sha256), sha512)):
        upload = Upload(repo)
        upload.part(0, data)
        assert upload.complete(*digests)["layerDigest"] == right
    found = repo.batch_check_layer_availability(layerDigests=[sha256, sha512])["layers"]
    assert [layer["layerAvailability"] for layer in found] == ["AVAILABLE", "AVAILABLE"]


def test_a_layer_that_is_there_ends_the_upload_with_an_error(repo: Repo) -> None:
    digest = repo.upload(b"twice")
    again = Upload(repo)
    again.part(0, b"twice")
    message = (
        f"Layer with digest '{digest}' already exists in the repository with name '{repo.name}' "
        f"in registry with id '{repo.account}'"
    )
    found = refused(lambda: again.complete(digest))
    assert found == Refused("LayerAlreadyExistsException", message, 400, {})
    assert refused(lambda: again.complete(digest)) == again.not_found()


def test_a_layer_of_another_repository_is_new_to_this_one(repo: Repo, new_repo: Any) -> None:
    other = new_repo()
    assert repo.upload(b"in two repositories") == other.upload(b"in two repositories")


def test_a_completed_upload_is_over(upload: Upload) -> None:
    upload.part(0, b"whole")
    upload.complete(digest_of(b"whole"))
    assert refused(lambda: upload.complete(digest_of(b"whole"))) == upload.not_found()
    assert upload.refuse_part(5, b"more") == upload.not_found()


def test_the_doors_share_their_uploads(upload: Upload, oci: Oci) -> None:
    upload.part(0, b"from ECR's API, ")
    location = f"/v2/{upload.repo.name}/blobs/uploads/{upload.id}"
    assert oci.request("GET", location).expect(204).headers["range"] == "0-15"
    digest = digest_of(b"from ECR's API, and by /v2/")
    oci.finish_upload(location, digest, b"and by /v2/").expect(201)
    assert refused(lambda: upload.complete(digest)) == upload.not_found()
