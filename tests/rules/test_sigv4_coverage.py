"""What a signature has to cover, and what its claim has to carry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from entrepot.rules import sigv4
from entrepot.rules.sigv4 import SignatureError
from tests.rules.signing import sha256, sign

BODY = b'{"repositoryName":"hello"}'
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_the_host_must_be_signed() -> None:
    with pytest.raises(SignatureError, match="'Host' or ':authority' must be a 'SignedHeader'"):
        sign().edit_authorization("SignedHeaders=host;", "SignedHeaders=").verify()


@pytest.mark.parametrize("name", ["X-Amz-Target", "x-amz-security-token", "X-AMZ-ANYTHING"])
@pytest.mark.parametrize("expires", [None, 60])
def test_a_header_of_aws_must_be_signed(name: str, expires: int | None) -> None:
    signed = sign(expires=expires)
    smuggled = signed.change(headers=(*signed.request.headers, (name, "value")))
    with pytest.raises(SignatureError, match=f"'{name.lower()}' must be a 'SignedHeader'"):
        smuggled.verify()


def test_other_headers_need_not_be_signed() -> None:
    signed = sign()
    signed.change(headers=(*signed.request.headers, ("User-Agent", "docker"), ("X-Amzn-Trace-Id", "1"))).verify()


def test_a_signed_header_must_be_there() -> None:
    with pytest.raises(SignatureError, match="'x-one' is a 'SignedHeader' that the request does not have"):
        sign(headers=(("X-One", ""),)).with_header("x-one").verify()


def test_the_hash_of_the_body_may_be_declared() -> None:
    sign(headers=(("X-Amz-Content-SHA256", sha256(BODY)),), body=BODY).verify()


@pytest.mark.parametrize("declared", ["UNSIGNED-PAYLOAD", sha256(b"other"), "", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_a_declared_hash_must_be_that_of_the_body(declared: str) -> None:
    with pytest.raises(SignatureError, match="'x-amz-content-sha256' is not the hash of the body"):
        sign(headers=(("X-Amz-Content-SHA256", declared),), body=BODY).verify()


def test_a_presigned_request_may_leave_its_body_unsigned() -> None:
    signed = sign("POST", headers=(("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD"),), expires=60)
    signed.verify()
    for declared in (("STREAMING-UNSIGNED-PAYLOAD-TRAILER",), ("UNSIGNED-PAYLOAD", sha256(b""))):
        with pytest.raises(SignatureError):
            signed.with_header("x-amz-content-sha256", *declared).verify()


def test_a_presigned_request_may_say_so_in_its_query() -> None:
    sign("GET", "http://localhost/?X-Amz-Content-Sha256=" + sha256(b""), expires=60).verify()
    with pytest.raises(SignatureError, match="is not the hash of the body"):
        sign("GET", "http://localhost/?X-Amz-Content-Sha256=" + sha256(b"other"), expires=60).verify()


@pytest.mark.parametrize("expires", [None, 60])
def test_a_session_token_is_part_of_the_claim(expires: int | None) -> None:
    claim = sign(token="session/token+=", expires=expires).verify()
    assert claim.token == "session/token+="
    sigv4.check_session(claim, "session/token+=", NOW + timedelta(seconds=1), NOW)


@pytest.mark.parametrize(("given", "wanted"), [(None, "a"), ("a", None), ("a", "b"), ("a", "ab")])
def test_another_session_token_is_refused(given: str | None, wanted: str | None) -> None:
    claim = sign(token=given).verify()
    with pytest.raises(SignatureError) as caught:
        sigv4.check_session(claim, wanted, None, NOW)
    assert caught.value.fault == "UnrecognizedClient"
    assert caught.value.message == "The security token included in the request is invalid."


def test_an_expired_session_is_refused() -> None:
    claim = sign(token="session").verify()
    with pytest.raises(SignatureError) as caught:
        sigv4.check_session(claim, "session", NOW, NOW)
    assert caught.value.fault == "ExpiredToken"


def test_a_long_lived_key_needs_no_token() -> None:
    sigv4.check_session(sign().verify(), None, None, NOW)
