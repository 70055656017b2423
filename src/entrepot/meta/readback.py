"""What is to be read back, a page at a time, and who needs it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from entrepot.meta.blobs import BlobRow
from entrepot.meta.dialect import in_batches
from entrepot.meta.tables import blobs, image_blobs, image_children, image_tags, images, repositories, repository_blobs

_BLOB = tuple(blobs.c[name] for name in BlobRow.__slots__)
_MOST_TAGS = 20


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """An image, for its manifest to be read."""

    image_id: int
    repository_id: int
    digest: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Needing:
    """A repository that needs something, and the tags of its images that cannot be pulled without, of many the first.

    Images by tags of indexes that list them count too.
    """

    account: str
    region: str
    repository: str
    tags: tuple[str, ...]


_MANIFEST = (images.c.id, images.c.repository_id, images.c.digest, images.c.media_type, images.c.manifest_size)


def totals(connection: Connection) -> tuple[int, int, int]:
    """How many blobs there are, how many bytes those have, and how many images there are."""
    count, size = connection.execute(select(func.count(), func.coalesce(func.sum(blobs.c.size), 0))).one()
    return count, int(size), connection.execute(select(func.count()).select_from(images)).scalar_one()


def page_of_blobs(connection: Connection, after: int, count: int) -> list[BlobRow]:
    """The `count` blobs behind id `after`."""
    query = select(*_BLOB).where(blobs.c.id > after).order_by(blobs.c.id).limit(count)
    return [BlobRow(*row) for row in connection.execute(query)]


def find_blob_row(connection: Connection, blob_id: int) -> BlobRow | None:
    """A blob as its row is now."""
    row = connection.execute(select(*_BLOB).where(blobs.c.id == blob_id)).one_or_none()
    return BlobRow(*row) if row else None


def page_of_manifests(connection: Connection, after: int, count: int) -> list[ManifestRow]:
    """The `count` images behind id `after`."""
    query = select(*_MANIFEST).where(images.c.id > after).order_by(images.c.id).limit(count)
    return [ManifestRow(*row) for row in connection.execute(query)]


def has_image(connection: Connection, image_id: int) -> bool:
    """Whether an image is still there."""
    return connection.execute(select(images.c.id).where(images.c.id == image_id)).first() is not None


def needing_blob(connection: Connection, blob_id: int) -> list[Needing]:
    """The repositories that hold a blob, with the tags that need it."""
    held = select(repository_blobs.c.repository_id, repository_blobs.c.digest).where(
        repository_blobs.c.blob_id == blob_id
    )
    found: list[Needing] = []
    for repository_id, digest in connection.execute(held).all():
        named = select(image_blobs.c.image_id).where(
            image_blobs.c.repository_id == repository_id, image_blobs.c.digest == digest
        )
        found += _needing(connection, repository_id, list(connection.execute(named).scalars()))
    return found


def needing_manifest(connection: Connection, row: ManifestRow) -> list[Needing]:
    """The repository of an image, with the tags that need it."""
    return _needing(connection, row.repository_id, [row.image_id])


def _needing(connection: Connection, repository_id: int, image_ids: Sequence[int]) -> list[Needing]:
    where = select(repositories.c.account_id, repositories.c.region, repositories.c.name)
    place = connection.execute(where.where(repositories.c.id == repository_id)).one_or_none()
    if place is None:
        return []
    tags = _tags(connection, _with_parents(connection, image_ids))
    return [Needing(place.account_id, place.region, place.name, tuple(sorted(tags)[:_MOST_TAGS]))]


def _with_parents(connection: Connection, image_ids: Sequence[int]) -> set[int]:
    """Images, the indexes that list them, and those that list these."""
    found, fresh = set(image_ids), list(image_ids)
    t = image_children.c
    while fresh:
        parents = set[int]()
        for batch in in_batches(fresh):
            parents |= set(connection.execute(select(t.parent_id).where(t.child_id.in_(batch))).scalars())
        fresh = sorted(parents - found)
        found |= parents
    return found


def _tags(connection: Connection, image_ids: Collection[int]) -> set[str]:
    found = set[str]()
    for batch in in_batches(sorted(image_ids)):
        found |= set(connection.execute(select(image_tags.c.tag).where(image_tags.c.image_id.in_(batch))).scalars())
    return found
