"""/metrics, in Prometheus's text format: what the workers of this server counted, and what the database knows.

It names no repository and no principal. Registries are told apart only to whoever brings the setting metrics_token:
without one, whoever reaches the port reads sums over all registries.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import suppress

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.meta import leases, registry_totals
from entrepot.meta.times import from_micros
from entrepot.observing import catalog
from entrepot.observing.counted import Counted
from entrepot.observing.families import Family, exposition, family
from entrepot.services import gc_status

COUNT_SECONDS = 5.0
"""How long an answer waits for the database, before it goes without. Prometheus waits for ten seconds."""


async def handle(app: App, request: Request) -> Response:
    """200 with the figures; those that the database has, as old as they may be, or none, while it does not answer."""
    return await answer_to(app, request.headers.get("authorization", ""))


async def answer_to(app: App, authorization: str) -> Response:
    """As `handle`, for a request with that header."""
    if not _may_read(app, authorization):
        return Response("The token is missing or wrong\n", 401, {"WWW-Authenticate": "Bearer"}, "text/plain")
    state, storage = app.observer.state, app.observer.storage
    counted = [*await _counted(state, lambda: _state(app)), *await _counted(storage, lambda: _storage(app))]
    if not app.metrics_token:
        counted = [_without_registries(each) for each in counted]
    times = [((each.name,), each.last.at) for each in (state, storage) if each.last]
    together = await asyncio.to_thread(app.observer.together)
    text = exposition([*together, *counted, family(catalog.COUNTED, times)])
    return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _may_read(app: App, authorization: str) -> bool:
    wanted = f"Bearer {app.metrics_token}".encode()
    return not app.metrics_token or hmac.compare_digest(authorization.encode(), wanted)


async def _counted(counts: Counted, make: Callable[[], Awaitable[list[Family]]]) -> list[Family]:
    with suppress(DomainError, TimeoutError):
        async with asyncio.timeout(COUNT_SECONDS):
            return (await counts.get(make)).families
    return counts.last.families if counts.last else []


async def _state(app: App) -> list[Family]:
    status, done = await gc_status.status(app), await app.db.read(leases.last_done)
    queues = [((queue.name.replace(" ", "_"),), queue) for queue in status.queues]
    deletions, freed = status.deletions, status.repositories
    return [
        family(catalog.GC_WAITING, ((name, queue.waiting) for name, queue in queues)),
        family(catalog.GC_DUE, ((name, queue.due) for name, queue in queues)),
        family(catalog.GC_WAITING_BYTES, [((), deletions.waiting_bytes)]),
        family(catalog.GC_FAILED, [((), deletions.failed)]),
        family(catalog.GC_LAYERS, [((), sum(each.layers for each in freed))]),
        family(catalog.GC_OBJECTS, [((), sum(each.objects for each in freed))]),
        family(catalog.GC_FREED, [((), sum(each.object_bytes for each in freed))]),
        family(catalog.DUTY_SUCCESS, (((duty,), from_micros(at).timestamp()) for duty, at in done.items())),
    ]


async def _storage(app: App) -> list[Family]:
    found = await app.db.read(registry_totals.registry_totals)
    places = [((each.account, each.region), each) for each in found]
    return [
        family(catalog.STORED_BYTES, ((place, each.stored_bytes) for place, each in places)),
        family(catalog.BLOBS, ((place, each.blobs) for place, each in places)),
        family(catalog.IMAGES, ((place, each.images) for place, each in places)),
        family(catalog.REPOSITORIES, ((place, each.repositories) for place, each in places)),
    ]


def _without_registries(figures: Family) -> Family:
    """One sum over all registries, for whom their names are none of their business."""
    if not figures.name.startswith("entrepot_registry_"):
        return figures
    return Family(figures.name, [(figures.name, {}, sum(value for _, _, value in figures.samples))])
