"""The clients of measurements read what servers send, whole and in whatever form."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType

import pytest

from bench.clients import Client, UnexpectedAnswer, drive
from bench.content import Content
from tests.support.images import digest_of

BLOCK = bytes(range(256)) * 5_000


class Handler(BaseHTTPRequestHandler):
    """Answers by path, on a connection that is kept."""

    protocol_version = "HTTP/1.1"
    elsewhere = ""

    def do_GET(self) -> None:
        headers, body = self.answers[self.path](self)
        self.send_response_only(307 if "Location" in headers else 200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        for piece in body:
            self.wfile.write(piece)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response_only(201)
        self.send_header("Digest", digest_of(body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing."""

    answers = MappingProxyType[str, Callable[["Handler"], tuple[dict[str, str], list[bytes]]]](
        {
            "/whole": lambda _: ({"Content-Length": str(len(BLOCK))}, [BLOCK]),
            "/chunks": lambda _: (
                {"Transfer-Encoding": "chunked"},
                [b"%x;a=b\r\n%b\r\n" % (size, BLOCK[:size]) for size in (1, 100, len(BLOCK))] + [b"0\r\n\r\n"],
            ),
            "/empty": lambda _: ({"Content-Length": "0"}, []),
            "/away": lambda it: ({"Location": f"http://{it.elsewhere}/whole", "Content-Length": "0"}, []),
        }
    )


@pytest.fixture
def netloc() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Handler.elsewhere = f"127.0.0.1:{server.server_address[1]}"
    yield Handler.elsewhere
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client(netloc: str) -> Iterator[Client]:
    made = Client(netloc, {})
    yield made
    made.close()


def test_answers_one_after_the_other(client: Client) -> None:
    for _ in range(3):
        assert client.ask("GET", "/whole", expect=200).body == BLOCK
        assert client.ask("GET", "/chunks", expect=200).body == BLOCK[:1] + BLOCK[:100] + BLOCK
        assert client.ask("GET", "/empty", expect=200).body == b""
    assert client.traffic.requests == 9
    assert client.traffic.received > 6 * len(BLOCK)


def test_a_download_is_counted_wherever_it_comes_from(client: Client) -> None:
    assert client.download("/whole") == client.download("/away") == len(BLOCK)
    with pytest.raises(UnexpectedAnswer):
        client.ask("GET", "/away", expect=200)


@pytest.mark.parametrize("size", [16, 1000, 3_000_000])
def test_bodies_arrive_with_their_digest(client: Client, size: int) -> None:
    content = Content(size)
    one, other = content.blob(size), content.blob(size)
    assert one.digest != other.digest
    for blob in (one, other):
        assert client.ask("PUT", "/", body=blob.body, expect=201).headers["digest"] == blob.digest


def test_every_number_is_acted_on_once(netloc: str) -> None:
    seen: list[int] = []

    def act(client: Client, number: int) -> None:
        client.ask("GET", "/empty", expect=200)
        seen.append(number)

    driven = drive(lambda: Client(netloc, {}), act, range(50, 150), 7)
    assert sorted(seen) == list(range(50, 150))
    assert len(driven.seconds) == driven.traffic.requests == 100
    assert driven.rate == pytest.approx(100 / driven.wall)


def test_a_client_that_fails_fails_the_measurement(netloc: str) -> None:
    with pytest.raises(UnexpectedAnswer):
        drive(lambda: Client(netloc, {}), lambda client, _: client.ask("GET", "/empty", expect=404), range(10), 2)
