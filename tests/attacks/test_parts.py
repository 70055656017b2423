"""Parts of ECR's own upload protocol: out of order, too small, too large, not what they say."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.attacks.signed import sign
from tests.oci.checked import Checked
from tests.support.images import digest_of, random_bytes
from tests.support.server import Server

MINIMUM = 5 * 1024 * 1024
PART = random_bytes(1000, "part")


class Upload:
    """An upload at the API of one repository."""

    def __init__(self, ecr: Any, repository: str) -> None:
        self.ecr = ecr
        self.repository = repository
        self.id = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]

    def part(self, first: int, last: int, data: bytes) -> int:
        """Sends a part; how far the upload is then."""
        return self.ecr.upload_layer_part(
            repositoryName=self.repository,
            uploadId=self.id,
            partFirstByte=first,
            partLastByte=last,
            layerPartBlob=data,
        )["lastByteReceived"]

    def refused_part(self, first: int, last: int, data: bytes) -> dict[str, Any]:
        """Sends a part that is refused; the members of the exception."""
        with pytest.raises(ClientError) as refused:
            self.part(first, last, data)
        return refused.value.response

    def complete(self, data: bytes) -> str:
        return self.ecr.complete_layer_upload(
            repositoryName=self.repository, uploadId=self.id, layerDigests=[digest_of(data)]
        )["layerDigest"]

    def refused_completion(self, data: bytes) -> str:
        """Completes an upload that cannot be; the error's code."""
        with pytest.raises(ClientError) as refused:
            self.complete(data)
        return refused.value.response["Error"]["Code"]


@pytest.fixture
def upload(ecr: Any, repository: str) -> Upload:
    return Upload(ecr, repository)


@pytest.mark.parametrize(
    ("first", "last", "size"),
    [
        (0, 999, 1000),  # again
        (1001, 2000, 1000),  # a byte left out
        (999, 1998, 1000),  # a byte twice
        (10**15, 10**15 + 999, 1000),
        (1000, 1998, 1000),  # a byte more than it says
        (1000, 2000, 1000),  # a byte fewer
        (1000, 1000, 1000),
        (1000, 999, 1),  # ends before it begins
        (1000, 999, 0),
        (2**53, 2**53 + 999, 1000),
        (2**63 - 1000, 2**63 - 1, 1000),
    ],
)
def test_parts_that_do_not_follow(oci: Checked, upload: Upload, first: int, last: int, size: int) -> None:
    assert upload.part(0, 999, PART) == 999
    response = upload.refused_part(first, last, PART[:size])
    assert response["Error"]["Code"] == "InvalidLayerPartException"
    told = {key: response[key] for key in ("repositoryName", "uploadId", "lastValidByteReceived")}
    assert told == {"repositoryName": upload.repository, "uploadId": upload.id, "lastValidByteReceived": 999}
    assert upload.complete(PART) == digest_of(PART)
    assert oci.get_blob(upload.repository, digest_of(PART)).body == PART


def test_a_first_part_that_is_not(upload: Upload) -> None:
    response = upload.refused_part(5, 1004, PART)
    assert response["Error"]["Code"] == "InvalidLayerPartException"
    assert "lastValidByteReceived" not in response
    assert upload.part(0, 999, PART) == 999


@pytest.mark.parametrize("number", ["0", 0.0, 1e300, True, None, [0], -1, -1000, -(2**63), 2**63, 2**200])
def test_positions_that_are_none(server: Server, upload: Upload, number: Any) -> None:
    body = {"repositoryName": upload.repository, "uploadId": upload.id, "partLastByte": 3, "layerPartBlob": "QUJDRA=="}
    reply = sign(server, "UploadLayerPart", {**body, "partFirstByte": number}).send()
    assert reply.status == 400, reply.body
    assert reply.code in ("SerializationException", "InvalidParameterException", "InvalidLayerPartException")
    assert upload.part(0, 999, PART) == 999


@pytest.mark.parametrize("blob", ["QUJDRA", "QUJDRA===", "Q U J D", "QUJD\n", "\u00e9", "====", 7, ["QUJD"], {}])
def test_bytes_that_are_no_base64(server: Server, upload: Upload, blob: Any) -> None:
    body = {"repositoryName": upload.repository, "uploadId": upload.id, "partFirstByte": 0, "partLastByte": 3}
    reply = sign(server, "UploadLayerPart", {**body, "layerPartBlob": blob}).send()
    assert reply.status == 400
    assert reply.code in ("SerializationException", "InvalidLayerPartException")
    assert upload.part(0, 999, PART) == 999


def test_a_part_over_20_mib(upload: Upload) -> None:
    size = 20 * 1024 * 1024 + 1
    response = upload.refused_part(0, size - 1, bytes(size))
    assert response["Error"]["Code"] == "InvalidParameterException"
    assert "layerPartBlob" in response["Error"]["Message"]
    assert upload.part(0, 999, PART) == 999


def test_only_the_last_part_may_be_small(oci: Checked, upload: Upload) -> None:
    upload.part(0, 999, PART)
    upload.part(1000, 1999, PART)
    assert upload.refused_completion(PART * 2) == "LayerPartTooSmallException"
    oci.get_blob(upload.repository, digest_of(PART * 2)).expect(404)


def test_parts_of_5_mib_and_a_small_one(oci: Checked, upload: Upload) -> None:
    data = random_bytes(MINIMUM, "whole part") + PART
    upload.part(0, MINIMUM - 1, data[:MINIMUM])
    upload.part(MINIMUM, len(data) - 1, PART)
    upload.complete(data)
    assert oci.get_blob(upload.repository, digest_of(data)).body == data


def test_an_upload_without_parts(upload: Upload) -> None:
    assert upload.refused_completion(b"") == "EmptyUploadException"
    upload.part(0, 999, PART)
    assert upload.complete(PART) == digest_of(PART)


def test_a_completed_upload_is_over(upload: Upload) -> None:
    upload.part(0, 999, PART)
    upload.complete(PART)
    assert upload.refused_completion(PART) == "UploadNotFoundException"
    assert upload.refused_part(1000, 1999, PART)["Error"]["Code"] == "UploadNotFoundException"
