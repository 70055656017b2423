"""What a process observes itself with, as the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from entrepot.observing.exchange import Exchange
from entrepot.observing.metrics import Metrics
from entrepot.observing.observer import Observer
from entrepot.observing.tracing import Tracer
from entrepot.services.access_cache import ProcessCache
from entrepot.settings import Settings
from entrepot.settings_values import BucketUrl

PUBLISH_SECONDS = 2.0
"""How old the figures of other workers may be when one is asked; what a worker loses of them that is killed."""


def observer_of(settings: Settings, folder: Path | None) -> Observer:
    """The observer of one process; in `folder` the workers of a server tell each other what they count."""
    metrics = Metrics()
    folders = {"data": settings.data}
    if not isinstance(settings.blobs, BucketUrl):
        folders["blobs"] = settings.blobs or settings.data / "blobs"
    return Observer(metrics, _tracer(settings, metrics), Exchange(folder), folders)


@asynccontextmanager
async def kept_up(observer: Observer) -> AsyncGenerator[None]:
    """Lets the other workers know every few seconds, and at the end; then sends the traces that wait."""
    task = asyncio.create_task(_publish(observer))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        await asyncio.to_thread(observer.publish)
        if observer.tracer:
            await asyncio.to_thread(observer.tracer.close)


def watched(cache: ProcessCache, metrics: Metrics) -> ProcessCache:
    """The cache of rights, with what it remembers in the metrics."""
    metrics.watch("policies", cache.policies)
    metrics.watch("decisions", cache.decisions)
    metrics.watch("versions", cache.versions)
    return cache


async def _publish(observer: Observer) -> None:
    while True:
        await asyncio.to_thread(observer.publish)
        await asyncio.sleep(PUBLISH_SECONDS)


def _tracer(settings: Settings, metrics: Metrics) -> Tracer | None:
    if not settings.otlp_endpoint or not settings.trace_sample:
        return None
    from entrepot.observing.otel import OtelTracer  # noqa: PLC0415 - half a second that only traces are worth

    return OtelTracer(settings.otlp_endpoint, dict(settings.otlp_headers), settings.trace_sample, metrics)
