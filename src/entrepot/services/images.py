"""Images by tag or digest: looked up and pulled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from entrepot.context import App, Context, RepositoryRef
from entrepot.errors import KeyUnavailable, LimitExceeded, StorageFull, StorageUnavailable
from entrepot.meta import image_tags
from entrepot.meta import images as rows
from entrepot.meta.images import ImageRow, Payload
from entrepot.meta.times import to_micros
from entrepot.rules.conversion import convert, negotiate
from entrepot.rules.digests import digest_of
from entrepot.rules.manifest import parse_manifest
from entrepot.services.access import authorize
from entrepot.services.image_ids import Failure, ImageId, require_image, resolve
from entrepot.services.manifest_payloads import opened
from entrepot.services.repositories import require

PULL_RECORD_INTERVAL = timedelta(minutes=1)
PULL_LIMIT = 64 * 1024 * 1024
_INVALID = "Invalid request parameters"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PulledImage:
    """A manifest as it is handed out. `digest` is that of `payload`, which a conversion may have changed."""

    digest: str
    media_type: str
    payload: bytes
    row: ImageRow
    data_key_id: int | None = None


async def pull(
    app: App, ctx: Context, repo: RepositoryRef, image_id: ImageId, accepted: Sequence[str] = ()
) -> PulledImage:
    """The manifest of one image; counts as a pull. Raises RepositoryNotFound, ImageNotFound, KeyUnavailable."""
    pulled = await head(app, ctx, repo, image_id, accepted)
    await _record_pull(app, ctx, pulled.row)
    return pulled


async def head(
    app: App, ctx: Context, repo: RepositoryRef, image_id: ImageId, accepted: Sequence[str] = ()
) -> PulledImage:
    """The manifest of one image, without counting as a pull. Raises as `pull` does: what is to come needs the key."""
    await authorize(app, ctx, "ecr:BatchGetImage", repo)

    def head_txn(connection: Connection) -> tuple[ImageRow, Payload]:
        row = require_image(connection, repo, image_id)
        return row, rows.payload_of(connection, row.id)

    row, payload = await app.db.read(head_txn)
    return _as_accepted(row, payload, await opened(app, row, payload), image_id, accepted)


async def pull_many(
    app: App, ctx: Context, repo: RepositoryRef, image_ids: Sequence[ImageId], accepted: Sequence[str]
) -> tuple[list[tuple[ImageId, PulledImage]], list[Failure]]:
    """The manifests of several images, each with its identifier, and why others are left out.

    The identifier of an image asked for by digest alone is given its first tag, as ECR does; ECR repeats the image
    for every further tag, which for large manifests with many of them would be more than any client can take.
    Raises LimitExceeded past PULL_LIMIT bytes of manifests.
    """
    await authorize(app, ctx, "ecr:BatchGetImage", repo)

    def pull_txn(connection: Connection) -> list[tuple[ImageId, str | None, ImageRow, Payload] | Failure]:
        repository = require(connection, repo)
        found: list[tuple[ImageId, str | None, ImageRow, Payload] | Failure] = []
        room = PULL_LIMIT
        for image_id in dict.fromkeys(image_ids):
            row = resolve(connection, repository.id, image_id)
            if isinstance(row, Failure):
                found.append(row)
            else:
                room -= row.manifest_size
                if room < 0:
                    raise LimitExceeded(f"The manifests of the images have more than {PULL_LIMIT} bytes in all")
                tag = image_id.tag or image_tags.first_tag(connection, row.id)
                found.append((image_id, tag, row, rows.payload_of(connection, row.id)))
        return found

    images: list[tuple[ImageId, PulledImage]] = []
    failures: list[Failure] = []
    for each in await app.db.read(pull_txn):
        if isinstance(each, Failure):
            failures.append(each)
            continue
        image_id, tag, row, payload = each
        try:
            manifest = await opened(app, row, payload)
        except KeyUnavailable as error:
            failures.append(Failure(image_id, "KmsError", error.message))
            continue
        images.append((ImageId(image_id.digest, tag), _as_accepted(row, payload, manifest, image_id, accepted)))
        await _record_pull(app, ctx, row)
    return images, failures


def next_record(row: ImageRow, now: datetime) -> datetime:
    """When a pull of the image, which was pulled just now, is to be recorded again."""
    recorded = row.last_pulled_at
    return PULL_RECORD_INTERVAL + (now if recorded is None or recorded < now - PULL_RECORD_INTERVAL else recorded)


def _as_accepted(
    row: ImageRow, payload: Payload, manifest: bytes, image_id: ImageId, accepted: Sequence[str]
) -> PulledImage:
    """Converts a manifest asked for by tag to a type that the client knows; one asked for by digest never."""
    if image_id.digest is None:
        target = negotiate(row.media_type, accepted)
        if target != row.media_type:
            converted = convert(parse_manifest(manifest, row.media_type), target)
            if converted is not None:
                return PulledImage(digest_of(converted), target, converted, row, payload.data_key_id)
    return PulledImage(row.digest, row.media_type, manifest, row, payload.data_key_id)


async def _record_pull(app: App, ctx: Context, row: ImageRow) -> None:
    """Notes when an image was pulled, at most once a minute, so that pulls stay cheap."""
    due_since = ctx.now - PULL_RECORD_INTERVAL
    if row.last_pulled_at is not None and row.last_pulled_at >= due_since:
        return
    try:
        await app.db.write(rows.record_pull, row.id, to_micros(ctx.now), to_micros(due_since))
    except (StorageFull, StorageUnavailable) as error:
        log.warning("pull time not recorded", repository_id=row.repository_id, digest=row.digest, reason=error.message)
