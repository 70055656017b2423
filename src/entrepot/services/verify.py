"""Reads everything back, or a sample of it, while it is being served, and repairs what others still have.

Every finding is one for certain: a row that says something else by the time that its bytes were found wanting is read
once more, and one that is gone needs no bytes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import NoResultFound

from entrepot.context import App
from entrepot.errors import ContentDamaged, KeyUnavailable, StorageUnavailable
from entrepot.meta import images, readback
from entrepot.meta.blobs import BlobRow
from entrepot.meta.readback import ManifestRow
from entrepot.ports import Replica, StoredBlob
from entrepot.rules.digests import digest_of, parse_digest
from entrepot.rules.sampling import EVERYTHING, Sample
from entrepot.services import blob_storage, gc_verify, manifest_payloads, repairs
from entrepot.services.pace import Pace
from entrepot.services.verifying import Finding, Found, Kind, Sealed

PAGE = 200
AT_ONCE = 8
"""Blobs that are read at the same time, each a few frames at a time."""

MOST_REFUSALS = 100
"""After as many blobs in a row that the store did not give out, it is taken to be away."""

OTHER_DIGEST = "its bytes have another digest"
WRONG_KEY = "IncorrectKeyException"

Row = TypeVar("Row", BlobRow, ManifestRow)


def _tell_nobody(_found: Found) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Orders:
    """What to read, at how many bytes a second at most (0: any), and where good bytes may be had.

    `told` is called again and again while it goes on.
    """

    sample: Sample = EVERYTHING
    rate: float = 0.0
    replicas: tuple[Replica, ...] = ()
    told: Callable[[Found], None] = _tell_nobody


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something could not be read."""

    kind: Kind
    why: str
    frame: int | None = None


async def verify(app: App, orders: Orders) -> Found:
    """Reads back blobs and manifests, and compares all rows with all objects. Raises StorageUnavailable."""
    reading = Reading(app, orders)
    await reading.blobs()
    await reading.manifests()
    await reading.agreement()
    return reading.found


async def read_back(app: App, orders: Orders) -> Found:
    """As `verify`, without the comparison."""
    reading = Reading(app, orders)
    await reading.blobs()
    await reading.manifests()
    return reading.found


