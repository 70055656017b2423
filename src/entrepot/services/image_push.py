"""Pushing images: the one way in for PutImage and for a manifest put at /v2/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from entrepot.context import App, Context, RepositoryRef
from entrepot.errors import (
    ImageAlreadyExists,
    ImageDigestDoesNotMatch,
    ImageTagAlreadyExists,
    LayersNotFound,
    LimitExceeded,
    ManifestInvalid,
    ReferencedImagesNotFound,
)
from entrepot.meta import blobs as blob_rows
from entrepot.meta import gc_reviews, image_tags
from entrepot.meta import images as image_rows
from entrepot.meta.images import ImageRow, NewImage, Payload
from entrepot.meta.repositories import RepositoryRow
from entrepot.meta.times import to_micros
from entrepot.rules.digests import digest_of, parse_digest
from entrepot.rules.manifest import Manifest, image_size, parse_manifest
from entrepot.rules.mutability import TagMutability, may_overwrite
from entrepot.rules.names import check_tag
from entrepot.services import manifest_payloads, quotas
from entrepot.services.access import authorize
from entrepot.services.manifest_payloads import Sealed
from entrepot.services.repositories import require

TAGS_PER_IMAGE = 1_000  # "Tags per image", the service quotas page


@dataclass(frozen=True, slots=True)
class Push:
    """A manifest on its way in. `digest` is what the client says it is; `media_type` what it calls it."""

    payload: bytes
    media_type: str | None = None
    tags: tuple[str, ...] = ()
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """The digest that a manifest was stored under, its media type, and the subject it refers to."""

    digest: str
    media_type: str
    subject: str | None


async def push(
    app: App, ctx: Context, repo: RepositoryRef, image: Push, *, repeat: Literal["accept", "refuse"]
) -> Pushed:
    """Stores a manifest and points its tags at it, in one transaction: durable once this returns.

    All that the manifest needs has to be in the repository. A push that changes nothing is an ImageAlreadyExists
    where `repeat` is to be refused. Raises ManifestInvalid, ImageDigestDoesNotMatch, LayersNotFound,
    ReferencedImagesNotFound, ImageTagAlreadyExists, LimitExceeded, QuotaExceeded, KeyUnavailable.
    """
    await authorize(app, ctx, "ecr:PutImage", repo)
    manifest = parse_manifest(image.payload, image.media_type)
    for tag in image.tags:
        check_tag(tag)
    digest = _checked_digest(image)

    room = await quotas.claim(app, repo, {"images_per_repository": 1, "images_per_registry": 1})

    def push_txn(connection: Connection, sealed: Sealed | None) -> RepositoryRow | None:
        repository = require(connection, repo)
        payload = Payload(image.payload)
        if repository.encryption.kms_key_id is not None:
            if sealed is None or not sealed.is_for(repository):
                return repository
            payload = sealed.payload
        row = image_rows.find_image(connection, repository.id, digest)
        now = to_micros(ctx.now)
        size = len(image.payload)
        image_id = row.id if row else _add(connection, repository, manifest, digest, payload, size, now)
        if row is None:
            room.check(connection)
        for tag in image.tags:
            _point(connection, repository, tag, image_id, digest, now, repeat)
        if row is not None and not image.tags and repeat == "refuse":
            raise ImageAlreadyExists(repo.name, repo.account, digest, None)
        return None

    # Only the transaction knows whether the repository has a key, and it cannot wait for one: it asks by ending with
    # the repository. A second time is for one that was deleted and made anew in between.
    sealed: Sealed | None = None
    with room:
        while repository := await app.db.write(push_txn, sealed):
            sealed = await manifest_payloads.sealed(app, repository, digest, image.payload)
    return Pushed(digest, manifest.media_type, manifest.subject.digest if manifest.subject else None)


def _checked_digest(image: Push) -> str:
    if image.digest is None:
        return digest_of(image.payload)
    algorithm, _ = parse_digest(image.digest)
    computed = digest_of(image.payload, algorithm)
    if computed != image.digest:
        raise ImageDigestDoesNotMatch(image.digest, computed)
    return computed


def _add(
    connection: Connection,
    repository: RepositoryRow,
    manifest: Manifest,
    digest: str,
    payload: Payload,
    manifest_size: int,
    now: int,
) -> int:
    types = _held_blobs(connection, repository, manifest)
    children = _held_children(connection, repository, manifest)
    largest = max((child.image_size for child in children.values()), default=0)
    new = NewImage(
        digest=digest,
        media_type=manifest.media_type,
        artifact_type=manifest.artifact_type,
        subject_digest=manifest.subject.digest if manifest.subject else None,
        manifest_size=manifest_size,
        image_size=image_size(manifest) if manifest.kind == "image" else largest,
        annotations=manifest.annotations,
        payload=payload,
        blobs=types,
        children=[child.id for child in children.values()],
    )
    gc_reviews.forget_layers(connection, repository.id, list(types))
    return image_rows.add_image(connection, repository.id, new, now)


def _held_blobs(connection: Connection, repository: RepositoryRow, manifest: Manifest) -> Mapping[str, str]:
    """Digest to media type of what the manifest is made of, all of it in the repository and as large as it says.

    Foreign layers, which clients fetch from elsewhere, may be there or not.
    """
    needed = {blob.digest: blob for blob in manifest.blobs}
    foreign = {layer.digest: layer for layer in manifest.foreign_layers}
    held = blob_rows.held_blobs(connection, repository.id, list(needed | foreign))
    missing = [digest for digest in needed if digest not in held]
    if missing:
        raise LayersNotFound(repository.name, repository.registry.account, missing)
    for blob in (*manifest.blobs, *manifest.foreign_layers):
        if blob.digest in held and held[blob.digest].size != blob.size:
            raise ManifestInvalid(f"Layer '{blob.digest}' has {held[blob.digest].size} bytes, not {blob.size}")
    return {digest: (foreign | needed)[digest].media_type for digest in held}


def _held_children(connection: Connection, repository: RepositoryRow, manifest: Manifest) -> dict[str, ImageRow]:
    digests = [child.digest for child in manifest.children]
    found = image_rows.find_images(connection, repository.id, digests)
    missing = [digest for digest in digests if digest not in found]
    if missing:
        raise ReferencedImagesNotFound(repository.name, repository.registry.account, missing)
    return found


def _point(
    connection: Connection,
    repository: RepositoryRow,
    tag: str,
    image_id: int,
    digest: str,
    now: int,
    repeat: Literal["accept", "refuse"],
) -> None:
    """Points a tag at an image. The insert decides who made a new tag; only a mutable one moves afterwards."""
    if image_tags.create_tag(connection, repository.id, tag, image_id, now):
        if image_tags.count_tags(connection, image_id) > TAGS_PER_IMAGE:
            raise LimitExceeded(f"The image with digest '{digest}' has the maximum of {TAGS_PER_IMAGE} tags")
        return
    same = image_tags.tagged_image(connection, repository.id, tag) == image_id
    if same and repeat == "refuse":
        raise ImageAlreadyExists(repository.name, repository.registry.account, digest, tag)
    if not may_overwrite(TagMutability(repository.tag_mutability, repository.exclusion_filters), tag):
        raise ImageTagAlreadyExists(repository.name, tag)
    if not same:
        image_tags.move_tag(connection, repository.id, tag, image_id, now)
