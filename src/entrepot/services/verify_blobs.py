"""Reads blobs back, frame by frame, and repairs them.

Every finding is one for certain: a row that says something else by the time that its bytes were found wanting is read
once more, and one that is gone needs no bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.errors import ContentDamaged, KeyUnavailable, KeyUnreachable, StorageUnavailable
from entrepot.meta import readback
from entrepot.meta.blobs import BlobRow
from entrepot.meta.gc_objects import NamedObject
from entrepot.ports import StoredBlob
from entrepot.services import blob_storage, repairs
from entrepot.services.verify_run import NO_DATA_KEY, OTHER_DIGEST, Run, Trouble
from entrepot.services.verifying import Finding

_NO_OBJECT = "there is no such object"


class BlobReading:
    """The blobs' part of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._known = set[int]()

    async def read(self) -> None:
        """All blobs of the sample."""
        await self._run.each(readback.page_of_blobs, lambda row: row.id, self._check)

    async def add_missing(self, missing: Sequence[NamedObject]) -> None:
        """Blobs that a comparison with the store misses, perhaps outside the sample, are findings too."""
        for each in missing:
            row = await self._run.app.db.read(readback.find_blob_row, each.blob_id)
            if row and row.object_id == each.object_id and each.blob_id not in self._known:
                await self._add(row, Trouble("missing", _NO_OBJECT))

    async def _check(self, row: BlobRow) -> None:
        now: BlobRow | None = row
        while now is not None:
            stored = await self._opened(now)
            trouble = await self._tried(stored, now.digest) if isinstance(stored, StoredBlob) else stored
            if trouble is None:
                self._run.found.blobs += isinstance(stored, StoredBlob)
                return
            before, now = now, await self._run.app.db.read(readback.find_blob_row, now.id)
            if now is not None and now.object_id == before.object_id:
                self._run.found.blobs += 1
                await self._add(now, trouble)
                return

    async def _opened(self, row: BlobRow) -> StoredBlob | Trouble | None:
        """What the store reads; None where a key may not be used."""
        try:
            return await blob_storage.stored(self._run.app, row)
        except LookupError:
            return Trouble("damaged", NO_DATA_KEY)
        except KeyUnreachable as error:
            return self._run.refused(error)
        except KeyUnavailable as error:
            return self._run.locked(error, blobs=1, size=row.size)

    async def _tried(self, blob: StoredBlob, digest: str) -> Trouble | None:
        try:
            await self._run.app.blobs.check(blob, digest, self._run.spend)
        except ContentDamaged as error:
            self._run.answered()
            if error.missing:
                return Trouble("missing", _NO_OBJECT)
            if error.frame is None:
                return Trouble("damaged", OTHER_DIGEST)
            return Trouble("damaged", f"frame {error.frame} is not what was stored", error.frame)
        except StorageUnavailable as error:
            return self._run.refused(error)
        return None

    async def _add(self, row: BlobRow, trouble: Trouble) -> None:
        self._known.add(row.id)
        app, replicas = self._run.app, self._run.orders.replicas
        needing = await app.db.read(readback.needing_blob, row.id)
        repair = await repairs.repair_blob(app, row, needing, replicas) if replicas else None
        found = Finding(trouble.kind, "blob", row.digest, row.size, trouble.why, tuple(needing), repair=repair)
        self._run.found.add(found.of_object(row.object_id, row.store, trouble.frame))
