"""Images: a manifest, what it refers to, and when it came and was last pulled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import NoResultFound

from entrepot.meta.compiled import Compiled
from entrepot.meta.dialect import in_batches
from entrepot.meta.tables import image_blobs, image_children, image_tags, manifests
from entrepot.meta.tables import images as t
from entrepot.meta.times import from_micros


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image of a repository. Sizes are bytes; `artifact_type` falls back to the media type of the config."""

    id: int
    repository_id: int
    digest: str
    media_type: str
    artifact_type: str | None
    subject_digest: str | None
    manifest_size: int
    image_size: int
    annotations: Mapping[str, str]
    pushed_at: datetime
    last_pulled_at: datetime | None


class Payload(NamedTuple):
    """A manifest as the database has it: as it was pushed, or sealed by the data key `data_key_id`."""

    stored: bytes
    data_key_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewImage:
    """What is stored for a manifest. `blobs` maps digest to media type; `children` are ids of images."""

    digest: str
    media_type: str
    artifact_type: str | None
    subject_digest: str | None
    manifest_size: int
    image_size: int
    annotations: Mapping[str, str]
    payload: Payload
    blobs: Mapping[str, str]
    children: Sequence[int]


_COLUMNS = tuple(t.c[name] for name in ImageRow.__slots__)
_BY_DIGEST = Compiled(
    select(*_COLUMNS).where(t.c.repository_id == bindparam("repository_id"), t.c.digest == bindparam("digest"))
)
_BY_TAG = Compiled(
    select(*_COLUMNS)
    .join(image_tags, image_tags.c.image_id == t.c.id)
    .where(image_tags.c.repository_id == bindparam("repository_id"), image_tags.c.tag == bindparam("tag"))
)
_PAYLOAD = Compiled(
    select(manifests.c.payload, manifests.c.data_key_id).where(manifests.c.image_id == bindparam("image_id"))
)


def _image(row: Sequence[Any]) -> ImageRow:
    values: dict[str, Any] = dict(zip(ImageRow.__slots__, row, strict=True))
    values["annotations"] = json.loads(values["annotations"])
    values["pushed_at"] = from_micros(values["pushed_at"])
    if values["last_pulled_at"] is not None:
        values["last_pulled_at"] = from_micros(values["last_pulled_at"])
    return ImageRow(**values)


def find_image(connection: Connection, repository_id: int, digest: str) -> ImageRow | None:
    """The image of that digest."""
    row = _BY_DIGEST.first(connection, {"repository_id": repository_id, "digest": digest})
    return _image(row) if row else None


def find_image_by_tag(connection: Connection, repository_id: int, tag: str) -> ImageRow | None:
    """The image that the tag names at the moment."""
    row = _BY_TAG.first(connection, {"repository_id": repository_id, "tag": tag})
    return _image(row) if row else None


def find_images(connection: Connection, repository_id: int, digests: Sequence[str]) -> dict[str, ImageRow]:
    """Those of `digests` that are images of the repository."""
    found: dict[str, ImageRow] = {}
    for batch in in_batches(digests):
        query = select(*_COLUMNS).where(t.c.repository_id == repository_id, t.c.digest.in_(batch))
        found |= {row.digest: _image(row) for row in connection.execute(query)}
    return found


def payload_of(connection: Connection, image_id: int) -> Payload:
    """The manifest, byte for byte as it was pushed, or sealed."""
    row = _PAYLOAD.first(connection, {"image_id": image_id})
    if row is None:
        raise NoResultFound
    return Payload(*row)


def has_images(connection: Connection, repository_id: int) -> bool:
    """Whether the repository holds any image."""
    query = select(t.c.id).where(t.c.repository_id == repository_id).limit(1)
    return connection.execute(query).first() is not None


def add_image(connection: Connection, repository_id: int, new: NewImage, now: int) -> int:
    """Stores an image that is not there yet; returns its id."""
    values = {
        "repository_id": repository_id,
        "digest": new.digest,
        "media_type": new.media_type,
        "artifact_type": new.artifact_type,
        "subject_digest": new.subject_digest,
        "manifest_size": new.manifest_size,
        "image_size": new.image_size,
        "annotations": json.dumps(dict(new.annotations)),
        "pushed_at": now,
    }
    image_id: int = connection.execute(insert(t).values(values).returning(t.c.id)).scalar_one()
    payload = {"payload": new.payload.stored, "data_key_id": new.payload.data_key_id}
    connection.execute(insert(manifests), {"image_id": image_id, **payload})
    held = [
        {"repository_id": repository_id, "digest": digest, "image_id": image_id, "media_type": media_type}
        for digest, media_type in new.blobs.items()
    ]
    if held:
        connection.execute(insert(image_blobs), held)
    if new.children:
        rows = [{"parent_id": image_id, "child_id": child} for child in dict.fromkeys(new.children)]
        connection.execute(insert(image_children), rows)
    return image_id


def delete_image(connection: Connection, image_id: int) -> None:
    """Removes an image with its tags. The caller has seen to it that no index refers to it."""
    connection.execute(delete(t).where(t.c.id == image_id))


def parents_of(connection: Connection, image_id: int) -> list[str]:
    """Digests of the indexes that list the image."""
    query = (
        select(t.c.digest)
        .join(image_children, image_children.c.parent_id == t.c.id)
        .where(image_children.c.child_id == image_id)
    )
    return list(connection.execute(query.order_by(t.c.digest)).scalars())


def record_pull(connection: Connection, image_id: int, now: int, unless_since: int) -> None:
    """Notes a pull, unless one was noted at or after `unless_since`."""
    stale = or_(t.c.last_pulled_at.is_(None), t.c.last_pulled_at < unless_since)
    connection.execute(update(t).where(t.c.id == image_id, stale).values(last_pulled_at=now))


def referrers_of(
    connection: Connection, repository_id: int, subject: str, types: Sequence[str], after: int, count: int
) -> list[ImageRow]:
    """The `count` images behind id `after` whose subject is `subject`, of the artifact types given (none: all)."""
    query = select(*_COLUMNS).where(t.c.repository_id == repository_id, t.c.subject_digest == subject, t.c.id > after)
    if types:
        query = query.where(t.c.artifact_type.in_(types))
    return [_image(row) for row in connection.execute(query.order_by(t.c.id).limit(count))]


def put_payload(connection: Connection, image_id: int, payload: Payload) -> bool:
    """Stores an image's manifest anew, over one that was damaged; False where there is no such image any more."""
    if connection.execute(select(t.c.id).where(t.c.id == image_id)).first() is None:
        return False
    connection.execute(delete(manifests).where(manifests.c.image_id == image_id))
    row = {"image_id": image_id, "payload": payload.stored, "data_key_id": payload.data_key_id}
    connection.execute(insert(manifests), row)
    return True
