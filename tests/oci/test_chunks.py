"""Uploads in chunks: where each has to begin, and what the client is told when it does not."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.oci.test_uploads import NONE, assert_stands
from tests.support.images import digest_of, random_bytes
from tests.support.oci import OCTETS

CHUNK = 700_001


def test_chunks_one_after_the_other(oci: Checked, repository: str) -> None:
    # On a connection each, so that they meet different workers, and none of them as long as a frame.
    data = random_bytes(CHUNK * 7, "chunks")
    location = oci.begin_upload(repository)
    for start in range(0, len(data), CHUNK):
        answer = oci.upload_chunk(location, start, data[start : start + CHUNK]).expect(202)
        location = assert_stands(answer, repository, start + CHUNK)
        assert_stands(oci.request("GET", location).expect(204), repository, start + CHUNK)
    digest = digest_of(data)
    oci.finish_upload(location, digest).expect(201)
    assert oci.get_blob(repository, digest).expect(200).body == data


def test_tiny_chunks(oci: Checked, repository: str) -> None:
    assert oci.push_blob_in_chunks(repository, b"a byte at a time", 1) == digest_of(b"a byte at a time")


def test_streams_behind_one_another(oci: Checked, repository: str) -> None:
    pieces = [random_bytes(300_000, n) for n in range(8)]
    location = oci.begin_upload(repository)
    for half in (pieces[:4], pieces[4:]):
        answer = oci.request("PATCH", location, headers=OCTETS, body=iter(half)).expect(202)
    assert_stands(answer, repository, 2_400_000)
    digest = digest_of(b"".join(pieces))
    oci.finish_upload(location, digest).expect(201)
    assert oci.get_blob(repository, digest).expect(200).body == b"".join(pieces)


@pytest.mark.parametrize("form", ["0-4", "bytes 0-4/*", "bytes 0-4/5", "bytes 0-4"])
def test_forms_of_content_range(oci: Checked, repository: str, form: str) -> None:
    headers = {"Content-Range": form, **OCTETS}
    answer = oci.request("PATCH", oci.begin_upload(repository), headers=headers, body=b"12345").expect(202)
    assert_stands(answer, repository, 5)


def test_a_chunk_without_length_but_with_a_range(oci: Checked, repository: str) -> None:
    headers = {"Content-Range": "0-5", **OCTETS}
    answer = oci.request("PATCH", oci.begin_upload(repository), headers=headers, body=iter([b"123", b"456"]))
    assert_stands(answer.expect(202), repository, 6)


@pytest.mark.parametrize("start", [0, 5, 9, 11, 1 << 40])
def test_a_chunk_out_of_order(oci: Checked, repository: str, start: int) -> None:
    location = oci.begin_upload(repository)
    oci.upload_chunk(location, 0, b"0123456789").expect(202)
    answer = oci.upload_chunk(location, start, b"abcde").expect(416)
    assert answer.codes == ["BLOB_UPLOAD_INVALID"]
    assert_stands(answer, repository, 10)
    oci.upload_chunk(oci.location(answer), 10, b"abcde").expect(202)
    oci.finish_upload(location, digest_of(b"0123456789abcde")).expect(201)


def test_the_first_chunk_has_to_be_the_first(oci: Checked, repository: str) -> None:
    location = oci.begin_upload(repository)
    assert_stands(oci.upload_chunk(location, 1, b"late").expect(416), repository, 0)
    assert_stands(oci.upload_chunk(location, 0, b"first").expect(202), repository, 5)


def test_the_last_chunk_comes_with_the_put_in_order_too(oci: Checked, repository: str) -> None:
    data = b"0123456789"
    location = oci.begin_upload(repository)
    oci.upload_chunk(location, 0, data[:6]).expect(202)
    path = f"{location}?digest={digest_of(data)}"
    answer = oci.request("PUT", path, headers={"Content-Range": "7-9", **OCTETS}, body=data[7:]).expect(416)
    assert_stands(answer, repository, 6)
    oci.request("PUT", path, headers={"Content-Range": "6-9", **OCTETS}, body=data[6:]).expect(201)
    assert oci.get_blob(repository, digest_of(data)).body == data


def test_a_patch_without_bytes_changes_nothing(oci: Checked, repository: str) -> None:
    location = oci.begin_upload(repository)
    oci.upload_chunk(location, 0, b"some").expect(202)
    assert_stands(oci.request("PATCH", location, headers=NONE).expect(202), repository, 4)
    oci.finish_upload(location, digest_of(b"some")).expect(201)


@pytest.mark.parametrize(
    "form", ["", "5", "5-4", "a-b", "-5", "0-", "bytes */5", "bytes 0-4/4", "0-99999999999999999999"]
)
def test_a_content_range_that_is_none(oci: Checked, repository: str, form: str) -> None:
    location = oci.begin_upload(repository)
    headers = {"Content-Range": form, **OCTETS}
    answer = oci.request("PATCH", location, headers=headers, body=b"12345").expect(400)
    assert "Content-Range" in answer.json()["errors"][0]["message"]
    assert_stands(oci.request("GET", location).expect(204), repository, 0)
