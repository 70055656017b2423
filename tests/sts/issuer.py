"""Identity providers that sign tokens as GitHub, GitLab and Kubernetes do."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

Jwk = Mapping[str, object]


@cache
def rsa_key(number: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One of a few keys, made once."""
    del number
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str | None = "key-1", **more: object) -> Jwk:
    """The public half, as a JWK set has it."""
    public = key.public_key()
    made = (
        RSAAlgorithm.to_jwk(public, as_dict=True)
        if isinstance(public, rsa.RSAPublicKey)
        else ECAlgorithm.to_jwk(public, as_dict=True)
    )
    return {**made, "use": "sig", **({"kid": kid} if kid else {}), **more}


@dataclass
class Issuer:
    """A provider with one key; it is a JwksSource too, that counts how often it is asked."""

    url: str
    now: datetime
    key: Any = field(default_factory=rsa_key)
    published: Sequence[Jwk] = field(default_factory=lambda: [jwk(rsa_key())])
    asked: int = 0

    async def keys(self, issuer: str, key_id: str | None) -> Sequence[Jwk]:
        del key_id
        assert issuer == self.url
        self.asked += 1
        return self.published

    def token(self, *, algorithm: str = "RS256", kid: str | None = "key-1", key: Any = None, **claims: Any) -> str:
        """A token good for ten minutes from `now`; a claim of None is left out."""
        moment = int(self.now.timestamp())
        base = {"iss": self.url, "aud": "sts.amazonaws.com", "sub": "somebody", "iat": moment, "exp": moment + 600}
        given = {name: value for name, value in {**base, **claims}.items() if value is not None}
        return jwt.encode(given, key or self.key, algorithm, headers={"kid": kid} if kid else None)


def raw_token(header: Mapping[str, object], claims: bytes, signature: bytes = b"") -> str:
    """Anything in the form of a token."""
    parts = (json.dumps(header).encode(), claims, signature)
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


@dataclass
class Served:
    """What a provider's HTTP server answers, by path: a status and a body. `log` is what it was asked for."""

    url: str = ""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict[str, tuple[int, bytes]])
    log: list[str] = field(default_factory=list[str])
    location: str = ""

    def publish(self, keys: Sequence[Jwk], **about: object) -> None:
        """Serves a configuration document and a JWK set."""
        found = {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **about}
        self.answers["/.well-known/openid-configuration"] = (200, json.dumps(found).encode())
        self.answers["/keys"] = (200, json.dumps({"keys": list(keys)}).encode())


@contextmanager
def serving(
    url: str = "", address: tuple[str, int] = ("127.0.0.1", 0), tls: ssl.SSLContext | None = None
) -> Iterator[Served]:
    """A provider on the loopback interface, which calls itself `url` if that is another."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.log.append(self.path)
            status, body = served.answers.get(self.path, (404, b"{}"))
            self.send_response(status)
            if served.location:
                self.send_header("Location", served.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ARG002 - names that it has
            return

    server = ThreadingHTTPServer(address, Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    served.url = url or f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
