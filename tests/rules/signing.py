"""Requests signed by botocore, as a server sees them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from entrepot.rules import sigv4
from entrepot.rules.sigv4 import SignedRequest

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Signed:
    """A signed request, the hash of its body and the secret that signed it."""

    request: SignedRequest
    body_sha256: str
    secret: str = SECRET

    def verify(self, seconds_later: float = 0) -> sigv4.Claim:
        """Parses and verifies at the time of signing, or some seconds after it."""
        claim = sigv4.parse(self.request)
        now = claim.signed_at.fromtimestamp(claim.signed_at.timestamp() + seconds_later, claim.signed_at.tzinfo)
        sigv4.verify(claim, self.request, self.body_sha256, self.secret, now)
        return claim

    def with_header(self, name: str, *values: str) -> Signed:
        """The same with the header `name` (in lower case) replaced, or dropped where there are no values."""
        kept = tuple(pair for pair in self.request.headers if pair[0].lower() != name)
        return self.change(headers=kept + tuple((name, value) for value in values))

    def change(self, **changes: Any) -> Signed:
        """The same with fields of the request replaced."""
        return replace(self, request=replace(self.request, **changes))

    def edit_authorization(self, old: str, new: str) -> Signed:
        """The same with a part of the Authorization header replaced."""
        (value,) = self.request.header("authorization")
        assert old in value
        return self.with_header("authorization", value.replace(old, new))


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def sign(
    method: str = "POST",
    url: str = "http://localhost:3277/",
    headers: Headers = (),
    body: bytes = b"",
    *,
    service: str = "ecr",
    region: str = "us-east-1",
    token: str | None = None,
    expires: int | None = None,
) -> Signed:
    """Signs with an Authorization header, or in the query string where `expires` is given."""
    request: Any = AWSRequest(method=method, url=url, data=body)
    for name, value in headers:
        request.headers.add_header(name, value)
    credentials = Credentials(KEY_ID, SECRET, token)
    if expires is None:
        SigV4Auth(credentials, service, region).add_auth(request)
    else:
        SigV4QueryAuth(credentials, service, region, expires=expires).add_auth(request)
    parts = urlsplit(request.url)
    pairs = [(name, _wire(value)) for name, value in request.headers.items()]
    if not any(name.lower() == "host" for name, _ in pairs):
        pairs.append(("host", parts.netloc))
    return Signed(SignedRequest(method, parts.path or "/", parts.query, tuple(pairs)), sha256(body))


def _wire(value: str | bytes) -> str:
    return (value if isinstance(value, bytes) else value.encode()).decode("latin-1")
