"""HTTPS: from TLS 1.2 up, HTTP/2 for who asks, and plain words for a certificate that cannot be used."""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from entrepot.server import Endpoint, ServerError, run
from entrepot.settings import Settings
from tests.server.running import Running, eventually
from tests.server.stub import build
from tests.support.tls import Certificate

Launch = Callable[..., Running]


@pytest.fixture
def server(launch: Launch, folder: Path, certificate: Certificate) -> Running:
    folder.mkdir()
    shutil.copy(certificate.certificate, folder / "cert.pem")
    shutil.copy(certificate.key, folder / "key.pem")
    running = launch()
    assert eventually(running.listens), running.log
    return running


def handshake(server: Running, ca: Path, version: ssl.TLSVersion, *protocols: str) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(ca))
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(protocols)
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    return context.wrap_socket(raw, server_hostname="localhost")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=lambda v: v.name)
def test_it_answers_over_tls(server: Running, certificate: Certificate, version: ssl.TLSVersion) -> None:
    with handshake(server, certificate.ca, version, "http/1.1") as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_older_versions_are_refused(server: Running, certificate: Certificate) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(server, certificate.ca, ssl.TLSVersion.TLSv1_1)


def test_http_2_is_for_who_asks(server: Running, certificate: Certificate) -> None:
    with handshake(server, certificate.ca, ssl.TLSVersion.TLSv1_3, "h2", "http/1.1") as connection:
        assert connection.selected_alpn_protocol() == "h2"


def refusal(certificate: Path, key: Path) -> str:
    settings = Settings(data=Path("/nowhere"), tls_cert=certificate, tls_key=key)
    with pytest.raises(ServerError) as caught:
        run(settings, Endpoint("127.0.0.1", 0), build)
    return str(caught.value)


def test_a_certificate_that_is_missing(certificate: Certificate, tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    assert refusal(missing, certificate.key) == f"{missing}: No such file or directory"
    assert refusal(certificate.certificate, missing) == f"{missing}: No such file or directory"


def test_a_key_that_is_not_the_certificates(certificate: Certificate) -> None:
    message = f"{certificate.certificate} and {certificate.ca} are no certificate and its key"
    assert refusal(certificate.certificate, certificate.ca) == message
