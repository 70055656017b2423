"""A registry that answers as a test says, and remembers what it was asked and by whom."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.tls import Certificate


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `length` is the Content-Length that it claims, where that is not the body's."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    length: int | None = None


@dataclass(slots=True)
class StubRegistry:
    """At `url`. `answer` is given the path with its query and the Authorization header, empty where there is none."""

    url: str
    answer: Callable[[str, str], Reply]
    seen: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


@contextmanager
def stub_registry(answer: Callable[[str, str], Reply], tls: Certificate | None = None) -> Iterator[StubRegistry]:
    """Answers on a port of its own while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            authorization = self.headers.get("Authorization", "")
            stub.seen.append((self.path, authorization))
            reply = stub.answer(self.path, authorization)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *_arguments: Any) -> None:  # noqa: A002 - the name that it has there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    stub = StubRegistry(f"{'https' if tls else 'http'}://localhost:{server.server_port}", answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
