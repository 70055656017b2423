"""Traces over the four seams, as a collector gets them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, insert

from entrepot.meta import leases, tables
from entrepot.observing.database import name_of
from entrepot.observing.metrics import Metrics
from entrepot.observing.otel import WAITING, OtelTracer
from entrepot.observing.tracing import CURRENT
from tests.conftest import StartServer
from tests.observability.collector import Collector, Traced, collector
from tests.observability.load import Driven
from tests.observability.scrape import total, until
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.processes import free_port
from tests.support.server import Server

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def spans(after_load: Driven, points: object) -> list[Traced]:
    del points  # by then all requests are answered
    awaited = {"cut", "KeyUnavailable"}
    return after_load.traces.wait(lambda found: awaited <= {span.attributes.get("error.type") for span in found})


def doors(spans: list[Traced], name: str) -> list[Traced]:
    return [span for span in spans if span.name == name]


def below(spans: list[Traced], span: Traced) -> Iterator[Traced]:
    for each in spans:
        if each.parent_id == span.span_id and each.trace_id == span.trace_id:
            yield each
            yield from below(spans, each)


def test_a_pull_of_a_manifest_is_seen_at_three_seams(spans: list[Traced]) -> None:
    served = doors(spans, "GET /v2/{name}/manifests/{reference}")
    (good,) = [span for span in served if span.attributes["http.response.status_code"] == 200]
    assert not good.parent_id
    assert not good.failed
    assert good.attributes["http.request.method"] == "GET"
    assert good.attributes["http.route"] == "/v2/{name}/manifests/{reference}"
    assert good.attributes["entrepot.operation"] == "manifest.get"
    (operation,) = [span for span in spans if span.parent_id == good.span_id]
    assert operation.name == "manifest.get"
    assert operation.attributes["entrepot.registry"] == "123456789012/us-east-1"
    assert operation.attributes["entrepot.repository"] == "hello/world"
    inside = list(below(spans, operation))
    assert {"db read", "SELECT"} <= {span.name for span in inside}
    statements = [span for span in inside if span.name == "SELECT"]
    assert all(span.attributes["db.query.text"].startswith("SELECT") for span in statements)
    assert all(span.attributes["db.system.name"] in {"sqlite", "postgresql"} for span in statements)


def test_an_upload_is_seen_at_the_store(spans: list[Traced]) -> None:
    puts = [
        s for s in doors(spans, "PUT /v2/{name}/blobs/uploads/{reference}") if s.attributes["entrepot.door"] == "oci"
    ]
    inside = {span.name: span for put in puts for span in below(spans, put)}
    assert {"db write", "INSERT", "store write", "store commit"} <= set(inside)
    wrote = [span for put in puts for span in below(spans, put) if span.name == "store write"]
    assert sum(span.attributes["entrepot.bytes"] for span in wrote) > 10_000


def test_a_layer_that_is_read_has_one_span(spans: list[Traced]) -> None:
    (served,) = doors(spans, "GET /layers/{ticket}")
    (read,) = [span for span in below(spans, served) if span.name == "store read"]
    assert read.attributes["entrepot.store"] == "folder"
    assert read.attributes["entrepot.bytes"] > 0


def test_an_operation_of_aws_is_seen(spans: list[Traced]) -> None:
    (operation, *_) = [span for span in spans if span.name == "ecr.CreateRepository"]
    (served,) = [span for span in spans if span.span_id == operation.parent_id]
    assert served.name == "POST /"
    assert served.attributes["entrepot.door"] == "aws"
    assert operation.attributes["entrepot.repository"] == "hello/world"


def test_duties_are_seen(spans: list[Traced]) -> None:
    (duty, *_) = [span for span in spans if span.name == "duty collect"]
    assert "db write" in {span.name for span in below(spans, duty)}


def test_refusals_say_why_and_unknown_methods_are_other(spans: list[Traced]) -> None:
    kinds = {span.attributes.get("error.type") for span in spans if span.failed}
    assert {"ImageNotFound", "Unauthenticated", "AccessDenied", "KeyUnavailable", "cut"} <= kinds
    methods = {span.attributes.get("http.request.method") for span in spans}
    assert "_OTHER" in methods
    assert "BREW" not in methods


def test_nothing_but_what_was_meant_to_is_in_a_span(spans: list[Traced]) -> None:
    for span in spans:
        assert not {"url.path", "url.query", "url.full", "user_agent.original", "client.address"} & set(span.attributes)
        assert "hello" not in span.attributes.get("db.query.text", "")
        assert "hello" not in span.name


def test_lines_of_the_log_name_their_trace(after_load: Driven, spans: list[Traced]) -> None:
    lines = [json.loads(line) for line in after_load.server.log.read_text().splitlines() if line.startswith("{")]
    known = {span.trace_id for span in spans}
    damaged = [line for line in lines if line["event"] == "stored content is damaged"]
    asked = [line for line in lines if line["event"] == "request" and line["path"].startswith("/v2/")]
    assert damaged
    assert asked
    assert {line["trace_id"] for line in damaged + asked} <= known


@pytest.fixture
def traced(start: StartServer) -> Iterator[tuple[Server, Collector]]:
    with collector() as traces:
        env = {"ENTREPOT_OTLP_HEADERS": "authorization=Bearer of-the-collector,x-tenant=one"}
        yield start(args=["--otlp-endpoint", traces.url, "--work", "false"], env=env), traces


def test_of_a_client_s_trace_the_ids_count_and_nothing_else(traced: tuple[Server, Collector]) -> None:
    server, traces = traced
    oci = Oci(server.url)
    given = {
        f"00-{TRACE}-{SPAN}-00": True,  # not sampled by the client
        f"00-{'0' * 32}-{SPAN}-01": False,
        "00-made-up": False,
        f"ff-{TRACE}-{SPAN}-01": False,
        "x" * 5000: False,
    }
    for parent in given:
        headers = {"traceparent": parent, "tracestate": "planted=state", "baggage": "planted=baggage"}
        oci.request("GET", "/v2/", headers=headers).expect(401)
    found = traces.wait(lambda spans: len(doors(spans, "GET /v2/")) == len(given))
    followed = [span for span in doors(found, "GET /v2/") if span.trace_id == TRACE]
    assert [span.parent_id for span in followed] == [SPAN]
    assert all(not span.parent_id for span in doors(found, "GET /v2/") if span.trace_id != TRACE)
    assert not [body for body in traces.raw if b"planted" in body]
    assert {each["authorization"] for each in traces.headers} == {"Bearer of-the-collector"}
    assert {each["x-tenant"] for each in traces.headers} == {"one"}


def test_what_waits_is_sent_at_a_clean_stop(traced: tuple[Server, Collector]) -> None:
    server, traces = traced
    Oci(server.url).request("GET", "/v2/").expect(401)
    assert server.terminate() == 0
    assert doors(traces.spans, "GET /v2/")


def test_a_share_is_chosen_by_lot(start: StartServer) -> None:
    with collector() as traces:
        server = start(args=["--otlp-endpoint", traces.url, "--trace-sample", "0.3", "--work", "false"])
        for _ in range(100):
            Oci(server.url).request("GET", "/v2/", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"}).expect(401)
        server.terminate()
        assert 8 <= len(doors(traces.spans, "GET /v2/")) <= 55


def test_a_collector_that_is_away_costs_requests_nothing(start: StartServer) -> None:
    server = start(args=["--otlp-endpoint", f"http://127.0.0.1:{free_port()}", "--work", "false"])
    server.create_repository("hello")
    oci = Oci(server.url, server.password())
    began = time.monotonic()
    oci.push_image("hello", tiny_image("away"), "v1")
    for _ in range(50):
        oci.get_manifest("hello", "v1").expect(200)
    assert time.monotonic() - began < 10
    until(server.url, lambda found: total(found, "entrepot_trace_spans_total", outcome="failed") > 0)
    began = time.monotonic()
    assert server.terminate() == 0
    assert time.monotonic() - began < 15
    assert "Traceback" not in server.log.read_text()


def test_spans_that_nobody_takes_are_dropped_and_counted() -> None:
    with collector() as traces:
        traces.refusing = True
        metrics = Metrics()
        tracer = OtelTracer(traces.url, {}, 1.0, metrics)
        tracer._provider._active_span_processor._span_processors[0]._counting._waiting = WAITING - 2  # type: ignore[attr-defined]
        for _ in range(5):
            span = tracer.begin("full", "internal")
            assert span
            span.end()
        assert metrics.spans("dropped").value == 3
        tracer.close()
        assert metrics.spans("failed").value == 2


def test_traces_do_without_values_of_an_insert_of_many(tmp_path: Path) -> None:
    with collector() as traces:
        tracer = OtelTracer(traces.url, {}, 1.0, Metrics())
        engine = create_engine(f"sqlite:///{tmp_path}/x.db")
        tables.leases.create(engine)
        span = tracer.begin("many", "internal")
        assert span
        token = CURRENT.set(span)
        with engine.begin() as connection:
            rows = [{"name": f"planted-{n}", "holder": "planted", "expires_at": 77077} for n in range(3)]
            connection.execute(insert(tables.leases).values(rows))
            connection.execute(insert(tables.leases), [{**row, "name": f"{row['name']}x"} for row in rows])
        CURRENT.reset(token)
        span.end()
        engine.dispose()
        asyncio.run(asyncio.to_thread(tracer.close))
        texts = [each.attributes["db.query.text"] for each in traces.spans if each.name == "INSERT"]
    assert len(texts) == 2
    assert not any("planted" in each or "77077" in each for each in texts)


class Called:
    """Something that can be called and has no name."""

    def __call__(self, *args: object) -> None:
        del args


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (leases.lease_end, "meta.leases.lease_end"),
        (partial(leases.lease_end, name="x"), "meta.leases.lease_end"),
        (partial(partial(leases.lease_end), name="x"), "meta.leases.lease_end"),
        (Called(), f"{__name__}.Called"),
        (lambda _: None, f"{__name__}.<lambda>"),
        (len, "builtins.len"),
    ],
)
def test_every_function_of_a_transaction_has_a_name(function: Callable[..., Any], name: str) -> None:
    assert name_of(function) == name
