"""Signatures of the AWS door: tampered with, expired, replayed, or of the wrong key."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.attacks.signed import TARGET, Request, sign
from tests.support.server import Keys, Server

MINUTE = timedelta(minutes=1)


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def edited(request: Request, pattern: str, replacement: str) -> Request:
    """The request with a part of its Authorization header replaced."""
    value, count = re.subn(pattern, replacement, request.headers["Authorization"])
    assert count == 1
    return request.with_header("Authorization", value)


@pytest.fixture
def request_(server: Server, earlier: str) -> Request:
    """A request that is good as it is."""
    good = sign(server, "ListImages", {"repositoryName": earlier})
    assert good.send().status == 200
    return good


TAMPERED: dict[str, Callable[[Request], Request]] = {
    "body": lambda r: r.change(body=r.body.replace(b"}", b" }")),
    "body emptied": lambda r: r.change(body=b""),
    "operation": lambda r: r.with_header("X-Amz-Target", TARGET + "DescribeImages"),
    "host": lambda r: r.with_header("Host", "elsewhere.example.com"),
    "path": lambda r: r.change(path="/?x=1"),
    "method": lambda r: r.change(method="PUT"),
    "date": lambda r: r.with_header("X-Amz-Date", (now() + MINUTE).strftime("%Y%m%dT%H%M%SZ")),
    "signature of zeros": lambda r: edited(r, "Signature=[0-9a-f]+", "Signature=" + "0" * 64),
    "region": lambda r: edited(r, "/us-east-1/", "/us-west-2/"),
    "service": lambda r: edited(r, "/ecr/", "/kms/"),
    "a service with the other protocol": lambda r: edited(r, "/ecr/", "/iam/"),
    "headers left out of the signature": lambda r: edited(r, "SignedHeaders=[^,]+", "SignedHeaders=host;x-amz-date"),
}


@pytest.mark.parametrize("part", TAMPERED)
def test_whatever_is_tampered_with(request_: Request, part: str) -> None:
    reply = TAMPERED[part](request_).send()
    assert reply.status in (400, 403, 404, 405)
    if reply.status in (400, 403):
        assert reply.code in ("InvalidSignatureException", "IncompleteSignature", "SignatureDoesNotMatch")


def test_every_digit_of_the_signature(request_: Request) -> None:
    signature = request_.headers["Authorization"].rpartition("=")[2]
    for position, digit in enumerate(signature):
        forged = signature[:position] + ("0" if digit != "0" else "1") + signature[position + 1 :]
        reply = edited(request_, signature, forged).send()
        assert (reply.status, reply.code) == (400, "InvalidSignatureException"), position
        assert signature not in str(reply.body), "the answer tells the right signature"


@pytest.mark.parametrize(
    "signature",
    ["", "0", "x" * 64, "A" * 64, "0" * 128, "\u0660" * 64],
    ids=["none", "one", "letters", "capitals", "long", "arabic"],
)
def test_what_is_no_signature(request_: Request, signature: str) -> None:
    spoilt = edited(request_, "Signature=[0-9a-f]+", "Signature=" + signature.encode().decode("latin-1"))
    reply = spoilt.send()
    assert (reply.status, reply.code in ("InvalidSignatureException", "IncompleteSignature")) == (400, True)


def test_a_signature_in_capitals_is_another(request_: Request) -> None:
    signature = request_.headers["Authorization"].rpartition("=")[2]
    assert edited(request_, signature, signature.upper()).send().code == "InvalidSignatureException"


@pytest.mark.parametrize("name", ["Authorization", "X-Amz-Date"])
def test_a_header_left_out(request_: Request, name: str) -> None:
    reply = request_.with_header(name, None).send()
    assert reply.status in (400, 403)
    assert reply.code in ("MissingAuthenticationTokenException", "IncompleteSignature", "InvalidSignatureException")


@pytest.mark.parametrize("minutes", [-6 * 60, -20, -6, 6, 20, 24 * 60])
def test_outside_of_the_window(server: Server, earlier: str, minutes: int) -> None:
    """Which is also what ends a replay: five minutes on both sides."""
    late = sign(server, "ListImages", {"repositoryName": earlier}, at=now() + minutes * MINUTE)
    for _ in range(2):
        reply = late.send()
        assert (reply.status, reply.code) == (400, "InvalidSignatureException")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_inside_of_the_window(server: Server, earlier: str, minutes: int) -> None:
    assert sign(server, "ListImages", {"repositoryName": earlier}, at=now() + minutes * MINUTE).send().status == 200


def test_a_recorded_request_with_a_new_date(server: Server, earlier: str) -> None:
    """The date is signed: an old signature cannot be made to look young."""
    old = sign(server, "DeleteRepository", {"repositoryName": earlier, "force": True}, at=now() - 30 * MINUTE)
    fresh = old.with_header("X-Amz-Date", now().strftime("%Y%m%dT%H%M%SZ"))
    assert fresh.send().code == "InvalidSignatureException"
    today = edited(fresh, r"/\d{8}/", f"/{now():%Y%m%d}/")
    assert today.send().code == "InvalidSignatureException"


def test_presigned_urls_end(server: Server, earlier: str) -> None:
    body = {"repositoryName": earlier}
    assert sign(server, "ListImages", body, presigned_for=60, at=now() - 2 * MINUTE).send().status == 400
    fresh = sign(server, "ListImages", body, presigned_for=60)
    stretched = fresh.change(path=fresh.path.replace("X-Amz-Expires=60", "X-Amz-Expires=604800"))
    assert stretched.send().code == "InvalidSignatureException"


@pytest.mark.parametrize("expires", [-1, 0, 604801, 10**12])
def test_presigned_urls_of_absurd_lifetimes(server: Server, earlier: str, expires: int) -> None:
    reply = sign(server, "ListImages", {"repositoryName": earlier}, presigned_for=expires).send()
    assert reply.status in (400, 403)
    assert reply.code


def test_keys_that_there_are_not(server: Server, second_keys: Keys, earlier: str) -> None:
    body = {"repositoryName": earlier}
    mine = server.keys
    forged = {
        Keys("AKIAIOSFODNN7EXAMPLE", mine.secret_access_key): "UnrecognizedClientException",
        Keys(mine.access_key_id.lower(), mine.secret_access_key): "UnrecognizedClientException",
        Keys("' OR '1'='1", mine.secret_access_key): None,
        Keys(mine.access_key_id, "wrong"): "InvalidSignatureException",
        Keys(mine.access_key_id, mine.secret_access_key[:-1]): "InvalidSignatureException",
        Keys(mine.access_key_id, second_keys.secret_access_key): "InvalidSignatureException",
        Keys(second_keys.access_key_id, mine.secret_access_key): "InvalidSignatureException",
    }
    for keys, code in forged.items():
        reply = sign(server, "ListImages", body, keys=keys).send()
        assert reply.status == 400
        assert code is None or reply.code == code


def test_a_session_token_that_the_key_has_not(server: Server, earlier: str) -> None:
    headers = {"X-Amz-Security-Token": "made up"}
    reply = sign(server, "ListImages", {"repositoryName": earlier}, headers=headers).send()
    assert (reply.status, reply.code) == (400, "UnrecognizedClientException")


def test_two_ways_to_sign_at_once(request_: Request) -> None:
    path = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=" + "0" * 64
    reply = request_.change(path=path).send()
    assert reply.status == 400
    assert reply.code


@pytest.mark.parametrize(
    "value",
    [
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=",
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=0",
        "AWS4-HMAC-SHA256 " + "Credential=a, " * 2000,
        "AWS4-ECDSA-P256-SHA256 Credential=x",
        "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
        "Basic QVdTOng=",
        "=,=,=/=",
    ],
    ids=lambda value: value[:30],
)
def test_what_is_no_authorization(request_: Request, value: str) -> None:
    reply = request_.with_header("Authorization", value).send()
    assert reply.status in (400, 403)
    assert reply.code in (
        "MissingAuthenticationTokenException",
        "IncompleteSignature",
        "InvalidSignatureException",
        "UnrecognizedClientException",
    )
