"""/metrics: how the garbage collection stands, in Prometheus's text format.

Sums over all repositories, without a name of one: whoever reaches the port may read them. They are counted at most once
in ten seconds, so that asking often costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector
from starlette.responses import Response

from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.services import gc_status
from entrepot.services.gc_status import Status


async def handle(app: App) -> Response:
    """200 with the figures, or 503 while the database does not answer."""
    try:
        status = await app.gc_counts.get(lambda: gc_status.status(app))
    except DomainError as error:
        return Response(error.message, 503, headers={"Retry-After": "5"}, media_type="text/plain")
    registry = CollectorRegistry()
    registry.register(_OfCollection(status))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


class _OfCollection(Collector):
    """The metrics of one status."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """Each metric once."""
        waiting = GaugeMetricFamily("entrepot_gc_waiting", "Entries of a queue.", labels=["queue"])
        due = GaugeMetricFamily("entrepot_gc_due", "Entries of a queue that are due.", labels=["queue"])
        for queue in self._status.queues:
            name = queue.name.replace(" ", "_")
            waiting.add_metric([name], queue.waiting)
            due.add_metric([name], queue.due)
        deletions = self._status.deletions
        yield from (waiting, due)
        yield GaugeMetricFamily("entrepot_gc_waiting_bytes", "Bytes that wait for deletion.", deletions.waiting_bytes)
        yield GaugeMetricFamily("entrepot_gc_failed_deletions", "Deletions that failed so far.", deletions.failed)
        freed = self._status.repositories
        yield CounterMetricFamily("entrepot_gc_layers", "Layers that were let go.", sum(each.layers for each in freed))
        yield CounterMetricFamily("entrepot_gc_objects", "Objects deleted.", sum(each.objects for each in freed))
        yield CounterMetricFamily("entrepot_gc_freed_bytes", "Bytes freed.", sum(each.object_bytes for each in freed))
