"""Traces for an OpenTelemetry collector, by OTLP over HTTP. Imported only where a collector is configured.

A collector that is slow or away costs spans, never requests: those that end while `WAITING` others wait to be sent are
dropped, and counted.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence

import requests
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from entrepot import __version__
from entrepot.observing.metrics import Metrics
from entrepot.observing.statements import trace_statements
from entrepot.observing.tracing import Kind, Value

WAITING = 8192
BATCH = 512
EVERY_MS = 1000
TIMEOUT = 5.0
"""Seconds that the collector has for a batch, tries included; and, at the end, for all that waits."""

_KINDS = {"server": SpanKind.SERVER, "internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT}
_PARENT = TraceContextTextMapPropagator()


class OtelSpan:
    """See tracing.Span."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self._span = span

    @property
    def trace_id(self) -> str:
        """See tracing.Span."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    def child(self, name: str, kind: Kind, attributes: Mapping[str, Value]) -> OtelSpan:
        """See tracing.Span."""
        above = trace.set_span_in_context(self._span)
        return OtelSpan(self._tracer, self._tracer.start_span(name, above, _KINDS[kind], attributes))

    def rename(self, name: str) -> None:
        """See tracing.Span."""
        self._span.update_name(name)

    def note(self, attributes: Mapping[str, Value]) -> None:
        """See tracing.Span."""
        self._span.set_attributes(attributes)

    def end(self, error: str = "") -> None:
        """See tracing.Span."""
        if error:
            self._span.set_attribute("error.type", error)
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()


class OtelTracer:
    """See tracing.Tracer. `share` of the traces are kept, by lot: what a client says of that makes no difference."""

    def __init__(self, endpoint: str, headers: Mapping[str, str], share: float, metrics: Metrics) -> None:
        exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", headers=dict(headers), timeout=TIMEOUT, session=_session())
        self._provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=Resource({"service.name": "entrepot", "service.version": __version__}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(_Bounded(exporter, metrics))
        self._tracer = self._provider.get_tracer("entrepot")
        self._share = share
        trace_statements()

    def begin(self, name: str, kind: Kind, parent: str = "") -> OtelSpan | None:
        """See tracing.Tracer."""
        if self._share < 1 and random.random() >= self._share:  # noqa: S311 - a lot, not a secret
            return None
        return OtelSpan(self._tracer, self._tracer.start_span(name, _context(parent), _KINDS[kind]))

    def close(self) -> None:
        """See tracing.Tracer."""
        # In a thread that nobody waits for at the end of the process: the library waits for as long as it takes.
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(TIMEOUT)


class _Bounded(SpanProcessor):
    """The library's batches, with a count of what is dropped in front of them and of what becomes of the rest."""

    def __init__(self, exporter: SpanExporter, metrics: Metrics) -> None:
        self._counting = _Counting(exporter, metrics)
        self._batches = BatchSpanProcessor(
            self._counting, max_queue_size=2 * WAITING, schedule_delay_millis=EVERY_MS, max_export_batch_size=BATCH
        )
        self._dropped = metrics.spans("dropped")

    def on_end(self, span: ReadableSpan) -> None:
        if self._counting.take():
            self._batches.on_end(span)
        else:
            self._dropped.inc()

    def shutdown(self) -> None:
        self._batches.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._batches.force_flush(timeout_millis)


class _Counting(SpanExporter):
    """An exporter that knows how many spans are on their way to it."""

    def __init__(self, inner: SpanExporter, metrics: Metrics) -> None:
        self._inner = inner
        self._results = {
            SpanExportResult.SUCCESS: metrics.spans("exported"),
            SpanExportResult.FAILURE: metrics.spans("failed"),
        }
        self._lock = threading.Lock()
        self._waiting = 0

    def take(self) -> bool:
        """Whether there is room for one more."""
        with self._lock:
            room = self._waiting < WAITING
            self._waiting += room
            return room

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = SpanExportResult.FAILURE
        try:
            result = self._inner.export(spans)
        finally:
            with self._lock:
                self._waiting -= len(spans)
            self._results[result].inc(len(spans))
        return result

    def shutdown(self) -> None:
        self._inner.shutdown()


def _session() -> requests.Session:
    """What the exporter sends with: nothing of the environment (proxies, .netrc) has a say in where spans go."""
    session = requests.Session()
    session.trust_env = False
    return session


def _context(parent: str) -> Context:
    """The ids that a client's traceparent names (https://www.w3.org/TR/trace-context/), where it is well-formed."""
    given = trace.get_current_span(_PARENT.extract({"traceparent": parent}, Context())).get_span_context()
    if not given.is_valid:
        return Context()
    # Sampled or not, and whatever else the client adds, is for us to say.
    known = SpanContext(given.trace_id, given.span_id, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return trace.set_span_in_context(NonRecordingSpan(known), Context())
