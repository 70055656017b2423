"""A small OpenTelemetry collector: takes traces by OTLP over HTTP (protobuf) and keeps them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Traced:
    """A span as it arrived."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    failed: bool


@dataclass
class Collector:
    """What arrived. While `refusing` is set it answers 400; `raw` are the bodies."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    refusing: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def spans(self) -> list[Traced]:
        return [span for body in list(self.raw) for span in decoded(body)]

    def wait(self, there: Callable[[list[Traced]], bool]) -> list[Traced]:
        """All spans, once `there` says that those are there that were waited for."""
        deadline = time.monotonic() + PATIENCE
        while not there(found := self.spans):
            assert time.monotonic() < deadline, sorted({span.name for span in found})
            time.sleep(0.05)
        return found


def decoded(body: bytes) -> Iterator[Traced]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                values = {
                    each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in span.attributes
                }
                ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
                yield Traced(span.name, *ids, values, span.status.code == span.status.STATUS_CODE_ERROR)


@contextmanager
def collector() -> Iterator[Collector]:
    """Runs one on a free port."""
    kept = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces" and not kept.refusing:
                kept.raw.append(body)
                kept.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(400 if kept.refusing else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()
