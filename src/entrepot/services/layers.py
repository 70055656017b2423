"""Layers as blobs of a repository: whether they are there, their bytes, mounting, deleting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context, RepositoryRef
from entrepot.errors import (
    AccessDenied,
    KeyUnavailable,
    LayerInaccessible,
    LayerInUse,
    LayerNotFound,
    RepositoryNotFound,
)
from entrepot.meta import blobs, gc_reviews
from entrepot.meta import repositories as repository_rows
from entrepot.meta.blobs import BlobRow
from entrepot.meta.times import to_micros
from entrepot.services import blob_storage, quotas
from entrepot.services.access import authorize
from entrepot.services.account_settings import mounting_enabled
from entrepot.services.layer_holds import held_for_push
from entrepot.services.quotas import Claim
from entrepot.services.repositories import require
from entrepot.services.reviews import review_due

_MOUNT_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a repository; `media_type` is what an image of the repository calls it, if one does."""

    digest: str
    size: int
    media_type: str | None


async def available(app: App, ctx: Context, repo: RepositoryRef, digests: Sequence[str]) -> dict[str, Layer]:
    """Those of `digests` that the repository holds, by digest."""
    await authorize(app, ctx, "ecr:BatchCheckLayerAvailability", repo)
    held = await held_for_push(app, repo, digests)
    return {digest: Layer(digest, row.size, held.media_types.get(digest)) for digest, row in held.rows.items()}


async def check(app: App, ctx: Context, repo: RepositoryRef, digest: str) -> BlobRow:
    """As `find`, for somebody who may go on to push an image of it. Raises LayerNotFound."""
    await authorize(app, ctx, "ecr:BatchCheckLayerAvailability", repo)
    held = await held_for_push(app, repo, [digest])
    if digest not in held.rows:
        raise LayerNotFound(repo.name, repo.account, digest)
    return held.rows[digest]


async def find(app: App, ctx: Context, repo: RepositoryRef, digest: str, action: str) -> BlobRow:
    """A blob of the repository, for whoever may do `action` and is to have its bytes.

    Raises LayerNotFound, and KeyUnavailable where they cannot be opened.
    """
    await authorize(app, ctx, action, repo)

    def find_txn(connection: Connection) -> BlobRow:
        row = blobs.find_blob(connection, require(connection, repo).id, digest)
        if row is None:
            raise LayerNotFound(repo.name, repo.account, digest)
        return row

    row = await app.db.read(find_txn)
    await app.keyring.by_id(row.data_key_id)  # before anything is said of the bytes, that they did not change included
    return row


async def find_in_image(app: App, ctx: Context, repo: RepositoryRef, digest: str) -> BlobRow:
    """A layer that an image of the repository holds: ECR hands out no others. Raises LayerInaccessible."""
    row = await find(app, ctx, repo, digest, "ecr:GetDownloadUrlForLayer")

    def in_image(connection: Connection) -> bool:
        return bool(blobs.layer_media_types(connection, require(connection, repo).id, [digest]))

    if not await app.db.read(in_image):
        raise LayerInaccessible(digest, repo.name)
    return row


async def read(app: App, row: BlobRow, start: int, stop: int) -> AsyncIterator[bytes]:
    """The bytes `start` to `stop` (exclusive) of a blob."""
    return app.blobs.read(await blob_storage.stored(app, row), start, stop)


async def url(app: App, row: BlobRow, seconds: int) -> str | None:
    """Where a client may get a blob's bytes from the store itself, for a while; None where it gets them from us.

    Only for a caller who was found to be allowed to: whoever has the URL has the bytes while it lasts.
    """
    return await app.blobs.url(await blob_storage.stored(app, row), seconds)


async def mount(app: App, ctx: Context, repo: RepositoryRef, digest: str, source: str | None) -> bool:
    """Makes a layer of another repository of the registry one of this repository's; False where that can't be.

    Needs the account setting BLOB_MOUNTING and the right to pull from the source, and the two have to have the same
    encryption and key (ECR User Guide, "Blob mounting"). Without a `source` any repository will do that the caller may
    pull from (OCI Distribution 1.1, "Mounting a blob from another repository"). Raises QuotaExceeded.
    """
    await authorize(app, ctx, "ecr:InitiateLayerUpload", repo)

    def candidates(connection: Connection) -> list[str]:
        repository = require(connection, repo)
        if not mounting_enabled(connection, repo.registry):
            return []
        if source:
            return [source]
        encryption = repository.encryption
        return blobs.repositories_holding(connection, repo.registry, encryption, digest, _MOUNT_CANDIDATES)

    for candidate in await app.db.read(candidates):
        row = await _readable(app, ctx, RepositoryRef(repo.registry, candidate), digest)
        if row is not None:
            # The registry holds it already: only the repository comes to hold more.
            with await quotas.claim(app, repo, {"repository_bytes": row.size}) as room:
                due = review_due(app)
                mounted = await app.db.write(_mount, repo, candidate, digest, to_micros(ctx.now), due, room)
            if mounted:
                return True
    return False


async def _readable(app: App, ctx: Context, source: RepositoryRef, digest: str) -> BlobRow | None:
    try:
        return await find(app, ctx, source, digest, "ecr:GetDownloadUrlForLayer")
    except (AccessDenied, RepositoryNotFound, LayerNotFound, KeyUnavailable):
        return None


def _mount(
    connection: Connection, repo: RepositoryRef, source: str, digest: str, now: int, due: int, room: Claim
) -> bool:
    """Looks again: the source may have lost the layer since it was found there. Compares what seals the two."""
    repository = require(connection, repo)
    origin = repository_rows.find_repository(connection, RepositoryRef(repo.registry, source))
    if origin is None or origin.encryption != repository.encryption:
        return False
    row = blobs.find_blob(connection, origin.id, digest)
    if row is None:
        return False
    if blob_storage.hold(connection, repository.id, row, now, due):
        room.check(connection)
    return True


async def delete(app: App, ctx: Context, repo: RepositoryRef, digest: str) -> None:
    """Ends the repository's hold on a blob that no image of it needs. Raises LayerNotFound, Unsupported."""
    await authorize(app, ctx, "ecr:BatchDeleteImage", repo)

    def delete_txn(connection: Connection) -> None:
        repository = require(connection, repo)
        if blobs.layer_media_types(connection, repository.id, [digest]):
            raise LayerInUse(digest, repo.name)
        gc_reviews.review_blob(connection, repository.id, digest, review_due(app))
        gc_reviews.forget_layers(connection, repository.id, [digest])
        if not blobs.release_blob(connection, repository.id, digest):
            raise LayerNotFound(repo.name, repo.account, digest)

    await app.db.write(delete_txn)
