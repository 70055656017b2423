"""Listings of images: identifiers, details, tags, referrers. Each page is one indexed query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context, RepositoryRef
from entrepot.meta import image_pages
from entrepot.meta import images as rows
from entrepot.meta.image_pages import TagStatus
from entrepot.meta.images import ImageRow
from entrepot.services.access import authorize
from entrepot.services.image_ids import ImageId, check_image_id, require_image
from entrepot.services.repositories import require


@dataclass(frozen=True, slots=True)
class TaggedImage:
    """An image with its tags, sorted."""

    image: ImageRow
    tags: tuple[str, ...]


async def page_of_ids(
    app: App, ctx: Context, repo: RepositoryRef, status: TagStatus, after: tuple[int, str], count: int
) -> list[tuple[int, ImageId]]:
    """`count` identifiers behind `after` (an image's id and a tag): one a tag, and one for an image without."""
    await authorize(app, ctx, "ecr:ListImages", repo)

    def page_txn(connection: Connection) -> list[tuple[int, ImageId]]:
        repository = require(connection, repo)
        found = image_pages.page_of_image_ids(connection, repository.id, status, after, count)
        return [(image_id, ImageId(digest, tag)) for image_id, digest, tag in found]

    return await app.db.read(page_txn)


async def page_of_details(
    app: App, ctx: Context, repo: RepositoryRef, status: TagStatus, after: int, count: int
) -> list[TaggedImage]:
    """`count` images behind the id `after`, with their tags."""
    await authorize(app, ctx, "ecr:DescribeImages", repo)

    def page_txn(connection: Connection) -> list[TaggedImage]:
        repository = require(connection, repo)
        return _with_tags(connection, image_pages.page_of_images(connection, repository.id, status, after, count))

    return await app.db.read(page_txn)


async def details(app: App, ctx: Context, repo: RepositoryRef, image_ids: Sequence[ImageId]) -> list[TaggedImage]:
    """The images that the identifiers name, each once.

    Raises ImageNotFound for the first that is missing, InvalidParameter for one that can name none.
    """
    await authorize(app, ctx, "ecr:DescribeImages", repo)
    for image_id in image_ids:
        check_image_id(image_id)

    def details_txn(connection: Connection) -> list[TaggedImage]:
        require(connection, repo)
        found = [require_image(connection, repo, image_id) for image_id in image_ids]
        return _with_tags(connection, list({image.id: image for image in found}.values()))

    return await app.db.read(details_txn)


async def page_of_tags(app: App, ctx: Context, repo: RepositoryRef, after: str, count: int) -> list[str]:
    """The `count` tags that follow `after`, by their bytes."""
    await authorize(app, ctx, "ecr:ListImages", repo)
    return await app.db.read(lambda c: image_pages.page_of_tags(c, require(c, repo).id, after, count))


async def page_of_referrers(
    app: App, ctx: Context, repo: RepositoryRef, subject: str, types: Sequence[str], after: int, count: int
) -> list[ImageRow]:
    """`count` images behind the id `after` that have `subject` as their subject, of the artifact types given."""
    await authorize(app, ctx, "ecr:BatchGetImage", repo)
    return await app.db.read(lambda c: rows.referrers_of(c, require(c, repo).id, subject, types, after, count))


def _with_tags(connection: Connection, images: Sequence[ImageRow]) -> list[TaggedImage]:
    tags = image_pages.tags_of_images(connection, [image.id for image in images])
    return [TaggedImage(image, tuple(tags.get(image.id, ()))) for image in images]
