"""Blobs: GET, HEAD and DELETE."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.support.images import digest_of, random_bytes, tiny_image

ABSENT = "sha256:" + "0" * 64
SIZES = [0, 1, 4096, (1 << 20) - 1, 1 << 20, (3 << 20) + 17]


@pytest.mark.parametrize("size", SIZES)
def test_a_blob_comes_back_as_it_went_in(oci: Checked, repository: str, size: int) -> None:
    data = random_bytes(size, f"blob {size}")
    digest = oci.push_blob(repository, data)
    got = oci.get_blob(repository, digest).expect(200)
    assert got.body == data
    head = oci.head_blob(repository, digest).expect(200)
    for answer in (got, head):
        assert answer.headers["content-length"] == str(size)
        assert answer.headers["docker-content-digest"] == digest
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["etag"] == f'"{digest}"'


def test_a_blob_goes_by_the_digest_that_it_was_pushed_with(oci: Checked, repository: str) -> None:
    data = b"known by its SHA-512"
    digest = oci.push_sha512(repository, data)
    answer = oci.get_blob(repository, digest).expect(200)
    assert (answer.body, answer.headers["docker-content-digest"]) == (data, digest)
    assert oci.get_blob(repository, digest_of(data)).expect(404).codes == ["BLOB_UNKNOWN"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_an_unknown_blob_is_404(oci: Checked, repository: str, method: str) -> None:
    answer = oci.request(method, f"/v2/{repository}/blobs/{ABSENT}").expect(404)
    assert method == "HEAD" or answer.codes == ["BLOB_UNKNOWN"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
def test_an_unknown_repository_is_404(oci: Checked, method: str) -> None:
    answer = oci.request(method, f"/v2/no-such-repository/blobs/{ABSENT}").expect(404)
    if method != "HEAD":
        assert answer.codes == ["NAME_UNKNOWN"]
        assert "The repository with name 'no-such-repository' does not exist" in answer.json()["errors"][0]["message"]


def test_a_deleted_blob_is_gone_from_its_repository_only(oci: Checked, repository: str, other: str) -> None:
    data = b"held by two repositories"
    digest = oci.push_blob(repository, data)
    oci.push_blob(other, data)
    answer = oci.request("DELETE", f"/v2/{repository}/blobs/{digest}").expect(202)
    assert answer.body == b""
    oci.get_blob(repository, digest).expect(404)
    oci.request("DELETE", f"/v2/{repository}/blobs/{digest}").expect(404)
    assert oci.get_blob(other, digest).expect(200).body == data


def test_a_blob_of_an_image_stays_until_the_image_goes(oci: Checked, repository: str) -> None:
    image = tiny_image("in use")
    oci.push_image(repository, image, "v1")
    for blob in image.blobs:
        path = f"/v2/{repository}/blobs/{digest_of(blob)}"
        answer = oci.request("DELETE", path).expect(405)
        assert answer.codes == ["UNSUPPORTED"]
        assert answer.headers["allow"] == "GET, HEAD"
        assert oci.request("GET", path).expect(200).body == blob
    oci.delete_manifest(repository, image.digest).expect(202)
    for blob in image.blobs:
        oci.request("DELETE", f"/v2/{repository}/blobs/{digest_of(blob)}").expect(202)


def test_a_deleted_blob_can_be_pushed_again(oci: Checked, repository: str) -> None:
    data = b"back again"
    digest = oci.push_blob(repository, data)
    oci.request("DELETE", f"/v2/{repository}/blobs/{digest}").expect(202)
    oci.push_blob(repository, data)
    assert oci.get_blob(repository, digest).expect(200).body == data
