"""Between the rows of blobs and uploads and the store that keeps their bytes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from entrepot.context import App
from entrepot.errors import LayerAlreadyExists, UploadNotFound
from entrepot.meta import blobs, gc_reviews, uploads
from entrepot.meta.blobs import BlobRow
from entrepot.meta.repositories import RepositoryRow
from entrepot.meta.times import to_micros
from entrepot.meta.uploads import UploadRow
from entrepot.ports import StagedBlob, StoredBlob
from entrepot.services import content_keys, quota_uploads, quotas
from entrepot.services.repositories import require
from entrepot.services.reviews import review_due


async def new_staging(app: App, repository: RepositoryRow) -> tuple[int, StagedBlob]:
    """Room for a new blob of a repository: the id of the data key that seals it, and an empty staging.

    Raises KeyUnavailable.
    """
    key = await content_keys.of_repository(app, repository)
    object_id = app.new_id().replace("-", "")
    return key.key_id, app.blobs.begin(object_id, key.object_secret(object_id), key.form)


async def staged(app: App, row: UploadRow) -> StagedBlob:
    """What an upload's row says is staged. Raises KeyUnavailable."""
    key = await content_keys.of_content(app, row.data_key_id)
    secret = key.object_secret(row.object_id)
    return StagedBlob(row.object_id, secret, row.received, row.state, row.store, row.format)


async def stored(app: App, row: BlobRow) -> StoredBlob:
    """A blob as the store reads it. Raises KeyUnavailable."""
    key = await content_keys.of_content(app, row.data_key_id)
    return StoredBlob(row.object_id, key.object_secret(row.object_id), row.size, row.store, row.format)


def moved_on(row: UploadRow, standing: StagedBlob) -> UploadRow:
    """An upload's row after more bytes were staged."""
    return replace(row, received=standing.received, state=standing.state)


def hold(connection: Connection, repository_id: int, row: BlobRow, now: int, due: int, *, known: bool = True) -> bool:
    """Makes a blob the repository's, for an image to come by `due`; says whether it was not the repository's before.

    One that was not `known` before this transaction is under no review. Not even looking keeps pushes of new layers
    and the collection out of each other's way, where transactions are serializable.
    """
    if known:
        gc_reviews.forget_blob(connection, row.id)
    gc_reviews.review_layer(connection, repository_id, row.digest, due)
    return blobs.hold_blob(connection, repository_id, row, now)


async def adopt(
    app: App,
    repository: RepositoryRow,
    upload: UploadRow,
    digest: str,
    blob: StoredBlob,
    *,
    must_be_new: bool = False,
) -> None:
    """Makes durable bytes a blob of the repository, in one transaction with the end of their upload.

    Bytes that the registry holds already under the same key are dropped again in favour of those. `must_be_new`
    raises LayerAlreadyExists where the repository holds the digest; the upload ends all the same. Raises UploadNotFound
    where the upload was given up, swept or moved on in the meantime, and QuotaExceeded.
    """
    now, due = to_micros(app.clock()), review_due(app)
    room = await quotas.claim(app, repository.ref, {"repository_bytes": blob.size, "registry_bytes": blob.size})

    def adopt_txn(connection: Connection) -> tuple[BlobRow, bool]:
        held_by = require(connection, repository.ref)
        # The end of an upload is what makes its bytes a blob: those of one that is gone may be swept at any moment.
        if not uploads.end_upload(connection, upload):
            raise UploadNotFound(upload.id, repository.name, repository.registry.account)
        row = blobs.adopt_blob(connection, upload.data_key_id, digest, blob, now)
        is_new = hold(connection, held_by.id, row, now, due, known=row.object_id != blob.object_id)
        if is_new and room.near:
            shared = blobs.is_held_elsewhere(connection, held_by.id, row.id)
            room.check(connection, besides={"registry_bytes"} if shared else ())
        return row, is_new

    with room:
        row, is_new = await app.db.write(adopt_txn)
    if not is_new:
        quota_uploads.forget(app, repository.ref, blob.size, "repository_bytes")
    if row.object_id != blob.object_id:
        quota_uploads.forget(app, repository.ref, blob.size, "registry_bytes")
        await app.blobs.discard(blob.object_id, blob.store)
    if must_be_new and not is_new:
        raise LayerAlreadyExists(digest, repository.name, repository.registry.account)
