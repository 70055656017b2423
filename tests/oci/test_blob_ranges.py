"""Ranges and conditions of blobs: RFC 9110, sections 13 and 14."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.oci.fixtures import SharedBlob

SIZE = SharedBlob.SIZE
FRAME = 1 << 20


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        (f"bytes={FRAME - 2}-{FRAME + 1}", FRAME - 2, FRAME + 1),
        (f"bytes={FRAME}-{2 * FRAME - 1}", FRAME, 2 * FRAME - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=100-", 100, SIZE - 1),
        (f"bytes=5-{SIZE * 10}", 5, SIZE - 1),
        ("bytes=0-9999999999999999999", 0, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        (f"bytes=-{FRAME + 3}", SIZE - FRAME - 3, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        ("Bytes= 7-8 ", 7, 8),
    ],
)
def test_a_single_range(oci: Checked, blob: SharedBlob, wanted: str, first: int, last: int) -> None:
    answer = oci.get_blob(blob.repository, blob.digest, {"Range": wanted}).expect(206)
    assert answer.body == blob.data[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.headers["docker-content-digest"] == blob.digest


@pytest.mark.parametrize(
    "wanted", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0", "bytes=9-2", "bytes=9999999999-"]
)
def test_a_range_outside_of_the_content(oci: Checked, blob: SharedBlob, wanted: str) -> None:
    answer = oci.get_blob(blob.repository, blob.digest, {"Range": wanted}).expect(416)
    assert answer.headers["content-range"] == f"bytes */{SIZE}"
    assert answer.codes == ["UNSUPPORTED"]


@pytest.mark.parametrize(
    "ignored",
    ["lines=0-1", "bytes=0-1,4-5", "bytes=", "bytes=-", "bytes=a-b", "bytes=0x1-2", "bytes=\u00b2-3", "0-1"],
)
def test_a_range_that_is_none_is_ignored(oci: Checked, blob: SharedBlob, ignored: str) -> None:
    answer = oci.get_blob(blob.repository, blob.digest, {"Range": ignored}).expect(200)
    assert answer.body == blob.data
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("form", ['"{}"', 'W/"{}"', "{}", "*", '"other", "{}"'])
def test_what_the_client_has_is_not_sent_again(oci: Checked, blob: SharedBlob, form: str) -> None:
    headers = {"If-None-Match": form.format(blob.digest)}
    for method in ("GET", "HEAD"):
        answer = oci.request(method, blob.path, headers=headers).expect(304)
        assert answer.headers["etag"] == f'"{blob.digest}"'
        assert answer.headers["docker-content-digest"] == blob.digest


def test_what_the_client_has_not_is_sent(oci: Checked, blob: SharedBlob) -> None:
    headers = {"If-None-Match": '"sha256:' + "0" * 64 + '"'}
    assert oci.request("GET", blob.path, headers=headers).expect(200).body == blob.data


def test_if_range_with_the_right_tag(oci: Checked, blob: SharedBlob) -> None:
    headers = {"Range": "bytes=3-5", "If-Range": f'"{blob.digest}"'}
    assert oci.request("GET", blob.path, headers=headers).expect(206).body == blob.data[3:6]


@pytest.mark.parametrize("condition", ['"other"', 'W/"{}"', "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_if_range_with_another_gets_all(oci: Checked, blob: SharedBlob, condition: str) -> None:
    headers = {"Range": "bytes=3-5", "If-Range": condition.format(blob.digest)}
    assert oci.request("GET", blob.path, headers=headers).expect(200).body == blob.data


def test_ranges_of_an_empty_blob(oci: Checked, repository: str) -> None:
    digest = oci.push_blob(repository, b"")
    oci.get_blob(repository, digest, {"Range": "bytes=0-0"}).expect(416)
    assert oci.get_blob(repository, digest, {"Range": "bytes=-5"}).expect(200).body == b""
