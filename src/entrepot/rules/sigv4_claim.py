"""What AWS Signature Version 4 is about: a request, the claim its signature makes, and why a claim is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from entrepot.errors import Unauthenticated

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"

SignatureFault = Literal[
    "IncompleteSignature", "MissingAuthenticationToken", "UnrecognizedClient", "InvalidSignature", "ExpiredToken"
]


class SignatureError(Unauthenticated):
    """A request that is not proven to come from a key's owner. Each door has its own code for a `fault`."""

    def __init__(self, fault: SignatureFault, message: str) -> None:
        super().__init__(message, fault)
        self.fault: SignatureFault = fault


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The head of a request as it came over the wire, in Latin-1: nothing is unquoted, repeated headers stay apart."""

    method: str
    raw_path: str
    query_string: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> tuple[str, ...]:
        """Every value of a header; `name` is in lower case."""
        return tuple(value for key, value in self.headers if key.lower() == name)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a request says it is from, and the signature that is to prove it.

    `timestamp` is the signing time as it is signed (`YYYYMMDD'T'HHMMSS'Z'`), `signed_at` the same in UTC.
    `expires` is the lifetime in seconds of a presigned request and None where an Authorization header signs.
    """

    access_key_id: str
    region: str
    service: str
    timestamp: str
    signed_at: datetime
    signed_headers: tuple[str, ...]
    signature: str
    token: str | None
    expires: int | None = None

    @property
    def scope(self) -> str:
        """The credential scope, as it is signed."""
        return f"{self.timestamp[:8]}/{self.region}/{self.service}/{TERMINATOR}"
