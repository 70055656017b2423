"""The JSON protocol from end to end: signed request in, answer or error out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.aws.door import ACCOUNT, JSON, KEY, Client, answer_of, call, ecr_request, error_of
from tests.aws.models import ECR
from tests.rules.signing import KEY_ID, Headers, sign

UNKNOWN = "UnknownOperationException"
TARGET = f"{ECR.metadata.target_prefix}.DescribeRegistry"
PART = {"uploadId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12, "partFirstByte": 0, "partLastByte": 1, "layerPartBlob": ""}


def test_an_answer() -> None:
    status, body = call("CreateRepository", {"repositoryName": "hello"})
    assert status == 200
    assert body == {"repository": {"registryId": ACCOUNT, "repositoryName": "hello", "createdAt": 1.5}}


def test_another_accounts_registry() -> None:
    _, body = call("CreateRepository", {"repositoryName": "hello", "registryId": "999999999999"})
    assert body["repository"]["registryId"] == "999999999999"


def test_the_region_is_that_of_the_scope() -> None:
    _, body = answer_of(Client().send(*ecr_request("DescribeRegistry", region="eu-central-2")))
    assert body == {"registryId": f"{ACCOUNT} in eu-central-2"}


def test_a_presigned_call() -> None:
    signed, body = ecr_request("DescribeRegistry", expires=60)
    assert "X-Amz-Signature=" in signed.request.query_string
    # botocore moves a JSON body into the query of a presigned request, so that what is sent is empty.
    assert Client().send(signed, b"").status_code == 200
    assert body == b"{}"


def test_an_error_with_members_of_its_own() -> None:
    assert call("UploadLayerPart", {**PART, "repositoryName": "bad"}) == (
        400,
        {
            "__type": "InvalidLayerPartException",
            "message": "not in order",
            "registryId": ACCOUNT,
            "repositoryName": "bad",
            "uploadId": PART["uploadId"],
            "lastValidByteReceived": 41,
        },
    )


def test_an_unforeseen_error_goes_to_the_log_and_not_to_the_client() -> None:
    with capture_logs() as logs:
        status, code, message = error_of(Client().send(*ecr_request("DeleteRepository", {"repositoryName": "hello"})))
    assert (status, code) == (500, "ServerException")
    assert "secret" not in message
    assert "request-1" in message
    assert [entry["log_level"] for entry in logs] == ["error"]


def test_a_store_that_is_away() -> None:
    assert call("TagResource", {"resourceArn": "arn", "tags": []})[0] == 503


@pytest.mark.parametrize(
    ("operation", "given_body", "code"),
    [
        ("CreateRepository", b"{", "SerializationException"),
        ("CreateRepository", b"[" * 100_000, "SerializationException"),
        ("CreateRepository", {"repositoryName": "No"}, "InvalidParameterException"),
        ("StartImageScan", {}, "UnsupportedCommandException"),
        ("MakeCoffee", {}, "UnknownOperationException"),
        ("", {}, "UnknownOperationException"),
    ],
)
def test_what_is_wrong_with_a_call(operation: str, given_body: object, code: str) -> None:
    status, body = call(operation, given_body)
    assert (status, body["__type"]) == (400, code)


@pytest.mark.parametrize(
    ("method", "headers", "status", "code"),
    [
        ("POST", (("X-Amz-Target", TARGET),), 415, "UnsupportedMediaTypeException"),
        ("POST", (("X-Amz-Target", TARGET), ("Content-Type", "text/xml")), 415, "UnsupportedMediaTypeException"),
        ("POST", (("Content-Type", JSON),), 400, "UnknownOperationException"),
        ("POST", (("X-Amz-Target", "Other.DescribeRegistry"), ("Content-Type", JSON)), 400, UNKNOWN),
        ("GET", (("X-Amz-Target", TARGET), ("Content-Type", JSON)), 400, UNKNOWN),
        ("POST", (("X-Amz-Target", TARGET), ("X-Amz-Target", TARGET), ("Content-Type", JSON)), 400,
         "UnknownOperationException"),
        ("POST", (("X-Amz-Target", TARGET), ("Content-Type", f"{JSON}; charset=utf-8")), 200, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_head(method: str, headers: Headers, status: int, code: str) -> None:
    response = Client().send(sign(method, headers=headers))
    assert response.status_code == status
    assert not code or error_of(response)[1] == code


@pytest.mark.parametrize(
    ("client", "code"),
    [
        (Client(key=None), "UnrecognizedClientException"),
        (Client(key=replace(KEY, active=False)), "UnrecognizedClientException"),
        (Client(key=replace(KEY, secret="another")), "InvalidSignatureException"),
        (Client(key=replace(KEY, session_token="token")), "UnrecognizedClientException"),
        (Client(key=replace(KEY, expires=datetime(2020, 1, 1, tzinfo=UTC))), "ExpiredTokenException"),
        (Client(clock_offset=301), "InvalidSignatureException"),
        (Client(clock_offset=-301), "InvalidSignatureException"),
    ],
)
def test_credentials_that_prove_nothing(client: Client, code: str) -> None:
    status, body = call("DescribeRegistry", client=client)
    assert (status, body["__type"]) == (400, code)


def test_temporary_credentials() -> None:
    client = Client(key=replace(KEY, session_token="token", expires=datetime(2999, 1, 1, tzinfo=UTC)))
    assert client.send(*ecr_request("DescribeRegistry", token="token")).status_code == 200


def test_unsigned_and_half_signed_calls() -> None:
    signed, body = ecr_request("DescribeRegistry")
    unsigned = Client().send(signed.with_header("authorization"), body)
    assert error_of(unsigned) == (400, "MissingAuthenticationTokenException", "Missing Authentication Token")
    half = Client().send(signed.with_header("authorization", f"AWS4-HMAC-SHA256 Credential={KEY_ID}"), body)
    assert error_of(half)[1] == "IncompleteSignature"


def test_a_service_that_is_not_here() -> None:
    status, code, message = error_of(Client().send(*ecr_request("DescribeRegistry", service="s3")))
    assert (status, code) == (400, "InvalidSignatureException")
    assert message == "Credential should be scoped to correct service: 'ecr', 'sts'."


@given(st.binary(min_size=1, max_size=30))
def test_a_body_that_was_not_signed(other: bytes) -> None:
    signed, body = ecr_request("DescribeRegistry")
    response = Client().send(signed, body + other)
    assert error_of(response)[1] == "InvalidSignatureException"
