"""Images that can be served no more because of what is gone, and how they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, insert, select

from entrepot.meta import gc_reviews, image_pages
from entrepot.meta.dialect import in_batches
from entrepot.meta.gc_forgotten import FIRST_NEEDED, Needed, dangling_layers
from entrepot.meta.gc_objects import NamedObject
from entrepot.meta.tables import (
    blobs,
    image_blobs,
    image_children,
    images,
    manifests,
    object_deletions,
    repositories,
    repository_blobs,
)

PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Unservable:
    """An image, and what it lacks: digests of layers and of images that it lists, `manifest` for its own."""

    image_id: int
    account: str
    region: str
    repository: str
    digest: str
    tags: tuple[str, ...]
    lacks: tuple[str, ...]


def unservable(connection: Connection, lost: Sequence[int]) -> list[Unservable]:
    """Images that need a layer of the `lost` blobs or one that their repository does not hold, or lack a manifest.

    With the indexes that list such images. By account, region, repository and digest.
    """
    lacks = _lacking_layers(connection, lost)
    for image_id, digest in _dangling(connection):
        lacks.setdefault(image_id, []).append(digest)
    without = select(images.c.id).where(~exists().where(manifests.c.image_id == images.c.id))
    ids: list[int] = list(connection.execute(without).scalars())
    for image_id in ids:
        lacks.setdefault(image_id, []).append("manifest")
    _add_parents(connection, lacks)
    return _described(connection, lacks)


def remove(connection: Connection, gone: Sequence[Unservable], lost: Sequence[NamedObject], due: int, now: int) -> None:
    """Removes images with their tags, and the rows of lost blobs: whoever pushes such a layer again is to send it.

    What the images alone needed is reviewed when it is `due`; objects of another length than they should have go `now`.
    """
    ids = [each.image_id for each in gone]
    for image_id in ids:
        gc_reviews.review_layers_of_image(connection, image_id, due)
    for batch in in_batches(ids):
        connection.execute(delete(image_children).where(image_children.c.parent_id.in_(batch)))
    for batch in in_batches(ids):
        connection.execute(delete(images).where(images.c.id.in_(batch)))
    for batch in in_batches([each.blob_id for each in lost]):
        connection.execute(delete(repository_blobs).where(repository_blobs.c.blob_id.in_(batch)))
        connection.execute(delete(blobs).where(blobs.c.id.in_(batch)))
    if lost:
        connection.execute(insert(object_deletions), [_deletion(each, now) for each in lost])


def _deletion(lost: NamedObject, now: int) -> Mapping[str, object]:
    nobody = {"account_id": "", "region": "", "repository": ""}
    place = {"object_id": lost.object_id, "store": lost.store, "size": 0}
    return place | {"due_at": now, "attempts": 0} | nobody


def _lacking_layers(connection: Connection, lost: Sequence[int]) -> dict[int, list[str]]:
    lacks: dict[int, list[str]] = {}
    held = (repository_blobs.c.repository_id == image_blobs.c.repository_id) & (
        repository_blobs.c.digest == image_blobs.c.digest
    )
    query = select(image_blobs.c.image_id, image_blobs.c.digest).join(repository_blobs, held)
    for batch in in_batches(lost):
        for image_id, digest in connection.execute(query.where(repository_blobs.c.blob_id.in_(batch))):
            lacks.setdefault(image_id, []).append(digest)
    return lacks


def _dangling(connection: Connection) -> Iterable[tuple[int, str]]:
    after: Needed | None = FIRST_NEEDED
    while after is not None:
        page = dangling_layers(connection, after, PAGE)
        yield from ((image_id, digest) for _, digest, image_id in page.found)
        after = page.last


def _add_parents(connection: Connection, lacks: dict[int, list[str]]) -> None:
    """Adds indexes of what lacks something, and indexes of those."""
    t = image_children
    fresh: list[int] = list(lacks)
    while fresh:
        children, fresh = fresh, list[int]()
        for batch in in_batches(children):
            query = select(t.c.parent_id, images.c.digest).join(images, images.c.id == t.c.child_id)
            for parent, digest in connection.execute(query.where(t.c.child_id.in_(batch))):
                if parent not in lacks:
                    fresh.append(parent)
                lacks.setdefault(parent, []).append(digest)


def _described(connection: Connection, lacks: Mapping[int, list[str]]) -> list[Unservable]:
    r, found = repositories.c, list[Unservable]()
    query = select(images.c.id, r.account_id, r.region, r.name, images.c.digest).join(
        repositories, r.id == images.c.repository_id
    )
    for batch in in_batches(list(lacks)):
        tags = image_pages.tags_of_images(connection, batch)
        for row in connection.execute(query.where(images.c.id.in_(batch))):
            image_id, account, region, name, digest = row
            named, missing = tuple(tags.get(image_id, ())), tuple(sorted(set(lacks[image_id])))
            found.append(Unservable(image_id, account, region, name, digest, named, missing))
    return sorted(found, key=lambda each: (each.account, each.region, each.repository, each.digest))
