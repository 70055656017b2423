"""AWS Signature Version 4: `parse` tells whose key to look up, `verify` proves that the key's owner sent the request.

Follows "Signature Version 4" in the IAM User Guide and its page on troubleshooting. Pure: the caller brings the
secret, the hash of the body and the time.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from entrepot.rules.sigv4_canonical import canonical_request, query_pairs, signature, signing_key, string_to_sign
from entrepot.rules.sigv4_claim import Claim, SignatureError, SignedRequest
from entrepot.rules.sigv4_dates import format_basic
from entrepot.rules.sigv4_parse import MAX_EXPIRES, parse

__all__ = ["MAX_EXPIRES", "SKEW", "Claim", "SignatureError", "SignedRequest", "check_session", "parse", "verify"]

SKEW = timedelta(minutes=5)

_UNSIGNED = "UNSIGNED-PAYLOAD"
_PAYLOAD_HEADER = "x-amz-content-sha256"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


def verify(claim: Claim, request: SignedRequest, body_sha256: str, secret: str, now: datetime) -> None:
    """Raises SignatureError unless `secret` signed exactly this request, at about `now`.

    `body_sha256` is the hex hash of the body that arrived. An Authorization header is good for SKEW around its date,
    a presigned request from its date until it expires.
    """
    _check_time(claim, now)
    _check_signed_headers(claim, request)
    canonical = canonical_request(request, claim.signed_headers, _payload_hash(claim, request, body_sha256))
    key = signing_key(secret, claim.timestamp[:8], claim.region, claim.service)
    expected = signature(key, string_to_sign(claim, canonical))
    if not hmac.compare_digest(expected.encode(), claim.signature.encode("utf-8", "backslashreplace")):
        raise SignatureError("InvalidSignature", _MISMATCH)


def check_session(claim: Claim, session_token: str | None, expires: datetime | None, now: datetime) -> None:
    """Raises SignatureError unless the claim carries its key's session token (None: must carry none), not yet expired.

    Called after `verify`, so that only the owner of the key learns which of the two it is.
    """
    given, wanted = claim.token or "", session_token or ""
    if not hmac.compare_digest(given.encode("utf-8", "backslashreplace"), wanted.encode()):
        raise SignatureError("UnrecognizedClient", "The security token included in the request is invalid.")
    if expires is not None and now >= expires:
        raise SignatureError("ExpiredToken", "The security token included in the request is expired")


def _check_time(claim: Claim, now: datetime) -> None:
    lifetime = SKEW if claim.expires is None else timedelta(seconds=claim.expires)
    oldest, newest = now - lifetime, now + SKEW
    if claim.signed_at < oldest:
        raise SignatureError(
            "InvalidSignature",
            f"Signature expired: {claim.timestamp} is now earlier than {format_basic(oldest)} "
            f"({format_basic(now)} - {_length(lifetime)})",
        )
    if claim.signed_at > newest:
        raise SignatureError(
            "InvalidSignature",
            f"Signature not yet current: {claim.timestamp} is still later than {format_basic(newest)} "
            f"({format_basic(now)} + {_length(SKEW)})",
        )


def _length(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{int(span.total_seconds())} sec." if seconds else f"{minutes} min."


def _check_signed_headers(claim: Claim, request: SignedRequest) -> None:
    present = {name.lower() for name, _ in request.headers}
    required = {"host", *(name for name in present if name.startswith("x-amz-"))}
    if claim.expires is None and "x-amz-date" not in present:
        required.add("date")
    for name in sorted(required.difference(claim.signed_headers)):
        shown = "'Host' or ':authority'" if name == "host" else f"'{name}'"
        raise SignatureError("InvalidSignature", f"{shown} must be a 'SignedHeader' in the AWS Authorization.")
    for name in claim.signed_headers:
        if name not in present:
            raise SignatureError("InvalidSignature", f"'{name}' is a 'SignedHeader' that the request does not have.")


def _payload_hash(claim: Claim, request: SignedRequest, body_sha256: str) -> str:
    declared = request.header(_PAYLOAD_HEADER)
    if claim.expires is not None:
        declared += tuple(
            value.decode("latin-1")
            for name, value in query_pairs(request.query_string)
            if name.lower() == _PAYLOAD_HEADER.encode()
        )
    if not declared or set(declared) == {body_sha256}:
        return body_sha256
    if claim.expires is not None and set(declared) == {_UNSIGNED}:
        return _UNSIGNED
    raise SignatureError("InvalidSignature", f"The value of '{_PAYLOAD_HEADER}' is not the hash of the body.")
