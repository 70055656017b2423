"""Stands between a server and a store that speaks S3: counts requests, and lets some of them fail as stores do."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "expect"})

Answer = Callable[["Handler"], None]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request: its method, path and the names in its query, its multipart upload and part, the bytes it stores."""

    method: str
    path: str
    query: tuple[str, ...] = ()
    copies: bool = False
    upload: str = ""
    part: int = 0
    length: int = 0

    @property
    def kind(self) -> str:
        """The operation, in the S3 API's words."""
        words = set(self.query)
        if self.method == "GET":
            return "ListParts" if "uploadId" in words else "List" if {"list-type", "uploads"} & words else "GetObject"
        if self.method == "POST":
            return "Begin" if "uploads" in words else "Complete" if "uploadId" in words else "DeleteObjects"
        if self.method == "PUT":
            return ("Part" if "partNumber" in words else "") + ("Copy" if self.copies else "") or "Put"
        return {"HEAD": "Head", "DELETE": "Abort" if "uploadId" in words else "Delete"}[self.method]


@dataclass(slots=True)
class Fault:
    """What becomes of the next `times` requests of an operation (any, where it is empty), behind the first `after`."""

    kind: str
    answer: Answer
    times: int = 1
    after: int = 0


@dataclass(slots=True)
class Plan:
    """What was seen, the bytes of bodies that were answered with, and what is to fail."""

    seen: list[Seen] = field(default_factory=list[Seen])
    answered: int = 0
    faults: list[Fault] = field(default_factory=list[Fault])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, seen: Seen) -> Answer | None:
        """Notes a request; what it is answered with if not by the store.

        The store's mark, which is moved on every minute, is no part of what a test counts or has fail.
        """
        if seen.path.endswith("/mark"):
            return None
        with self.lock:
            self.seen.append(seen)
            for fault in self.faults:
                if fault.kind in {"", seen.kind}:
                    if fault.after:
                        fault.after -= 1
                    elif fault.times:
                        fault.times -= 1
                        return fault.answer
        return None


class Handler(BaseHTTPRequestHandler):
    """Relays one connection. Bodies are held in memory: parts are small."""

    protocol_version = "HTTP/1.1"

    @property
    def relaying(self) -> Relay:
        """Whose connection it is."""
        assert isinstance(self.server, Relay)
        return self.server

    def relay(self) -> None:
        """One request, failed or passed on."""
        if self.relaying.closing.is_set():
            reset(self)
            return
        url = urlsplit(self.path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        query = parse_qs(url.query, keep_blank_values=True)
        upload, part = query.get("uploadId", [""])[0], int(query.get("partNumber", ["0"])[0])
        copied = self.headers.get("x-amz-copy-source-range")
        copies = "x-amz-copy-source" in self.headers
        length = span(copied) if copied else len(self.body)
        seen = Seen(self.command, url.path, tuple(query), copies, upload, part, length)
        answer = self.relaying.plan.take(seen)
        (answer or pass_on)(self)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = relay  # noqa: N815 - named by the base class

    def upstream(self) -> tuple[http.client.HTTPResponse, bytes]:
        """The store's answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.relaying.upstream, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            connection.request(self.command, self.path, self.body, {**headers, "Content-Length": str(len(self.body))})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def respond(self, status: int, headers: list[tuple[str, str]], body: bytes, length: int) -> None:
        """Sends an answer that says it has `length` bytes."""
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        # Before it goes out: whoever has it may ask for the count at once.
        with self.relaying.plan.lock:
            self.relaying.plan.answered += len(body)
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing."""


def span(text: str) -> int:
    """The length of `bytes=first-last`."""
    first, _, last = text.removeprefix("bytes=").partition("-")
    return int(last) - int(first) + 1


def pass_on(handler: Handler) -> None:
    """The store's own answer."""
    response, body = handler.upstream()
    length = int(response.headers.get("Content-Length") or 0) if handler.command == "HEAD" else len(body)
    handler.respond(response.status, response.getheaders(), body, length)


def unsealed(handler: Handler) -> None:
    """The store's own answer, without a word about encryption: what a store may say that does not know of it."""
    response, body = handler.upstream()
    headers = [each for each in response.getheaders() if "encryption" not in each[0].lower()]
    handler.respond(response.status, headers, body, len(body))


def refuse(status: int, code: str) -> Answer:
    """An error in the form that S3 has for it."""

    def answer(handler: Handler) -> None:
        body = f"<Error><Code>{code}</Code><Message>as told</Message></Error>".encode()
        handler.respond(status, [("Content-Type", "application/xml")], body, len(body))

    return answer


def reset(handler: Handler) -> None:
    """A broken connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    handler.connection.close()


def lose_answer(handler: Handler) -> None:
    """The store does what it is asked, and nobody hears of it."""
    handler.upstream()
    reset(handler)


def cut_body(handler: Handler) -> None:
    """Half of what was asked for, and then the end of the connection."""
    response, body = handler.upstream()
    handler.respond(response.status, response.getheaders(), body[: len(body) // 2], len(body))
    handler.close_connection = True


def nothing(handler: Handler) -> None:
    """200, and no bytes: what a store that lost an object's content may say."""
    handler.respond(200, [], b"", 0)


def hang(handler: Handler) -> None:
    """No answer until the proxy is closed."""
    handler.relaying.closing.wait()
    handler.close_connection = True


class Relay(ThreadingHTTPServer):
    """Listens on a free port of the loopback interface."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, upstream: int, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.upstream = upstream
        self.plan = Plan()
        self.closing = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: connections are broken on purpose."""


class S3Proxy:
    """A proxy in front of the store that listens on `port`."""

    def __init__(self, port: int) -> None:
        self._relay = Relay(port)
        self.url = f"http://127.0.0.1:{self._relay.server_address[1]}"
        self._thread = self._run()

    def fail(self, kind: str, answer: Answer, times: int = 1, after: int = 0) -> Fault:
        """Fails requests to come."""
        fault = Fault(kind, answer, times, after)
        self._relay.plan.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Fails nothing any more."""
        self._relay.plan.faults.clear()

    def forget(self) -> None:
        """Counts from now on."""
        self._relay.plan.seen.clear()
        self._relay.plan.answered = 0

    def counted(self) -> dict[str, int]:
        """How often each operation was asked for."""
        return dict(Counter(seen.kind for seen in self._relay.plan.seen))

    @property
    def answered(self) -> int:
        """Bytes of the bodies that were answered with."""
        return self._relay.plan.answered

    @property
    def seen(self) -> list[Seen]:
        """All requests, in their order."""
        return list(self._relay.plan.seen)

    @contextmanager
    def away(self) -> Iterator[None]:
        """The store cannot be reached at all meanwhile."""
        self._stop()
        try:
            yield
        finally:
            self._relay = Relay(self._relay.upstream, self._relay.server_address[1])
            self._thread = self._run()

    def close(self) -> None:
        """Ends it."""
        self._stop()

    def _run(self) -> threading.Thread:
        thread = threading.Thread(target=self._relay.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        return thread

    def _stop(self) -> None:
        self._relay.closing.set()
        self._relay.shutdown()
        self._relay.server_close()
