"""Digests that are wrong, of unknown algorithms, or no digests at all."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.support.images import OCI_MANIFEST, digest_of
from tests.support.oci import OCTETS

DATA = b"what the digest is not of"
HEX = digest_of(DATA).partition(":")[2]

NO_DIGESTS = [
    "sha256:",
    ":",
    "sha256",
    "sha256:" + "g" * 64,
    "sha256:" + HEX.upper(),
    "SHA256:" + HEX,
    "sha256:" + HEX[:-1],
    "sha256:" + HEX + "0",
    "sha256:" + HEX + "\n",
    "sha256: " + HEX[1:],
    "sha256:" + HEX[:-1] + "\u0660",
    "sha256:" + HEX + ":" + HEX,
    "sha512:" + HEX,
    "sha384:" + "0" * 96,
    "sha1:" + "0" * 40,
    "md5:" + "0" * 32,
    "blake3:" + HEX,
    "sha256+b64:" + HEX,
    "multihash+base58:QmRZxt2b1FVZPNqd8hsiykDL3TdBDeTSPX9Kv46HmX4Gx8",
    "../sha256:" + HEX,
    "sha256:" + "0" * 10_000,
]


@pytest.mark.parametrize("digest", NO_DIGESTS, ids=lambda text: ascii(text)[:40])
def test_what_is_no_digest(oci: Checked, repository: str, digest: str) -> None:
    """As a blob, a manifest, a subject, and of an upload in each of the ways that one is completed."""
    encoded = quote(digest, safe=":")
    location = oci.begin_upload(repository)
    attempts = [
        ("GET", f"/v2/{repository}/blobs/{encoded}"),
        ("HEAD", f"/v2/{repository}/blobs/{encoded}"),
        ("DELETE", f"/v2/{repository}/blobs/{encoded}"),
        ("GET", f"/v2/{repository}/referrers/{encoded}"),
        ("POST", f"/v2/{repository}/blobs/uploads/?digest={encoded}"),
        ("POST", f"/v2/{repository}/blobs/uploads/?mount={encoded}&from={repository}"),
        ("PUT", f"{location}?digest={encoded}"),
    ]
    for method, path in attempts:
        body = DATA if method in ("POST", "PUT") else None
        answer = oci.request(method, path, headers=OCTETS if body else None, body=body)
        if "%2F" in encoded.upper():
            assert answer.status in (400, 404)
        else:
            answer.expect(400)
            assert method == "HEAD" or answer.codes == ["DIGEST_INVALID"]
    # The upload is as it was: the right digest completes it.
    oci.finish_upload(location, digest_of(DATA), DATA).expect(201)
    assert oci.get_blob(repository, digest_of(DATA)).body == DATA


@pytest.mark.parametrize("digest", [each for each in NO_DIGESTS if ":" in each], ids=lambda text: ascii(text)[:40])
def test_what_is_no_digest_of_a_manifest(oci: Checked, repository: str, digest: str) -> None:
    path = f"/v2/{repository}/manifests/{quote(digest, safe=':')}"
    put = oci.request("PUT", path, headers={"Content-Type": OCI_MANIFEST}, body=b"{}").expect(400, 404)
    assert put.codes in (["DIGEST_INVALID"], ["NOT_FOUND"])
    for method in ("GET", "DELETE"):
        oci.request(method, path).expect(400, 404)


WRONG = [digest_of(b"other"), digest_of(b"other", "sha512"), digest_of(b""), "sha256:" + "0" * 64]


@pytest.mark.parametrize("digest", WRONG)
def test_the_digest_of_something_else(oci: Checked, repository: str, digest: str) -> None:
    location = oci.begin_upload(repository)
    oci.upload_chunk(location, 0, DATA).expect(202)
    assert oci.finish_upload(location, digest).expect(400).codes == ["DIGEST_INVALID"]
    path = f"/v2/{repository}/blobs/uploads/?digest={digest}"
    assert oci.request("POST", path, headers=OCTETS, body=DATA).expect(400).codes == ["DIGEST_INVALID"]
    for absent in (digest, digest_of(DATA)):
        oci.get_blob(repository, absent).expect(404)
    oci.finish_upload(location, digest_of(DATA)).expect(201)


@pytest.mark.parametrize("digests", [[each] for each in WRONG] + [WRONG], ids=str)
def test_the_digest_of_something_else_at_the_api(oci: Checked, ecr: Any, repository: str, digests: list[str]) -> None:
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=len(DATA) - 1, layerPartBlob=DATA
    )
    with pytest.raises(ClientError, match="InvalidLayerException"):
        ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=digests)
    for absent in (*digests, digest_of(DATA)):
        oci.get_blob(repository, absent).expect(404)
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest_of(DATA)])
    assert oci.get_blob(repository, digest_of(DATA)).body == DATA


def test_a_wrong_digest_of_known_content_finds_nothing(oci: Checked, earlier: str) -> None:
    """No digest but its own leads to a blob, however near."""
    digest = digest_of(b"{}")
    for position in (7, 40, 70):
        flipped = digest[:position] + ("0" if digest[position] != "0" else "1") + digest[position + 1 :]
        oci.get_blob(earlier, flipped).expect(404)
