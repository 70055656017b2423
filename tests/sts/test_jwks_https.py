"""Keys fetched from a real server, and all that such a server can do wrong or try."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from entrepot.adapters.jwks_https import MOST_BYTES, HttpsJwks
from entrepot.errors import DomainError, IdentityProviderUnreachable, InvalidIdentityToken
from tests.sts.issuer import Served, jwk, rsa_key, serving
from tests.support.tls import Certificate

CONFIGURATION = "/.well-known/openid-configuration"


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as running:
        running.publish([jwk(rsa_key())])
        yield running


def fetch(url: str, seconds: float = 5) -> list[object]:
    async def run() -> list[object]:
        fetcher = HttpsJwks(seconds)
        try:
            return [key["kid"] for key in await fetcher.fetch(url)]
        finally:
            fetcher.close()

    return asyncio.run(run())


def refusal(url: str, kind: type[DomainError], seconds: float = 5) -> str:
    with pytest.raises(kind) as caught:
        fetch(url, seconds)
    return caught.value.message


def test_what_is_asked_for(served: Served) -> None:
    assert fetch(served.url) == ["key-1"]
    assert served.log == [CONFIGURATION, "/keys"]


def test_an_issuer_with_a_path(served: Served) -> None:
    issuer = f"{served.url}/tenant"
    about = {"issuer": issuer, "jwks_uri": f"{served.url}/keys"}
    served.answers["/tenant/.well-known/openid-configuration"] = (200, json.dumps(about).encode())
    assert fetch(issuer) == ["key-1"]


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://another.example.com"},
        {"jwks_uri": "http://169.254.169.254/latest/meta-data"},
        {"jwks_uri": "https://169.254.169.254/latest/meta-data"},
        {"jwks_uri": "http://localhost:1/keys"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"jwks_uri": ["/keys"]},
    ],
)
def test_a_configuration_that_sends_us_elsewhere(served: Served, about: dict[str, object]) -> None:
    served.publish([], **about)
    refusal(served.url, InvalidIdentityToken)
    assert served.log == [CONFIGURATION]


def test_user_information_in_a_url_is_another_place(served: Served) -> None:
    served.publish([], jwks_uri=f"{served.url.replace('://', '://127.0.0.1@')}/keys")
    refusal(served.url, InvalidIdentityToken)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("path", [CONFIGURATION, "/keys"])
def test_redirects_lead_nowhere(served: Served, status: int, path: str) -> None:
    served.answers[path] = (status, b"{}")
    served.location = f"{served.url}/elsewhere"
    refusal(served.url, IdentityProviderUnreachable)
    assert "/elsewhere" not in served.log


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"not JSON", InvalidIdentityToken),
        (b"[]", InvalidIdentityToken),
        (b"{}", InvalidIdentityToken),
        (b'{"keys": {}}', InvalidIdentityToken),
        (b'{"keys": []}' + b" " * MOST_BYTES, IdentityProviderUnreachable),
    ],
)
def test_answers_that_are_no_keys(served: Served, body: bytes, kind: type[DomainError]) -> None:
    served.answers["/keys"] = (200, body)
    refusal(served.url, kind)


def test_what_is_among_the_keys_and_is_none_is_left_out(served: Served) -> None:
    served.answers["/keys"] = (200, json.dumps({"keys": [7, "a", None, jwk(rsa_key())]}).encode())
    assert fetch(served.url) == ["key-1"]


@pytest.mark.parametrize(
    "url", ["http://issuer.example.com", "ftp://127.0.0.1", "http://127.0.0.1.example.com", "https://[::1", "127.0.0.1"]
)
def test_nothing_is_asked_over_anything_but_https(url: str) -> None:
    assert "HTTPS only" in refusal(url, InvalidIdentityToken)


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        refusal(f"http://127.0.0.1:{probe.getsockname()[1]}", IdentityProviderUnreachable)


def test_plain_http_where_https_is_meant(served: Served) -> None:
    refusal(served.url.replace("http:", "https:"), IdentityProviderUnreachable)


def test_a_host_of_many_addresses_where_nobody_answers_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them together get the time of one request: each its own would hold a thread for minutes."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):  # what is beyond the backlog is not answered
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(full.getsockname())
        found = socket.getaddrinfo(*full.getsockname(), type=socket.SOCK_STREAM) * 30
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        began = time.monotonic()
        refusal(f"http://127.0.0.1:{full.getsockname()[1]}", IdentityProviderUnreachable, seconds=0.3)
        for thread in threading.enumerate():
            if thread.name.startswith("jwks"):
                thread.join()
        assert time.monotonic() - began < 3


def test_certificates_are_checked(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can answer for the keys of an issuer can be anyone: who it is has to be proven, and by that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    with serving(tls=context) as running:
        running.url = running.url.replace("http://127.0.0.1", "https://localhost")
        running.publish([jwk(rsa_key())])
        refusal(running.url, IdentityProviderUnreachable)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.ca))
        assert fetch(running.url) == ["key-1"]
        found = socket.getaddrinfo("127.0.0.1", int(running.url.rpartition(":")[2]), type=socket.SOCK_STREAM)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        asked = len(running.log)
        refusal(running.url.replace("localhost", "issuer.example.com"), IdentityProviderUnreachable)
        assert len(running.log) == asked


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
def test_a_provider_that_sends_a_byte_now_and_then_keeps_nobody(head: bytes) -> None:
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(head)
                try:
                    while not ended.wait(0.02):
                        connection.sendall(b"a")
                except OSError:
                    ended.set()

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        refusal(f"http://127.0.0.1:{listener.getsockname()[1]}", IdentityProviderUnreachable, seconds=0.3)
        assert time.monotonic() - began < 3
        assert ended.wait(3), "the connection is still open"
        thread.join()
