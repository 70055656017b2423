"""Requests that are not signed in the form of Signature Version 4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules import sigv4
from entrepot.rules.sigv4 import SignatureError, SignedRequest
from tests.rules.signing import KEY_ID, sha256, sign

SCOPE = f"{KEY_ID}/20150830/us-east-1/ecr/aws4_request"
SIGNATURE = "0" * 64
GOOD = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature={SIGNATURE}"

NOTHING_THERE = " ".join(
    f"Authorization header requires '{name}' parameter." for name in ("Credential", "Signature", "SignedHeaders")
)
OTHER_DAY = (
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    "'20150831' != '20150830', from '20150830T123600Z'."
)


def request(authorization: str | None = GOOD, *more: tuple[str, str], query: str = "") -> SignedRequest:
    headers = (("Host", "localhost"), ("X-Amz-Date", "20150830T123600Z"), *more)
    signed = (("Authorization", authorization),) if authorization is not None else ()
    return SignedRequest("POST", "/", query, headers + signed)


def fault_of(given_request: SignedRequest) -> tuple[str, str]:
    with pytest.raises(SignatureError) as caught:
        sigv4.parse(given_request)
    return caught.value.fault, caught.value.message


def test_the_parts_of_a_claim() -> None:
    claim = sigv4.parse(request())
    assert (claim.access_key_id, claim.region, claim.service) == (KEY_ID, "us-east-1", "ecr")
    assert (claim.timestamp, claim.signed_headers) == ("20150830T123600Z", ("host", "x-amz-date"))
    assert (claim.signature, claim.token, claim.expires) == (SIGNATURE, None, None)
    assert claim.scope == "20150830/us-east-1/ecr/aws4_request"


@pytest.mark.parametrize("separator", [",", ", ", " ,\t"])
def test_blanks_between_the_parts_do_not_matter(separator: str) -> None:
    assert sigv4.parse(request(GOOD.replace(", ", separator))) == sigv4.parse(request())


def test_without_any_signature() -> None:
    assert fault_of(request(None)) == ("MissingAuthenticationToken", "Missing Authentication Token")


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("Basic QVdTOnRva2Vu", NOTHING_THERE),
        ("", NOTHING_THERE),
        (GOOD.replace(f", Signature={SIGNATURE}", ""), "Authorization header requires 'Signature' parameter."),
        (GOOD.replace(SIGNATURE, ""), "Authorization header requires 'Signature' parameter."),
        (GOOD.replace("SignedHeaders=", "SignedHeaders"), "'SignedHeadershost;x-amz-date' not a valid key=value pair"),
        (GOOD + ", Signature=1", "A part of the signature is given more than once."),
        (GOOD.replace("HMAC", "ECDSA-P256"), "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'"),
        (GOOD.replace(f"{KEY_ID}/", ""), "Credential must have exactly 5 slash-delimited elements"),
        (GOOD.replace(KEY_ID, f"{KEY_ID}/x"), "Credential must have exactly 5 slash-delimited elements"),
        (GOOD.replace("host;x-amz-date", "x-amz-date;host"), "'SignedHeaders' must be in lower case, sorted"),
        (GOOD.replace("host;", "Host;"), "'SignedHeaders' must be in lower case, sorted"),
        (GOOD.replace("host;", "host;host;"), "'SignedHeaders' must be in lower case, sorted"),
    ],
)
def test_an_incomplete_header(authorization: str, message: str) -> None:
    fault, text = fault_of(request(authorization))
    assert fault == "IncompleteSignature"
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("aws4_request", "aws3_request", "Credential should be scoped with a valid terminator: 'aws4_request', not"),
        ("us-east-1", "US-EAST-1", "Credential should be scoped to a valid region, not 'US-EAST-1'."),
        ("us-east-1", "..", "Credential should be scoped to a valid region, not '..'."),
        ("ecr", "", "Credential should be scoped to a valid service, not ''."),
        (
            "20150830",
            "20150831",
            OTHER_DAY,
        ),
    ],
)
def test_a_scope_that_cannot_be_right(old: str, new: str, message: str) -> None:
    fault, text = fault_of(request(GOOD.replace(old, new)))
    assert fault == "InvalidSignature"
    assert text.startswith(message)


@pytest.mark.parametrize("key_id", ["", "AKIA\x00", "a" * 129, "\u00e9", "a b"])
def test_what_cannot_be_an_access_key_is_an_unknown_one(key_id: str) -> None:
    assert fault_of(request(GOOD.replace(KEY_ID, key_id)))[0] == "UnrecognizedClient"


def test_a_signature_without_a_date() -> None:
    bare = SignedRequest("POST", "/", "", (("Host", "localhost"), ("Authorization", GOOD)))
    message = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    assert fault_of(bare) == ("IncompleteSignature", message)


def test_a_date_in_another_form() -> None:
    bad = SignedRequest("POST", "/", "", (("X-Amz-Date", "2015-08-30"), ("Authorization", GOOD)))
    assert fault_of(bad)[1].startswith("Date must be in ISO-8601 'basic format'. Got '2015-08-30'.")


@pytest.mark.parametrize(
    "twice",
    [
        request(GOOD, ("Authorization", GOOD)),
        request(GOOD, ("X-Amz-Date", "20150830T123600Z")),
        request(GOOD, ("X-Amz-Security-Token", "a"), ("X-Amz-Security-Token", "b")),
        request(GOOD, query="X-Amz-Signature=1"),
    ],
)
def test_what_may_be_there_only_once(twice: SignedRequest) -> None:
    assert fault_of(twice)[0] == "IncompleteSignature"


def test_a_presigned_request_needs_all_its_parameters_once() -> None:
    signed = sign("GET", expires=60, token="session")
    parameters = signed.request.query_string.split("&")
    for parameter in parameters:
        name = parameter.partition("=")[0]
        without = "&".join(each for each in parameters if each != parameter)
        twice = f"{signed.request.query_string}&{parameter}"
        assert fault_of(signed.change(query_string=twice).request)[0] == "IncompleteSignature"
        if name != "X-Amz-Security-Token":
            _, message = fault_of(signed.change(query_string=without).request)
            assert message.startswith(f"AWS query-string parameters must include '{name}'")


def test_a_presigned_request_of_another_algorithm() -> None:
    signed = sign("GET", expires=60)
    other = signed.request.query_string.replace("HMAC", "ECDSA")
    assert fault_of(signed.change(query_string=other).request)[1].startswith("Unsupported AWS 'algorithm'")


PARTS = [
    "AWS4-HMAC-SHA256 ",
    "Credential=",
    SCOPE,
    ", ",
    "SignedHeaders=",
    "host;x-amz-date",
    "Signature=",
    "=",
    ",",
    "/",
]
WIRE = st.text(st.characters(max_codepoint=0xFF), max_size=10)


@given(st.lists(st.sampled_from(PARTS) | WIRE, max_size=12).map("".join), WIRE, st.text(max_size=20))
def test_nothing_else_ever_comes_out(authorization: str, date: str, query: str) -> None:
    hostile = SignedRequest("POST", "/", query, (("X-Amz-Date", date), ("Authorization", authorization)))
    for each in (hostile, request(authorization), request(None, query=query)):
        try:
            claim = sigv4.parse(each)
            sigv4.verify(claim, each, sha256(b""), "secret", claim.signed_at)
        except SignatureError:
            continue
        pytest.fail("nobody signed this")
