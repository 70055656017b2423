"""Repository names and tags out of their grammar, and paths made to mean something else."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from tests.attacks.signed import sign
from tests.attacks.wire import basic, body_of, exchange, statuses
from tests.oci.checked import Checked
from tests.support.images import Image
from tests.support.server import Server

DIGEST = "sha256:" + "0" * 64

BAD_NAMES = [
    "a",
    "A",
    "Ab",
    "ab-",
    "-ab",
    "ab/",
    "/ab",
    "a//b",
    "ab.",
    ".ab",
    "..",
    "../ab",
    "ab/..",
    "ab/../cd",
    "ab/./cd",
    "a..b",
    "a___b",
    "a._b",
    "_ab",
    "a b",
    " ab",
    "ab ",
    "ab\t",
    "ab\n",
    "ab\0",
    "ab\0cd",
    "ab\\cd",
    "ab:cd",
    "ab@cd",
    "ab?",
    "ab#cd",
    "ab%2fcd",
    "ab;cd",
    "caf\u00e9",
    "\u0430\u0431",
    "ab\u200b",
    "\uff41\uff42",
    "ab\u2024cd",
    "ab/\u2025/cd",
    "\U0001f6a2\U0001f6a2",
    "a" * 257,
    "a/" * 128 + "a",
    "' OR '1'='1",
    "ab'; DROP TABLE images;--",
    "${jndi:ldap://localhost/x}",
    "<script>alert(1)</script>",
]
REQUESTS = [
    ("GET", "tags/list"),
    ("GET", "manifests/v1"),
    ("PUT", "manifests/v1"),
    ("DELETE", "manifests/v1"),
    ("GET", f"blobs/{DIGEST}"),
    ("POST", "blobs/uploads/"),
    ("GET", f"referrers/{DIGEST}"),
]


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_names_at_the_registry(oci: Checked, name: str) -> None:
    encoded = quote(name, safe="/")
    for method, rest in REQUESTS:
        answer = oci.request(method, f"/v2/{encoded}/{rest}").expect(400, 404)
        # NUL and a slash within a segment make no name of this registry at all.
        assert answer.codes in (["NAME_INVALID"], ["NOT_FOUND"])
        assert (answer.status == 404) == ("\0" in name)


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
def test_names_at_the_api(server: Server, ecr: Any, name: str) -> None:
    before = ecr.describe_repositories(maxResults=1000)["repositories"]
    for operation in ("CreateRepository", "ListImages", "DeleteRepository"):
        reply = sign(server, operation, {"repositoryName": name}).send()
        assert (reply.status, reply.code) == (400, "InvalidParameterException")
    assert ecr.describe_repositories(maxResults=1000)["repositories"] == before


BAD_TAGS = ["-v", ".v", "v 1", "v\n", "v\0", "v/1", "v\\1", "v:1", "v@1", "v+1", "caf\u00e9", "\U0001f6a2", "v" * 129]
BAD_TAGS += ["..", "%2e%2e", "v1;", "'", "\u0660", "v\u200b"]


@pytest.mark.parametrize("tag", BAD_TAGS, ids=ascii)
def test_tags(oci: Checked, ecr: Any, earlier: str, earlier_image: Image, tag: str) -> None:
    path = f"/v2/{earlier}/manifests/{quote(tag, safe='')}"
    headers = {"Content-Type": earlier_image.media_type}
    oci.request("PUT", path, headers=headers, body=earlier_image.manifest).expect(400, 404)
    assert oci.request("GET", path).status in (400, 404)
    assert oci.request("DELETE", path).status in (400, 404)
    by_digest = f"/v2/{earlier}/manifests/{earlier_image.digest}?tag={quote(tag, safe='')}"
    oci.request("PUT", by_digest, headers=headers, body=earlier_image.manifest).expect(400)
    with pytest.raises(ClientError, match="InvalidParameterException"):
        ecr.put_image(repositoryName=earlier, imageManifest=earlier_image.manifest.decode(), imageTag=tag)
    assert oci.tags(earlier).json()["tags"] == ["v1"]


PATHS = [
    "/v2/../v2/{name}/tags/list",
    "/v2/x/../{name}/tags/list",
    "/v2/./{name}/tags/list",
    "/v2//{name}/tags/list",
    "//v2/{name}/tags/list",
    "/v2/{name}//tags/list",
    "/v2/{name}/tags//list",
    "/v2/{name}/./tags/list",
    "/v2/{name}/x/../tags/list",
    "/v2/%2e%2e/v2/{name}/tags/list",
    "/v2/x%2f..%2f{name}/tags/list",
    "/v2/x/%2e%2e/{name}/tags/list",
    "/v2/x/..%5c{name}/tags/list",
    "/v2%2f{name}/tags/list",
    "/v2/{name}%2ftags%2flist",
    "/v2/{name}%00/tags/list",
    "/v2/{name}/tags/list%00",
    "/v2/{name}/tags/list/",
    "/v2/{name}/tags/list/..",
    "/v2/{name};x=1/tags/list",
    "/v2/{name}%20/tags/list",
    "/v2/%252e%252e/{name}/tags/list",
    "/v2/{name}/manifests/..%2fmanifests%2fv1",
    "/v2/{name}/manifests/../manifests/v1",
    "/v2/{name}/blobs/../manifests/v1",
    "/v2/{name}/blobs/..%2f..%2f..%2f..%2fetc%2fpasswd",
    "/v2/{name}/blobs/sha256:..%2f..%2f..%2fmaster.key",
    "/v2/{name}/blobs/uploads/..%2f..%2f..%2fmaster.key",
    "/v2/{name}/blobs/uploads/..",
    "/layers/..%2f..%2fmaster.key",
    "/layers/../../../../etc/passwd",
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/v2/{name}/referrers/..",
    "/v2/_catalog/../{name}/tags/list",
]


@pytest.mark.parametrize("path", PATHS)
def test_paths_are_taken_as_they_are(server: Server, password: str, earlier: str, path: str) -> None:
    """Nothing is normalized: a path names what it says or nothing."""
    line = f"GET {path.format(name=earlier)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = exchange(server, line + basic(password) + "\r\n")
    assert statuses(answer)[0] in (400, 403, 404)
    assert b'"errors"' in body_of(answer)
    for secret in (b"root:", b'"tags"', b"schemaVersion"):
        assert secret not in answer


@pytest.mark.parametrize(
    "path", [b"/v2/\xff\xfe/tags/list", b"/v2/caf\xc3\xa9/tags/list", b"/v2/\xed\xa0\x80/tags/list"]
)
def test_raw_bytes_in_a_path(server: Server, password: str, path: bytes) -> None:
    head = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    assert statuses(exchange(server, head + basic(password).encode() + b"\r\n"))[0] == 400


@pytest.mark.parametrize("byte", [b"\0", b"\r", b"\n", b" ", b"\x7f", b"\x01"], ids=ascii)
def test_bytes_that_no_request_line_has(server: Server, password: str, byte: bytes) -> None:
    head = b"GET /v2/earlier" + byte + b"x/tags/list HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = exchange(server, head + basic(password).encode() + b"\r\n", end=True)
    assert statuses(answer)[:1] in ([400], [])


def test_an_encoded_letter_is_that_letter(oci: Checked, earlier: str) -> None:
    encoded = "".join(f"%{ord(letter):02x}" for letter in earlier)
    answer = oci.request("GET", f"/v2/{encoded}/tags/list").expect(200)
    assert answer.json() == {"name": earlier, "tags": ["v1"]}
