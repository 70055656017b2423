"""Good bytes from elsewhere in place of those that are damaged here.

Nothing is overwritten: a blob is given another object, and only once that one has the digest. A repair that fails
leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from entrepot.context import App
from entrepot.errors import ContentDamaged, DomainError, StorageUnavailable
from entrepot.meta import images, repositories
from entrepot.meta.blobs import BlobRow
from entrepot.meta.readback import ManifestRow, Needing
from entrepot.ports import Replica
from entrepot.rules.digests import digest_of, parse_digest
from entrepot.services import blob_copies, blob_storage, manifest_payloads

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Repair:
    """What came of it: the name of the replica that had the bytes (None: none had), and why others were passed over."""

    source: str | None = None
    refusals: list[str] = field(default_factory=list[str])


async def repair_blob(app: App, row: BlobRow, needing: Sequence[Needing], replicas: Sequence[Replica]) -> Repair:
    """Gives a blob another object from the first replica that has its bytes."""
    refusals: list[str] = []
    for replica in replicas:
        try:
            stored = await blob_storage.stored(app, row)
            source = replica.blob(stored, row.digest, _names(needing))
            if not await blob_copies.replace(app, row, source):
                raise StorageUnavailable("The blob was deleted or moved in the meantime.")
        except DomainError as error:
            refusals.append(_refusal(replica, error))
        else:
            log.warning("repaired a blob", digest=row.digest, object_id=row.object_id, source=replica.name)
            return Repair(replica.name, refusals)
    return Repair(None, refusals)


async def repair_manifest(
    app: App, row: ManifestRow, needing: Sequence[Needing], replicas: Sequence[Replica]
) -> Repair:
    """Stores a manifest anew from the first replica that has it."""
    refusals: list[str] = []
    for replica in replicas:
        try:
            payload = await replica.manifest(row.digest, row.media_type, _names(needing))
            if digest_of(payload, parse_digest(row.digest)[0]) != row.digest:
                raise ContentDamaged
            if not await _put(app, row, payload):
                raise StorageUnavailable("The image was deleted in the meantime.")
        except DomainError as error:
            refusals.append(_refusal(replica, error))
        else:
            log.warning("repaired a manifest", digest=row.digest, source=replica.name)
            return Repair(replica.name, refusals)
    return Repair(None, refusals)


async def _put(app: App, row: ManifestRow, manifest: bytes) -> bool:
    repository = await app.db.read(repositories.find_by_id, row.repository_id)
    if repository is None:
        return False
    stored = await manifest_payloads.stored(app, repository, row.digest, manifest)
    return await app.db.write(images.put_payload, row.image_id, stored)


def _names(needing: Sequence[Needing]) -> list[str]:
    return list(dict.fromkeys(each.repository for each in needing))


def _refusal(replica: Replica, error: DomainError) -> str:
    if isinstance(error, ContentDamaged):
        why = "it has no such object" if error.missing else "what it has is damaged, or something else"
        return f"{replica.name}: {why}"
    return f"{replica.name}: {error.message}"