class Reading:
    """One run."""

    def __init__(self, app: App, orders: Orders) -> None:
        self.found = Found()
        self._app = app
        self._orders = orders
        self._pace = Pace(orders.rate)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._refusals = 0
        self._known = set[int]()
        self._began = time.monotonic()

    async def blobs(self) -> None:
        """Reads the blobs of the sample."""
        await self._each(readback.page_of_blobs, lambda row: row.id, self._blob)

    async def manifests(self) -> None:
        """Reads the manifests of the sample."""
        await self._each(readback.page_of_manifests, lambda row: row.image_id, self._manifest)

    async def agreement(self) -> None:
        """Compares rows with objects; blobs that are missing outside the sample are findings too."""
        self.found.agreement = verified = await gc_verify.verify(self._app)
        for each in verified.missing:
            row = await self._app.db.read(readback.find_blob_row, each.blob_id)
            if row and row.object_id == each.object_id and each.blob_id not in self._known:
                await self._add_blob(row, Trouble("missing", "there is no such object"))
        self._tell()

    async def _each(
        self,
        page_of: Callable[[Connection, int, int], list[Row]],
        id_of: Callable[[Row], int],
        check: Callable[[Row], Awaitable[None]],
    ) -> None:
        async def in_turn(row: Row) -> None:
            async with self._turns:
                await check(row)

        after = 0
        while page := await self._app.db.read(page_of, after, PAGE):
            try:
                async with asyncio.TaskGroup() as group:
                    for row in page:
                        if self._orders.sample.holds(row.digest):
                            group.create_task(in_turn(row))
            except ExceptionGroup as failures:
                raise failures.exceptions[0] from failures
            after = id_of(page[-1])
            self._tell()

    async def _blob(self, row: BlobRow) -> None:
        now: BlobRow | None = row
        while now is not None:
            stored = await self._opened(now)
            trouble = await self._read(stored, now.digest) if isinstance(stored, StoredBlob) else stored
            if trouble is None:
                self.found.blobs += isinstance(stored, StoredBlob)
                return
            before, now = now, await self._app.db.read(readback.find_blob_row, now.id)
            if now is not None and now.object_id == before.object_id:
                self.found.blobs += 1
                await self._add_blob(now, trouble)
                return

    async def _opened(self, row: BlobRow) -> StoredBlob | Trouble | None:
        """What the store reads; None where a key may not be used."""
        try:
            return await blob_storage.stored(self._app, row)
        except LookupError:
            return Trouble("damaged", "the row of its data key is gone")
        except KeyUnavailable as error:
            return self._locked(error, blobs=1, size=row.size)

    def _locked(self, error: KeyUnavailable, *, blobs: int = 0, size: int = 0, manifests: int = 0) -> Trouble | None:
        if error.kms_error == WRONG_KEY:
            return Trouble("damaged", "its data key does not open")
        sealed = self.found.sealed.setdefault(error.message, Sealed())
        sealed.blobs += blobs
        sealed.size += size
        sealed.manifests += manifests
        return None

    async def _read(self, blob: StoredBlob, digest: str) -> Trouble | None:
        try:
            await self._app.blobs.check(blob, digest, self._spend)
        except ContentDamaged as error:
            self._refusals = 0
            if error.missing:
                return Trouble("missing", "there is no such object")
            if error.frame is None:
                return Trouble("damaged", OTHER_DIGEST)
            return Trouble("damaged", f"frame {error.frame} is not what was stored", error.frame)
        except StorageUnavailable as error:
            self._refusals += 1
            if self._refusals >= MOST_REFUSALS:
                raise
            return Trouble("unread", error.message)
        self._refusals = 0
        return None

    async def _spend(self, size: int) -> None:
        self.found.size += size
        self._tell()
        await self._pace.spend(size)

    async def _add_blob(self, row: BlobRow, trouble: Trouble) -> None:
        self._known.add(row.id)
        needing = await self._app.db.read(readback.needing_blob, row.id)
        replicas = self._orders.replicas
        repair = await repairs.repair_blob(self._app, row, needing, replicas) if replicas else None
        self.found.add(
            Finding(
                trouble.kind,
                "blob",
                row.digest,
                row.size,
                trouble.why,
                tuple(needing),
                row.object_id,
                row.store,
                trouble.frame,
                repair,
            )
        )

    async def _manifest(self, row: ManifestRow) -> None:
        try:
            trouble = await self._read_manifest(row)
        except KeyUnavailable as error:
            trouble = self._locked(error, manifests=1)
            if trouble is None:
                return
        if trouble and not await self._app.db.read(readback.has_image, row.image_id):
            return
        self.found.manifests += 1
        if trouble is None:
            return
        needing = await self._app.db.read(readback.needing_manifest, row)
        replicas = self._orders.replicas
        repair = await repairs.repair_manifest(self._app, row, needing, replicas) if replicas else None
        self.found.add(
            Finding(trouble.kind, "manifest", row.digest, row.size, trouble.why, tuple(needing), repair=repair)
        )

    async def _read_manifest(self, row: ManifestRow) -> Trouble | None:
        try:
            stored = await self._app.db.read(images.payload_of, row.image_id)
            payload = await manifest_payloads.opened(self._app, row, stored)
        except NoResultFound:
            return Trouble("missing", "there is no such row")
        except ContentDamaged:
            return Trouble("damaged", "it does not open with its key")
        await self._spend(len(payload))
        if digest_of(payload, parse_digest(row.digest)[0]) != row.digest:
            return Trouble("damaged", OTHER_DIGEST)
        return None

    def _tell(self) -> None:
        self.found.seconds = time.monotonic() - self._began
        self._orders.told(self.found)
