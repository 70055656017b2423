"""A registry as a replica: what it holds under the same names, by OCI Distribution ("Pulling blobs" and "manifests").

Certificates are checked against the system's store; SSL_CERT_FILE names another. Credentials go to the registry's own
address and nowhere else: a redirect, as to a store of layers, and a token service on another host are asked without.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import re
import ssl
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from entrepot.errors import ManifestInvalid, StorageUnavailable
from entrepot.rules.strict_json import load_object

SECONDS = 30.0
"""For a connection, and for each piece of an answer."""

PIECE = 1 << 20
MOST_OF_A_MANIFEST = 4 << 20
MOST_OF_A_TOKEN = 256 << 10
REDIRECTS = 3

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PARAMETER = re.compile(r'([a-zA-Z]+)="([^"]*)"')

Result = TypeVar("Result")


class RegistryReplica:
    """The Replica port over a registry at an http:// or https:// URL; a path in it goes in front of names."""

    def __init__(self, url: str, username: str = "", password: str = "", *, seconds: float = SECONDS) -> None:
        """Raises ValueError for a URL that is none of a registry, or where the password would go out in the clear."""
        self._at = urlsplit(url)
        if self._at.scheme not in {"http", "https"} or not self._at.hostname or self._at.username is not None:
            raise ValueError("it is not http:// or https:// and a host, without a user")
        if self._at.query or self._at.fragment:
            raise ValueError("it has a query or a fragment")
        if username and self._at.scheme == "http" and self._at.hostname not in _LOOPBACK:
            raise ValueError("a password goes over https only")
        self._port = self._at.port  # a number that is none shows here
        self._basic = "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode() if username else ""
        self._seconds = seconds
        self.name = url.rstrip("/")

    async def blob(self, blob: object, digest: str, repositories: Sequence[str]) -> AsyncGenerator[bytes]:
        """The bytes that the first of the repositories has under the digest, a piece at a time."""
        del blob
        stack, response = await self._first("blobs", digest, repositories, {})
        try:
            while piece := await _off_loop(lambda: response.read(PIECE)):
                yield piece
        finally:
            await asyncio.shield(asyncio.to_thread(stack.close))

    async def manifest(self, digest: str, media_type: str, repositories: Sequence[str]) -> bytes:
        """The manifest that the first of the repositories has under the digest."""
        stack, response = await self._first("manifests", digest, repositories, {"Accept": media_type})
        try:
            return await _off_loop(lambda: response.read(MOST_OF_A_MANIFEST + 1))
        finally:
            await asyncio.shield(asyncio.to_thread(stack.close))

    async def close(self) -> None:
        """Nothing: no connection is kept."""

    async def _first(
        self, kind: str, digest: str, repositories: Sequence[str], headers: Mapping[str, str]
    ) -> tuple[contextlib.ExitStack, http.client.HTTPResponse]:
        failure = StorageUnavailable("No repository here needs it, so that nobody knows under which name to ask.")
        for repository in repositories:
            name = f"{self._at.path.strip('/')}/{repository}".strip("/")
            try:
                return await _off_loop(lambda n=name: self._get(n, f"/v2/{n}/{kind}/{digest}", headers))
            except StorageUnavailable as error:
                failure = error
        raise failure

    def _get(
        self, name: str, path: str, headers: Mapping[str, str]
    ) -> tuple[contextlib.ExitStack, http.client.HTTPResponse]:
        url = f"{self._at.scheme}://{self._at.netloc}{quote(path, safe='/:')}"
        with contextlib.ExitStack() as stack:
            response = self._ask(stack, url, {**headers, **self._with(self._basic)})
            challenge = response.headers.get("WWW-Authenticate", "")
            if response.status == HTTPStatus.UNAUTHORIZED and challenge.lower().startswith("bearer "):
                bearer = self._token(name, dict(_PARAMETER.findall(challenge)))
                response = self._ask(stack, url, {**headers, **self._with(f"Bearer {bearer}")})
            if response.status != HTTPStatus.OK:
                raise StorageUnavailable(f"It answers {response.status} for {name}.")
            return stack.pop_all(), response

    def _ask(self, stack: contextlib.ExitStack, url: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """The answer of the registry, or of whoever it sends us to; nobody else is told who we are."""
        for _ in range(REDIRECTS + 1):
            response = stack.enter_context(self._answer(url, headers if self._is_own(url) else _anonymous(headers)))
            location = response.headers.get("Location")
            if not HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST or not location:
                return response
            url = urljoin(url, location)
            self._demand_as_safe(url)
        raise StorageUnavailable("It sends us from one place to another.")

    def _token(self, name: str, challenge: Mapping[str, str]) -> str:
        """A token of the Distribution token specification, for the scope that we need."""
        scope = {"service": challenge.get("service", ""), "scope": f"repository:{name}:pull"}
        realm = challenge.get("realm", "")
        url = f"{realm}{'&' if '?' in realm else '?'}{urlencode({k: v for k, v in scope.items() if v})}"
        self._demand_as_safe(url)
        headers = self._with(self._basic) if self._is_own(url) else {}
        with contextlib.ExitStack() as stack:
            response = self._ask(stack, url, headers)
            if response.status != HTTPStatus.OK:
                raise StorageUnavailable(f"Its token service answers {response.status}.")
            told = load_object(response.read(MOST_OF_A_TOKEN))
            token = told.get("token") or told.get("access_token")
            if not isinstance(token, str) or not token.isascii() or not token.isprintable():
                raise StorageUnavailable("Its token service gives no token.")
            return token

    @contextlib.contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Generator[http.client.HTTPResponse]:
        at = urlsplit(url)
        connection = _connection(at, self._seconds)
        try:
            connection.request("GET", f"{at.path or '/'}{f'?{at.query}' if at.query else ''}", headers=dict(headers))
            with contextlib.closing(connection.getresponse()) as response:
                yield response
        finally:
            connection.close()

    def _is_own(self, url: str) -> bool:
        return urlsplit(url)[:2] == self._at[:2]

    def _demand_as_safe(self, url: str) -> None:
        if urlsplit(url).scheme not in {"https", self._at.scheme}:
            raise StorageUnavailable("It sends us to a place without TLS.")

    @staticmethod
    def _with(authorization: str) -> dict[str, str]:
        return {"Authorization": authorization} if authorization else {}


def _anonymous(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Authorization"}


def _connection(at: SplitResult, seconds: float) -> http.client.HTTPConnection:
    if at.scheme == "http":
        return http.client.HTTPConnection(at.hostname or "", at.port, timeout=seconds)
    return http.client.HTTPSConnection(
        at.hostname or "", at.port, timeout=seconds, context=ssl.create_default_context()
    )


async def _off_loop(work: Callable[[], Result]) -> Result:
    """Runs `work` in a thread. Raises StorageUnavailable where the registry does not answer as one does."""
    try:
        return await asyncio.to_thread(work)
    except ManifestInvalid as error:
        raise StorageUnavailable("Its token service does not answer with a JSON object.") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StorageUnavailable(f"It cannot be reached: {error}.") from error
