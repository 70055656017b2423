"""The stores of layers."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path

from entrepot import app_blobs
from entrepot.doctor.site import Site, is_store
from entrepot.doctor.work import facts as work_facts
from entrepot.errors import StorageUnavailable
from entrepot.meta import blobs, diagnosis
from entrepot.rules.doctor import stores
from entrepot.rules.doctor.finding import Finding
from entrepot.rules.doctor.stores import StoreFacts, StoresFacts
from entrepot.services import pairing
from entrepot.services.gc_verify import GRACE
from entrepot.services.sweeping import ORPHAN_AGE
from entrepot.settings_values import BucketUrl

_BATCH = 500


async def check(site: Site) -> list[Finding]:
    """Writes, reads and deletes where new layers go, and asks every other store for a name."""
    found: list[Finding] = []
    for place in app_blobs.stores(site.settings):
        facts = await asyncio.to_thread(_of_folder if isinstance(place, Path) else _of_bucket, site, place)  # pyright: ignore[reportArgumentType]
        found += stores.judge(facts)
    return found


def _of_folder(site: Site, folder: Path) -> StoreFacts:
    del site
    name = str(folder)
    if not is_store(folder):
        return StoreFacts(name, folder=True, present=False)
    content, path = os.urandom(64), folder / f".probe-{secrets.token_hex(8)}"
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        odd = (stores.ODD_CONTENT,) if path.read_bytes() != content else ()
        path.unlink()
    except OSError as error:
        return StoreFacts(name, folder=True, refusal=error.strerror or str(error))
    return StoreFacts(name, folder=True, odd=odd)


def _of_bucket(site: Site, place: BucketUrl) -> StoreFacts:
    began = site.clock().timestamp()
    try:
        odd, clock = app_blobs.probe(site.settings, place)
    except StorageUnavailable as error:
        return StoreFacts(str(place), folder=False, refusal=error.message.rstrip("."))
    if clock is not None and site.store_clock is None:
        # To the second, and asked for last.
        site.store_clock = min((clock - began, clock - site.clock().timestamp()), key=abs)
    return StoreFacts(str(place), folder=False, odd=odd)


async def check_named(site: Site) -> list[Finding]:
    """Whether the settings name every store that rows do."""
    named = await site.database.read(diagnosis.blobs_by_store)
    known = [app_blobs.store_name(site.settings, place) for place in app_blobs.stores(site.settings)]
    return list(stores.judge_named(StoresFacts((), named, known)))


async def check_orphans(site: Site) -> list[Finding]:
    """Lists every object: what is old and what nothing names."""
    app = site.opened
    old = await app.blobs.orphans((site.clock() - ORPHAN_AGE - GRACE).timestamp())
    unknown: list[str] = []
    for start in range(0, len(old), _BATCH):
        unknown += await app.db.read(blobs.unknown_objects, old[start : start + _BATCH])
    size = await app.blobs.total_size(unknown) if unknown else 0
    return list(stores.judge_orphans(len(unknown), size, works=(await work_facts(site)).works))


async def check_pair(site: Site) -> list[Finding]:
    """Whether database and store are of the same moment, or one of them was restored without the other."""
    return list(stores.judge_pair(await pairing.apart(site.opened)))
