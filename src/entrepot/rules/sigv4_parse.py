"""Reads the claim out of a request: the Authorization header, or the X-Amz-* parameters of a presigned URL.

Nothing in here proves anything; `sigv4.verify` does. Messages are those that AWS answers with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from entrepot.rules.sigv4_canonical import query_pairs
from entrepot.rules.sigv4_claim import ALGORITHM, TERMINATOR, Claim, SignatureError, SignedRequest
from entrepot.rules.sigv4_dates import format_basic, parse_date

MAX_EXPIRES = 7 * 24 * 3600

_HEADER_PARTS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARTS = (
    "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
)  # fmt: skip
_SESSION = "X-Amz-Security-Token"
_MARKS = frozenset((*_QUERY_PARTS, _SESSION))

_ACCESS_KEY_ID = re.compile(r"[A-Za-z0-9_]{1,128}")
_REGION = re.compile(r"[a-z]{2,8}(-[a-z]{1,16}){1,3}-[0-9]{1,2}")
_SERVICE = re.compile(r"[a-z0-9-]{1,64}")
_EXPIRES = re.compile(r"[0-9]{1,9}")


def parse(request: SignedRequest) -> Claim:
    """The claim of a request in either form.

    Raises SignatureError: MissingAuthenticationToken where there is no signature, IncompleteSignature where it has not
    all its parts in their form, InvalidSignature where its scope cannot be right.
    """
    headers = list(request.header("authorization"))
    marks = [(name, value) for name, value in _parameters(request) if name in _MARKS]
    if len(headers) > 1 or (headers and marks):
        raise _incomplete("A request must be signed once: with one Authorization header or with query parameters.")
    if headers:
        return _from_header(request, headers[0])
    if marks:
        return _from_query(_unique(marks))
    raise SignatureError("MissingAuthenticationToken", "Missing Authentication Token")


def _from_header(request: SignedRequest, authorization: str) -> Claim:
    algorithm, _, rest = authorization.strip().partition(" ")
    if algorithm.startswith("AWS4-") and algorithm != ALGORITHM:
        raise _unsupported(algorithm)
    parts: Mapping[str, str] = _header_parts(rest) if algorithm == ALGORITHM else {}
    missing = [f"Authorization header requires '{name}' parameter." for name in _HEADER_PARTS if not parts.get(name)]
    dates = list(request.header("x-amz-date") or request.header("date"))
    if not dates:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise _incomplete(" ".join(missing))
    tokens = request.header("x-amz-security-token")
    if len(dates) > 1 or len(tokens) > 1:
        raise _incomplete("The date and the security token must each be given once.")
    return _claim(
        credential=parts["Credential"],
        date=dates[0],
        headers=parts["SignedHeaders"],
        signature=parts["Signature"],
        token="".join(tokens),
        expires=None,
    )


def _header_parts(rest: str) -> Mapping[str, str]:
    parts: list[tuple[str, str]] = []
    for item in rest.split(","):
        name, equals, value = item.strip().partition("=")
        if not equals:
            raise _incomplete(f"'{name}' not a valid key=value pair (missing equal-sign) in Authorization header.")
        parts.append((name, value))
    return _unique(parts)


def _from_query(parts: Mapping[str, str]) -> Claim:
    for name in _QUERY_PARTS:
        if not parts.get(name):
            raise _incomplete(
                f"AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
            )
    if parts["X-Amz-Algorithm"] != ALGORITHM:
        raise _unsupported(parts["X-Amz-Algorithm"])
    return _claim(
        credential=parts["X-Amz-Credential"],
        date=parts["X-Amz-Date"],
        headers=parts["X-Amz-SignedHeaders"],
        signature=parts["X-Amz-Signature"],
        token=parts.get(_SESSION, ""),
        expires=_expires(parts["X-Amz-Expires"]),
    )


def _claim(*, credential: str, date: str, headers: str, signature: str, token: str, expires: int | None) -> Claim:
    moment = _moment(date)
    timestamp = format_basic(moment)
    access_key_id, region, service = _scope(credential, timestamp, date)
    names = tuple(headers.split(";"))
    if names != tuple(sorted({name.strip().lower() for name in names})):
        raise _incomplete(f"'SignedHeaders' must be in lower case, sorted and without repetition, got '{headers}'")
    return Claim(access_key_id, region, service, timestamp, moment, names, signature, token or None, expires)


def _moment(date: str) -> datetime:
    moment = parse_date(date.strip())
    if moment is None:
        raise _incomplete(
            f"Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    return moment


def _scope(credential: str, timestamp: str, date: str) -> tuple[str, str, str]:
    elements = credential.split("/")
    if len(elements) != len(("keyid", "date", "region", "service", "term")):
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential}'"
        )
    access_key_id, day, region, service, terminator = elements
    if terminator != TERMINATOR:
        raise _invalid(f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'.")
    if not _REGION.fullmatch(region):
        raise _invalid(f"Credential should be scoped to a valid region, not '{region}'.")
    if not _SERVICE.fullmatch(service):
        raise _invalid(f"Credential should be scoped to a valid service, not '{service}'.")
    if day != timestamp[:8]:
        raise _invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{day}' != '{timestamp[:8]}', from '{date}'."
        )
    if not _ACCESS_KEY_ID.fullmatch(access_key_id):
        raise SignatureError("UnrecognizedClient", "The security token included in the request is invalid.")
    return access_key_id, region, service


def _expires(text: str) -> int:
    seconds = int(text) if _EXPIRES.fullmatch(text) else 0
    if not 1 <= seconds <= MAX_EXPIRES:
        raise _incomplete(f"X-Amz-Expires must be a number of seconds from 1 to {MAX_EXPIRES}, got '{text}'")
    return seconds


def _parameters(request: SignedRequest) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in query_pairs(request.query_string)]


def _unique(parts: list[tuple[str, str]]) -> dict[str, str]:
    found = dict(parts)
    if len(found) != len(parts):
        raise _incomplete("A part of the signature is given more than once.")
    return found


def _incomplete(message: str) -> SignatureError:
    return SignatureError("IncompleteSignature", message)


def _invalid(message: str) -> SignatureError:
    return SignatureError("InvalidSignature", message)


def _unsupported(algorithm: str) -> SignatureError:
    return _incomplete(f"Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now).")
