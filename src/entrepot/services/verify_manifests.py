"""Reads manifests back, which are rows, and repairs them."""

from __future__ import annotations

from sqlalchemy.exc import NoResultFound

from entrepot.errors import ContentDamaged, KeyUnavailable, KeyUnreachable
from entrepot.meta import images, readback
from entrepot.meta.readback import ManifestRow
from entrepot.rules.digests import digest_of, parse_digest
from entrepot.services import manifest_payloads, repairs
from entrepot.services.verify_run import NO_DATA_KEY, OTHER_DIGEST, Run, Trouble
from entrepot.services.verifying import Finding


class ManifestReading:
    """The manifests' part of a run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    async def read(self) -> None:
        """All manifests of the sample."""
        await self._run.each(readback.page_of_manifests, lambda row: row.image_id, self._check)

    async def _check(self, row: ManifestRow) -> None:
        try:
            trouble = await self._tried(row)
        except KeyUnreachable as error:
            trouble = self._run.refused(error)
        except KeyUnavailable as error:
            trouble = self._run.locked(error, manifests=1)
            if trouble is None:
                return
        if trouble and not await self._run.app.db.read(readback.has_image, row.image_id):
            return
        self._run.found.manifests += 1
        if trouble:
            await self._add(row, trouble)

    async def _tried(self, row: ManifestRow) -> Trouble | None:
        app = self._run.app
        try:
            stored = await app.db.read(images.payload_of, row.image_id)
            payload = await manifest_payloads.opened(app, row, stored)
        except NoResultFound:
            return Trouble("missing", "there is no such row")
        except LookupError:
            return Trouble("damaged", NO_DATA_KEY)
        except ContentDamaged:
            return Trouble("damaged", "it does not open with its key")
        await self._run.spend(len(payload))
        if digest_of(payload, parse_digest(row.digest)[0]) != row.digest:
            return Trouble("damaged", OTHER_DIGEST)
        return None

    async def _add(self, row: ManifestRow, trouble: Trouble) -> None:
        app, replicas = self._run.app, self._run.orders.replicas
        needing = await app.db.read(readback.needing_manifest, row)
        repair = await repairs.repair_manifest(app, row, needing, replicas) if replicas else None
        found = Finding(trouble.kind, "manifest", row.digest, row.size, trouble.why, tuple(needing), repair=repair)
        self._run.found.add(found)
