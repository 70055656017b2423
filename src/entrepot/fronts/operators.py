"""The door of a process that serves nothing else: /metrics and /healthz of `entrepot worker`.

Plain HTTP for a scraper on the operator's own network: a thread of the standard library, since nothing here is hot.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import structlog
from starlette.responses import Response

from entrepot.context import App
from entrepot.errors import StorageUnavailable
from entrepot.fronts import metrics

SECONDS = 15.0
"""How long a client may take to ask, and the answer to be made."""

log = structlog.get_logger()


@contextmanager
def operators_door(app: App, host: str, port: int) -> Generator[None]:
    """Answers while the context lasts; port 0 is no door. Raises StorageUnavailable where the port is taken."""
    if not port:
        yield
        return
    handler = type("Bound", (_Handler,), {"app": app, "loop": asyncio.get_running_loop()})
    try:
        server = _Server((host, port), handler)
    except OSError as error:
        raise StorageUnavailable(f"The port {port} of worker_metrics_port cannot be used: {error.strerror}") from error
    thread = threading.Thread(target=server.serve_forever, name="operators", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    app: ClassVar[App]
    loop: ClassVar[asyncio.AbstractEventLoop]
    timeout = SECONDS
    server_version, sys_version = "entrepot", ""

    def do_GET(self) -> None:
        self._send(self._answer())

    def _answer(self) -> Response:
        match self.path:
            case "/healthz":
                return Response('{"status":"ok"}', media_type="application/json")
            case "/metrics":
                making = metrics.answer_to(self.app, self.headers.get("authorization", ""))
                return asyncio.run_coroutine_threadsafe(making, self.loop).result(SECONDS)
            case _:
                return Response("There is nothing at this path\n", 404, media_type="text/plain")

    def _send(self, answer: Response) -> None:
        self.send_response(answer.status_code)
        for name, value in answer.raw_headers:
            self.send_header(name.decode("latin-1"), value.decode("latin-1"))
        self.end_headers()
        self.wfile.write(bytes(answer.body))

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """One line, as a server's door has it: without the path, which a client may have made up."""
        del size
        log.debug("operators' request", status=code)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        del args  # which are what a client sent
        log.debug("operators' request is none", reason=format)
