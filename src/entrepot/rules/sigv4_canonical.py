"""The canonical request, the string to sign and the signature of AWS Signature Version 4.

Follows "Create a signed AWS API request" in the IAM User Guide, step by step, for services other than S3
(whose paths are neither normalised nor quoted twice).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

from entrepot.rules.sigv4_claim import ALGORITHM, TERMINATOR, Claim, SignedRequest

_SPACES = re.compile(r"[ \t]+")
_SIGNATURE = b"X-Amz-Signature"


def canonical_request(request: SignedRequest, signed_headers: Sequence[str], payload_hash: str) -> bytes:
    """Step 1: the bytes whose hash is signed. `payload_hash` is hex SHA-256 of the body or UNSIGNED-PAYLOAD."""
    lines = [
        request.method,
        canonical_path(request.raw_path),
        canonical_query(request.query_string),
        *(f"{name}:{canonical_header(request, name)}" for name in signed_headers),
        "",
        ";".join(signed_headers),
        payload_hash,
    ]
    return "\n".join(lines).encode("latin-1", "backslashreplace")


def canonical_path(raw_path: str) -> str:
    """The path without empty and dot segments, each segment quoted once more than it was on the wire."""
    kept: list[str] = []
    for segment in raw_path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    tail = "/" if kept and raw_path.endswith("/") else ""
    path = "/" + "/".join(kept) + tail
    return quote(path, safe="/", encoding="latin-1", errors="backslashreplace")


def query_pairs(query_string: str) -> list[tuple[bytes, bytes]]:
    """Names and values of a query string, unquoted; `+` stands for a space, as in a form."""
    pairs: list[tuple[bytes, bytes]] = []
    for part in filter(None, query_string.replace("+", " ").split("&")):
        name, _, value = part.partition("=")
        pairs.append((unquote_to_bytes(name), unquote_to_bytes(value)))
    return pairs


def canonical_query(query_string: str) -> str:
    """Every parameter but the signature itself, quoted anew and sorted by name, then value."""
    pairs = sorted(
        (quote_from_bytes(name, safe=""), quote_from_bytes(value, safe=""))
        for name, value in query_pairs(query_string)
        if name != _SIGNATURE
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


def canonical_header(request: SignedRequest, name: str) -> str:
    """A header's values in the order they came in, trimmed, runs of spaces folded, joined with commas."""
    return ",".join(_SPACES.sub(" ", value.strip(" \t")) for value in request.header(name))


def string_to_sign(claim: Claim, canonical: bytes) -> str:
    """Step 3: algorithm, time, scope and the hash of the canonical request."""
    return "\n".join((ALGORITHM, claim.timestamp, claim.scope, hashlib.sha256(canonical).hexdigest()))


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """Step 4, first half: the key of one day (`YYYYMMDD`), region and service. A matter of 7 microseconds: no cache."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def signature(key: bytes, text: str) -> str:
    """Step 4, second half: the signature in lower-case hex."""
    return hmac.digest(key, text.encode(), "sha256").hex()
