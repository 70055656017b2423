"""Pages of images for the listings, each by one indexed keyset query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection, Select, and_, exists, or_, select

from entrepot.meta.images import ImageRow, find_images
from entrepot.meta.tables import image_tags
from entrepot.meta.tables import images as t

TagStatus = Literal["TAGGED", "UNTAGGED", "ANY"]

_TAGGED = exists().where(image_tags.c.image_id == t.c.id)


def tags_of_images(connection: Connection, image_ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of each image, sorted; an image without any is absent."""
    tags: defaultdict[int, list[str]] = defaultdict(list)
    query = select(image_tags.c.image_id, image_tags.c.tag).where(image_tags.c.image_id.in_(image_ids))
    for image_id, tag in connection.execute(query.order_by(image_tags.c.image_id, image_tags.c.tag)):
        tags[image_id].append(tag)
    return tags


def page_of_images(
    connection: Connection, repository_id: int, status: TagStatus, after: int, count: int
) -> list[ImageRow]:
    """The `count` images behind id `after`, in the order they came in."""
    query = select(t.c.id, t.c.digest).where(t.c.repository_id == repository_id, t.c.id > after)
    if status != "ANY":
        query = query.where(_TAGGED if status == "TAGGED" else ~_TAGGED)
    rows = connection.execute(query.order_by(t.c.id).limit(count)).all()
    found = find_images(connection, repository_id, [row.digest for row in rows])
    return [found[row.digest] for row in rows]


def page_of_image_ids(
    connection: Connection, repository_id: int, status: TagStatus, after: tuple[int, str], count: int
) -> list[tuple[int, str, str | None]]:
    """`count` rows of (image id, digest, tag), one a tag and one for each image without, behind `after`."""
    image_id, tag = after
    behind = or_(t.c.id > image_id, and_(t.c.id == image_id, image_tags.c.tag > tag))
    query: Select[int, str, str | None] = (
        select(t.c.id, t.c.digest, image_tags.c.tag)
        .outerjoin(image_tags, image_tags.c.image_id == t.c.id)
        .where(t.c.repository_id == repository_id, t.c.id >= image_id, behind)
    )
    if status != "ANY":
        query = query.where(image_tags.c.tag.is_not(None) if status == "TAGGED" else image_tags.c.tag.is_(None))
    rows = connection.execute(query.order_by(t.c.id, image_tags.c.tag).limit(count))
    return [(row[0], row[1], row[2]) for row in rows]


def page_of_tags(connection: Connection, repository_id: int, after: str, count: int) -> list[str]:
    """The `count` tags that follow `after`, by their bytes."""
    query = select(image_tags.c.tag).where(image_tags.c.repository_id == repository_id, image_tags.c.tag > after)
    return list(connection.execute(query.order_by(image_tags.c.tag).limit(count)).scalars())
