"""Pages of images for the listings, by indexed keyset queries.

Ids are given out in the order in which pushes begin, and not in the one in which they end: an image that comes in while
somebody turns pages may be missing from all of them, one that was there before the first page is on one of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from sqlalchemy import Connection, Select, and_, or_, select

from entrepot.meta.images import ImageRow, find_images
from entrepot.meta.tables import image_tags
from entrepot.meta.tables import images as t

TagStatus = Literal["TAGGED", "UNTAGGED", "ANY"]

_LARGEST_WINDOW = 10_000

# A scalar, and neither EXISTS nor a join: those PostgreSQL may answer by reading all tags that there are.
_TAGGED = select(image_tags.c.image_id).where(image_tags.c.image_id == t.c.id).limit(1).scalar_subquery()


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
    rows = islice(_of_status(connection, repository_id, status, after, count), count)
    digests = [digest for _, digest in rows]
    found = find_images(connection, repository_id, digests)
    return [found[digest] for digest in digests]


def _of_status(
    connection: Connection, repository_id: int, status: TagStatus, after: int, count: int
) -> Iterator[tuple[int, str]]:
    """Id and digest of the images behind `after`, read in windows of at first `count` images, whatever their status.

    So the work of each query is known beforehand, and no planner has to guess how many images have the status.
    """
    query = select(t.c.id, t.c.digest, _TAGGED).where(t.c.repository_id == repository_id).order_by(t.c.id)
    while True:
        rows = connection.execute(query.where(t.c.id > after).limit(count)).all()
        for image_id, digest, tagged in rows:
            if status == "ANY" or (status == "TAGGED") == (tagged is not None):
                yield image_id, digest
        if len(rows) < count:
            return
        after, count = rows[-1][0], min(2 * count, _LARGEST_WINDOW)


def page_of_image_ids(
    connection: Connection, repository_id: int, status: TagStatus, after: tuple[int, str], count: int
) -> list[tuple[int, str, str | None]]:
    """`count` rows of (image id, digest, tag), one a tag and one for each image without, behind `after`."""
    image_id, tag = after
    if status == "UNTAGGED":
        rows = _of_status(connection, repository_id, status, image_id, count)
        return [(id_, digest, None) for id_, digest in islice(rows, count)]
    behind = or_(t.c.id > image_id, and_(t.c.id == image_id, image_tags.c.tag > tag))
    query: Select[int, str, str | None] = (
        select(t.c.id, t.c.digest, image_tags.c.tag)
        # The bound twice: an engine that merges both tables by id is to begin there in both.
        .outerjoin(image_tags, and_(image_tags.c.image_id == t.c.id, image_tags.c.image_id >= image_id))
        .where(t.c.repository_id == repository_id, t.c.id >= image_id, behind)
    )
    if status == "TAGGED":
        query = query.where(image_tags.c.tag.is_not(None))
    found = connection.execute(query.order_by(t.c.id, image_tags.c.tag).limit(count))
    return [(row[0], row[1], row[2]) for row in found]


def page_of_tags(connection: Connection, repository_id: int, after: str, count: int) -> list[str]:
    """The `count` tags that follow `after`, by their bytes."""
    query = select(image_tags.c.tag).where(image_tags.c.repository_id == repository_id, image_tags.c.tag > after)
    return list(connection.execute(query.order_by(image_tags.c.tag).limit(count)).scalars())
