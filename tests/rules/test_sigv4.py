"""botocore signs, we verify: what it signed is accepted, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules import sigv4
from entrepot.rules.sigv4 import SignatureError, SignedRequest
from tests.rules.signing import SECRET, Headers, Signed, sha256, sign

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\t"), max_size=30)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = ANY_TEXT.filter(lambda name: name and not name.startswith("X-Amz-"))
PATHS = st.lists(ANY_TEXT | st.sampled_from([".", "..", "", "a b", "%", "~"]), max_size=5).map(
    lambda segments: "/" + "/".join(quote(segment, safe="~") for segment in segments)
)
QUERIES = st.lists(st.tuples(NAMES, ANY_TEXT), max_size=4, unique_by=lambda pair: pair[0]).map(
    lambda pairs: "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
)
HEADERS = st.lists(
    st.tuples(st.sampled_from(["X-Amz-Target", "Content-Type", "X-One", "X-Two", "x-two"]), PRINTABLE), max_size=5
).map(tuple)
REGIONS = st.sampled_from(["us-east-1", "eu-central-2", "us-gov-west-1", "ap-southeast-10", "eusc-de-east-1"])


@st.composite
def signed_requests(draw: st.DrawFn, *, presigned: bool | None = None) -> Signed:
    as_url = draw(st.booleans()) if presigned is None else presigned
    query = draw(QUERIES)
    return sign(
        method=draw(st.sampled_from(["GET", "POST", "PUT"])),
        url=f"http://registry.example:3277{draw(PATHS)}{'?' + query if query else ''}",
        headers=draw(HEADERS),
        body=b"" if as_url else draw(st.binary(max_size=20)),
        service=draw(st.sampled_from(["ecr", "sts"])),
        region=draw(REGIONS),
        token=draw(st.none() | st.text("abc/+=", min_size=1, max_size=20)),
        expires=draw(st.integers(1, sigv4.MAX_EXPIRES)) if as_url else None,
    )


EXAMPLE = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date, "
    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
)


@given(signed_requests())
def test_what_botocore_signs_is_accepted(signed: Signed) -> None:
    claim = signed.verify()
    assert claim.service in {"ecr", "sts"}


def _flip(text: str) -> str:
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _later(signed: Signed) -> Signed:
    (date,) = signed.request.header("x-amz-date")
    return signed.with_header("x-amz-date", f"{date[:-2]}{(int(date[-2]) + 1) % 10}Z")


def _other_signature(signed: Signed) -> Signed:
    (value,) = signed.request.header("authorization")
    return signed.with_header("authorization", _flip(value))


def _drop_a_header(signed: Signed) -> Signed:
    return signed.with_header("x-signed")


BREAKS: dict[str, Callable[[Signed], Signed]] = {
    "method": lambda signed: signed.change(method="DELETE"),
    "path": lambda signed: signed.change(raw_path=signed.request.raw_path + "/x"),
    "slash": lambda signed: signed.change(raw_path=signed.request.raw_path + "%2F"),
    "query": lambda signed: signed.change(query_string=signed.request.query_string + "&added=1"),
    "empty parameter": lambda signed: signed.change(query_string=signed.request.query_string + "&added"),
    "body": lambda signed: replace(signed, body_sha256=sha256(b"something else, longer than any other")),
    "host": lambda signed: signed.with_header("host", "elsewhere.example"),
    "header": lambda signed: signed.with_header("x-signed", "other"),
    "repeated header": lambda signed: signed.with_header("x-signed", "value", "value"),
    "dropped header": _drop_a_header,
    "unsigned header of AWS": lambda signed: signed.with_header("x-amz-acl", "public-read"),
    "date": _later,
    "secret": lambda signed: replace(signed, secret=_flip(SECRET)),
    "region": lambda signed: signed.edit_authorization("/us-east-1/", "/us-east-2/"),
    "service": lambda signed: signed.edit_authorization("/ecr/", "/sts/"),
    "scope's date": lambda signed: signed.edit_authorization("/20", "/21"),
    "signed headers": lambda signed: signed.edit_authorization(";x-signed", ""),
    "signature": _other_signature,
}


@pytest.mark.parametrize("broken", BREAKS.values(), ids=BREAKS.keys())
@given(path=PATHS, query=QUERIES, body=st.binary(max_size=20))
def test_any_single_change_is_refused(broken: Callable[[Signed], Signed], path: str, query: str, body: bytes) -> None:
    headers: Headers = (("X-Signed", "value"), ("X-Amz-Target", "Service.Operation"))
    signed = sign("POST", f"http://localhost:3277{path}?{query}", headers, body)
    signed.verify()
    with pytest.raises(SignatureError):
        broken(signed).verify()


@given(signed_requests(presigned=True), st.data())
def test_any_changed_letter_of_a_presigned_query_is_refused(signed: Signed, data: st.DataObject) -> None:
    query = signed.request.query_string
    place = data.draw(st.integers(0, len(query) - 1))
    letter = data.draw(st.sampled_from("aZ09").filter(lambda letter: letter.lower() != query[place].lower()))
    with pytest.raises(SignatureError):
        signed.change(query_string=query[:place] + letter + query[place + 1 :]).verify()


def test_the_example_of_the_iam_user_guide() -> None:
    request = SignedRequest(
        method="GET",
        raw_path="/",
        query_string="Action=ListUsers&Version=2010-05-08",
        headers=(
            ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("Host", "iam.amazonaws.com"),
            ("X-Amz-Date", "20150830T123600Z"),
            ("Authorization", EXAMPLE),
        ),
    )
    claim = sigv4.parse(request)
    now = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    sigv4.verify(claim, request, sha256(b""), "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", now)


def test_paths_that_name_the_same_place_share_a_signature() -> None:
    sign(url="http://localhost/a/c").change(raw_path="/./a//b/../c").verify()


def test_a_space_may_be_a_plus() -> None:
    sign(url="http://localhost/?a=b%20c").change(query_string="a=b+c").verify()


def test_header_values_beyond_ascii_are_signed_as_their_bytes() -> None:
    sign(headers=(("X-Name", "na\u00efve"),)).verify()


def test_runs_of_blanks_in_a_header_count_as_one() -> None:
    signed = sign(headers=(("X-Name", "  a   b \t c "),))
    signed.verify()
    signed.with_header("x-name", "a b c").verify()
