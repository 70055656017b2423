"""When access keys were used last, as GetAccessKeyLastUsed tells: noted at most once a minute for each key."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from entrepot.context import App, Principal
from entrepot.errors import StorageFull, StorageUnavailable
from entrepot.meta import access_key_pages
from entrepot.meta.times import to_micros

INTERVAL = timedelta(minutes=1)

log = structlog.get_logger()


async def note_use(app: App, principal: Principal, service: str, region: str, now: datetime) -> None:
    """Notes that a principal's access key was used for a service in a Region. Temporary keys have no such note.

    A store that does not take the note is no reason to refuse the request: it is logged and tried again later.
    """
    key_id = principal.access_key_id
    noted: datetime | None = app.access.key_uses.get(key_id)
    if principal.session is not None or (noted is not None and now - noted < INTERVAL):
        return
    app.access.key_uses.put(key_id, now)
    earliest = to_micros(now - INTERVAL)
    try:
        # Asked of the row too, since every process has a memory of its own.
        await app.db.write(access_key_pages.note_use, key_id, to_micros(now), earliest, service=service, region=region)
    except (StorageFull, StorageUnavailable):
        log.warning("last use of an access key was not noted", access_key_id=key_id)


def next_note(app: App, principal: Principal) -> datetime | None:
    """When the use of a principal's access key is to be noted again; None for keys of which none is noted."""
    noted: datetime | None = app.access.key_uses.get(principal.access_key_id)
    return None if principal.session is not None or noted is None else noted + INTERVAL
