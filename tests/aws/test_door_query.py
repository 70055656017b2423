"""STS from end to end, in all the forms in which it is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from entrepot.context import Principal
from tests.aws.door import ACCOUNT, FORM, KEY, ROOT, Client, error_of
from tests.rules.signing import KEY_ID, Signed, sign

IDENTITY = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}


def post(parameters: dict[str, str] | bytes, content_type: str = FORM, **options: object) -> tuple[Signed, bytes]:
    body = parameters if isinstance(parameters, bytes) else urlencode(parameters).encode()
    return sign(headers=(("Content-Type", content_type),), body=body, service="sts", **options), body  # type: ignore[arg-type]


def identity(body: bytes) -> tuple[str | None, ...]:
    root = ET.fromstring(body)  # noqa: S314 - our own answer
    return tuple(root.findtext(f"{{*}}GetCallerIdentityResult/{{*}}{name}") for name in ("UserId", "Account", "Arn"))


def test_a_post() -> None:
    response = Client().send(*post(IDENTITY))
    assert (response.status_code, response.headers["content-type"]) == (200, "text/xml; charset=utf-8")
    assert identity(bytes(response.body)) == (ACCOUNT, ACCOUNT, ROOT.arn)
    assert b"<RequestId>request-1</RequestId>" in bytes(response.body)
    assert b'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"' in bytes(response.body)


def test_a_user() -> None:
    user = Principal(f"arn:aws:iam::{ACCOUNT}:user/ci", ACCOUNT, "AIDAEXAMPLE", KEY_ID)
    response = Client(key=replace(KEY, principal=user)).send(*post(IDENTITY))
    assert identity(bytes(response.body)) == ("AIDAEXAMPLE", ACCOUNT, user.arn)


def test_the_use_of_a_key_is_noted_once_it_has_signed() -> None:
    client = Client()
    client.send(*post(IDENTITY, region="eu-west-1"))
    assert client.uses == [(KEY_ID, "sts", "eu-west-1")]
    signed, _ = post(IDENTITY)
    client.send(signed, b"Action=GetCallerIdentity&Version=2011-06-15&forged=1")
    assert len(client.uses) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_presigned_request(method: str) -> None:
    signed = sign(method, f"http://localhost:3277/?{urlencode(IDENTITY)}", service="sts", expires=60, token="session")
    response = Client(key=replace(KEY, session_token="session")).send(signed)
    assert identity(bytes(response.body))[1] == ACCOUNT


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({}, 400, "MissingAction"),
        ({"Action": "GetCallerIdentity"}, 400, "InvalidAction"),
        ({**IDENTITY, "Version": "2010-05-08"}, 400, "InvalidAction"),
        ({**IDENTITY, "Action": "MakeCoffee"}, 400, "InvalidAction"),
        ({**IDENTITY, "Action": "AssumeRoot"}, 400, "UnsupportedCommandException"),
        (b"Action=%FF", 400, "MalformedQueryString"),
        (b"Action=\xff", 400, "MalformedQueryString"),
        (b"&".join([b"a=1"] * 10_001), 400, "MalformedQueryString"),
        (urlencode(IDENTITY).encode() + b"&Action=GetCallerIdentity", 400, "MalformedInput"),
        ({**IDENTITY, "Whatever": "is ignored"}, 200, ""),
    ],
)
def test_what_is_wrong_with_parameters(parameters: dict[str, str] | bytes, status: int, code: str) -> None:
    response = Client().send(*post(parameters))
    assert response.status_code == status
    assert not code or error_of(response)[1] == code


def test_a_body_that_is_no_form_and_other_methods() -> None:
    assert error_of(Client().send(*post(IDENTITY, "application/json")))[1] == "MalformedInput"
    put = sign("PUT", f"http://localhost:3277/?{urlencode(IDENTITY)}", service="sts")
    assert error_of(Client().send(put))[1] == "InvalidAction"


@pytest.mark.parametrize(
    ("client", "status", "code"),
    [
        (Client(key=None), 403, "InvalidClientTokenId"),
        (Client(key=replace(KEY, secret="another")), 403, "SignatureDoesNotMatch"),
        (Client(key=replace(KEY, expires=datetime(2020, 1, 1, tzinfo=UTC))), 403, "ExpiredToken"),
        (Client(clock_offset=301), 403, "SignatureDoesNotMatch"),
    ],
)
def test_credentials_that_prove_nothing(client: Client, status: int, code: str) -> None:
    assert error_of(client.send(*post(IDENTITY)))[:2] == (status, code)


def test_an_unsigned_request_is_answered_in_xml() -> None:
    signed, body = post(IDENTITY)
    response = Client().send(signed.with_header("authorization"), body)
    assert error_of(response) == (403, "MissingAuthenticationToken", "Missing Authentication Token")
    half = Client().send(signed.with_header("authorization", "AWS4-HMAC-SHA256 x"), body)
    assert error_of(half)[:2] == (400, "IncompleteSignature")
