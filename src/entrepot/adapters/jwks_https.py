"""Keys of identity providers over HTTPS: two requests, each bounded in time and size, and no redirects.

Certificates are checked against the system's store; SSL_CERT_FILE names another.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import SplitResult, urlsplit

from entrepot.errors import IdentityProviderUnreachable, InvalidIdentityToken, ManifestInvalid
from entrepot.rules.oidc_discovery import discovery_url, is_allowed, jwks_url, keys_of
from entrepot.rules.strict_json import load_object

SECONDS = 5.0
"""For one request, from looking the host up to the last byte."""

MOST_BYTES = 256 * 1024
THREADS = 4
_LEAST = 0.001  # of no seconds at all a socket makes that it is not to wait


class HttpsJwks:
    """Fetches in threads of its own, so that a slow provider holds up nobody but its own users."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="jwks")

    async def fetch(self, issuer: str) -> Sequence[Mapping[str, object]]:
        """An issuer's keys as they are now. Raises IdentityProviderUnreachable and InvalidIdentityToken."""
        about = await self._get(discovery_url(issuer))
        return keys_of(await self._get(jwks_url(issuer, about)))

    def close(self) -> None:
        """Lets go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _get(self, url: str) -> dict[str, object]:
        if not is_allowed(url.partition("?")[0]):
            raise InvalidIdentityToken("Identity providers are asked over HTTPS only")
        exchange = _Exchange(url, self._seconds)
        work = asyncio.get_running_loop().run_in_executor(self._threads, exchange.run)
        try:
            body = await asyncio.wait_for(work, self._seconds)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise IdentityProviderUnreachable("The identity provider could not be reached") from error
        finally:
            exchange.abort()
        try:
            return load_object(body)
        except ManifestInvalid as error:
            raise InvalidIdentityToken("The identity provider does not answer with a JSON object") from error


class _Exchange:
    """One GET. `run` is for a thread, `abort` for whoever waits for it."""

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._connection = _connection(parts, seconds)
        self._seconds = seconds
        self._socket: socket.socket | None = None

    def run(self) -> bytes:
        """The body of an answer with status 200: a redirect is none. Raises OSError and HTTPException."""
        connection = self._connection
        try:
            connection.sock = self._socket = _connected(connection, self._seconds)
            connection.request("GET", self._target, headers={"Accept": "application/json", "Connection": "close"})
            with contextlib.closing(connection.getresponse()) as response:
                return _body(response)
        finally:
            connection.close()

    def abort(self) -> None:
        """Ends the request wherever it stands: a provider that sends a byte now and then must not keep its thread."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _connected(connection: http.client.HTTPConnection, seconds: float) -> socket.socket:
    """A connection to one of the host's addresses, TLS and all, in `seconds` for however many of them it has."""
    end = time.monotonic() + seconds
    failure = OSError("the host has no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(
        connection.host, connection.port, type=socket.SOCK_STREAM
    ):
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(max(end - time.monotonic(), _LEAST))
            plain.connect(address)
            plain.settimeout(max(end - time.monotonic(), _LEAST))
            return _secured(connection, plain)
        except OSError as error:
            plain.close()
            failure = error
        if time.monotonic() >= end:
            break
    raise failure


def _secured(connection: http.client.HTTPConnection, plain: socket.socket) -> socket.socket:
    if not isinstance(connection, http.client.HTTPSConnection):
        return plain
    return ssl.create_default_context().wrap_socket(plain, server_hostname=connection.host)


def _body(response: http.client.HTTPResponse) -> bytes:
    if response.status != http.HTTPStatus.OK:
        raise http.client.HTTPException(f"status {response.status}")
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise http.client.HTTPException("the answer is too long")
    return body


def _connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)
    return http.client.HTTPSConnection(host, parts.port, timeout=seconds)
