"""Uploads: begun, completed, looked at, given up."""

from __future__ import annotations

import uuid

import pytest

from tests.oci.checked import Checked
from tests.support.images import digest_of, random_bytes
from tests.support.oci import OCTETS, Answer

WRONG = "sha256:" + "0" * 64
NONE = {"Content-Length": "0"}


def assert_stands(answer: Answer, repository: str, received: int) -> str:
    """Checks what every answer about an upload under way says; returns the upload's path."""
    upload_id = answer.headers["docker-upload-uuid"]
    uuid.UUID(upload_id)
    assert answer.headers["location"] == f"/v2/{repository}/blobs/uploads/{upload_id}"
    assert answer.headers["range"] == f"0-{max(received - 1, 0)}"
    return answer.headers["location"]


def assert_stored(oci: Checked, answer: Answer, repository: str, data: bytes, digest: str) -> None:
    """Checks the answer to a completed upload, and that the blob is there."""
    answer.expect(201)
    assert answer.headers["location"] == f"/v2/{repository}/blobs/{digest}"
    assert answer.headers["docker-content-digest"] == digest
    assert answer.body == b""
    assert oci.request("GET", answer.headers["location"]).expect(200).body == data


@pytest.mark.parametrize("slash", ["", "/"])
def test_post_begins_an_upload(oci: Checked, repository: str, slash: str) -> None:
    answer = oci.request("POST", f"/v2/{repository}/blobs/uploads{slash}", headers=NONE).expect(202)
    location = assert_stands(answer, repository, 0)
    assert_stands(oci.request("GET", location).expect(204), repository, 0)


def test_every_upload_has_an_id_of_its_own(oci: Checked, repository: str) -> None:
    assert len({oci.begin_upload(repository) for _ in range(5)}) == 5


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_post_with_a_digest_takes_a_blob_at_once(oci: Checked, repository: str, algorithm: str) -> None:
    data = random_bytes(1_500_000, "at once")
    digest = digest_of(data, algorithm)
    path = f"/v2/{repository}/blobs/uploads/?digest={digest}"
    assert_stored(oci, oci.request("POST", path, headers=OCTETS, body=data), repository, data, digest)


def test_post_with_a_digest_takes_a_stream(oci: Checked, repository: str) -> None:
    pieces = [random_bytes(70_000, n) for n in range(20)]
    data = b"".join(pieces)
    digest = digest_of(data)
    path = f"/v2/{repository}/blobs/uploads/?digest={digest}"
    assert_stored(oci, oci.request("POST", path, headers=OCTETS, body=iter(pieces)), repository, data, digest)


def test_post_with_another_digest_than_the_body_s(oci: Checked, repository: str) -> None:
    path = f"/v2/{repository}/blobs/uploads/?digest={WRONG}"
    assert oci.request("POST", path, headers=OCTETS, body=b"other").expect(400).codes == ["DIGEST_INVALID"]
    oci.get_blob(repository, WRONG).expect(404)
    oci.get_blob(repository, digest_of(b"other")).expect(404)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_put_with_all_bytes(oci: Checked, repository: str, algorithm: str) -> None:
    data = random_bytes(2_000_000, "put")
    digest = digest_of(data, algorithm)
    answer = oci.finish_upload(oci.begin_upload(repository), digest, data)
    assert_stored(oci, answer, repository, data, digest)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_put_without_a_body_after_a_patch(oci: Checked, repository: str, algorithm: str) -> None:
    data = random_bytes(1_200_000, "patched")
    location = oci.begin_upload(repository)
    oci.request("PATCH", location, headers=OCTETS, body=data).expect(202)
    digest = digest_of(data, algorithm)
    assert_stored(oci, oci.finish_upload(location, digest), repository, data, digest)


def test_put_with_the_last_bytes(oci: Checked, repository: str) -> None:
    data = random_bytes(1_100_000, "in two")
    location = oci.begin_upload(repository)
    oci.request("PATCH", location, headers=OCTETS, body=data[:1_050_000]).expect(202)
    digest = digest_of(data)
    assert_stored(oci, oci.finish_upload(location, digest, data[1_050_000:]), repository, data, digest)


def test_put_with_a_streamed_body(oci: Checked, repository: str) -> None:
    pieces = [b"one", b"two", b"three"]
    digest = digest_of(b"".join(pieces))
    location = oci.begin_upload(repository)
    answer = oci.request("PUT", f"{location}?digest={digest}", headers=OCTETS, body=iter(pieces))
    assert_stored(oci, answer, repository, b"onetwothree", digest)


def test_put_of_no_bytes_is_the_empty_blob(oci: Checked, repository: str) -> None:
    digest = digest_of(b"")
    assert_stored(oci, oci.finish_upload(oci.begin_upload(repository), digest), repository, b"", digest)


def test_put_with_the_wrong_digest_leaves_the_upload(oci: Checked, repository: str) -> None:
    data = b"to be tried twice"
    location = oci.begin_upload(repository)
    oci.request("PATCH", location, headers=OCTETS, body=data).expect(202)
    assert oci.finish_upload(location, WRONG).expect(400).codes == ["DIGEST_INVALID"]
    assert oci.finish_upload(location, digest_of(data), b"and more").expect(400).codes == ["DIGEST_INVALID"]
    assert_stands(oci.request("GET", location).expect(204), repository, len(data))
    assert_stored(oci, oci.finish_upload(location, digest_of(data)), repository, data, digest_of(data))


@pytest.mark.parametrize("query", ["", "?digest=", "?digest=sha256", "?digest=sha256:", "?digest=md5:00", "?other=1"])
def test_put_without_a_digest(oci: Checked, repository: str, query: str) -> None:
    location = oci.begin_upload(repository)
    answer = oci.request("PUT", f"{location}{query}", headers=NONE).expect(400)
    assert answer.codes == ["DIGEST_INVALID"]
    oci.request("GET", location).expect(204)


def test_a_completed_upload_is_over(oci: Checked, repository: str) -> None:
    location, digest = oci.begin_upload(repository), digest_of(b"done")
    oci.finish_upload(location, digest, b"done").expect(201)
    for answer in (
        oci.request("GET", location),
        oci.request("PATCH", location, headers=OCTETS, body=b"more"),
        oci.finish_upload(location, digest, b"done"),
        oci.request("DELETE", location),
    ):
        assert answer.expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]


def test_an_upload_can_be_given_up(oci: Checked, repository: str) -> None:
    location = oci.begin_upload(repository)
    oci.request("PATCH", location, headers=OCTETS, body=b"not to be kept").expect(202)
    oci.request("DELETE", location).expect(204)
    for method in ("GET", "PATCH", "DELETE"):
        assert oci.request(method, location, headers=NONE).expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]


def test_the_same_blob_again_is_taken_again(oci: Checked, repository: str) -> None:
    data = b"twice the same"
    for _ in range(2):
        location = oci.begin_upload(repository)
        assert_stored(oci, oci.finish_upload(location, digest_of(data), data), repository, data, digest_of(data))


def test_uploads_need_their_repository(oci: Checked) -> None:
    for path in ("/v2/no-such-repository/blobs/uploads/", f"/v2/no-such-repository/blobs/uploads/?digest={WRONG}"):
        assert oci.request("POST", path, headers=NONE).expect(404).codes == ["NAME_UNKNOWN"]
