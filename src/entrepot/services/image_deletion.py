"""Deleting images and tags, for BatchDeleteImage and for DELETE at /v2/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import Connection

from entrepot.context import App, Context, RepositoryRef
from entrepot.errors import ImageNotFound, ImageReferenced
from entrepot.meta import gc_reviews, image_pages, image_tags
from entrepot.meta import images as rows
from entrepot.services.access import authorize
from entrepot.services.image_ids import Failure, ImageId, resolve
from entrepot.services.repositories import require
from entrepot.services.reviews import review_due

Child = Literal["refuse", "untag"]
"""What becomes of the last tag of an image that an index lists: it stays with the image, or it goes alone."""


async def delete_many(
    app: App, ctx: Context, repo: RepositoryRef, image_ids: Sequence[ImageId], *, child: Child = "refuse"
) -> tuple[list[ImageId], list[Failure]]:
    """Deletes what the identifiers name, in their order and in one transaction.

    By tag: that tag, and with the last one the image. By digest: the image with all its tags. A child of an index
    stays until the index goes (https://docs.aws.amazon.com/AmazonECR/latest/userguide/delete_image.html); `child`
    says whether its last tag does too, as in ECR. Returns what went, an entry a tag, and why others did not; what
    one identifier took away is no failure of another that names it too.
    """
    await authorize(app, ctx, "ecr:BatchDeleteImage", repo)

    def delete_txn(connection: Connection) -> tuple[list[ImageId], list[Failure]]:
        repository = require(connection, repo)
        deleted: list[ImageId] = []
        failures: list[Failure] = []
        for image_id in dict.fromkeys(image_ids):
            outcome = _delete(connection, repository.id, image_id, child, review_due(app))
            if not isinstance(outcome, Failure):
                deleted.extend(outcome)
            elif outcome.code != "ImageNotFound" or not any(_names(image_id, gone) for gone in deleted):
                failures.append(outcome)
        return deleted, failures

    return await app.db.write(delete_txn)


async def delete_one(app: App, ctx: Context, repo: RepositoryRef, image_id: ImageId) -> None:
    """Deletes one tag or image; a tag goes even where its image has to stay (OCI Distribution 1.1, "Deleting tags").

    Raises RepositoryNotFound, ImageNotFound, ImageReferenced.
    """
    _, failures = await delete_many(app, ctx, repo, [image_id], child="untag")
    for failure in failures:
        if failure.code == "ImageReferencedByManifestList":
            raise ImageReferenced(failure.reason)
        raise ImageNotFound(repo.name, repo.account, image_id.digest, image_id.tag)


def _delete(
    connection: Connection, repository_id: int, image_id: ImageId, child: Child, due: int
) -> list[ImageId] | Failure:
    image = resolve(connection, repository_id, image_id)
    if isinstance(image, Failure):
        return image
    tags = image_pages.tags_of_images(connection, [image.id]).get(image.id, [])
    parents = rows.parents_of(connection, image.id)
    if image_id.tag is not None and (len(tags) > 1 or (parents and child == "untag")):
        image_tags.delete_tag(connection, repository_id, image_id.tag)
        return [ImageId(image.digest, image_id.tag)]
    if parents:
        reason = f"Requested image referenced by manifest list: [{', '.join(parents)}]"
        return Failure(image_id, "ImageReferencedByManifestList", reason)
    gc_reviews.review_layers_of_image(connection, image.id, due)
    rows.delete_image(connection, image.id)
    return [ImageId(image.digest, tag) for tag in tags] or [ImageId(image.digest)]


def _names(image_id: ImageId, gone: ImageId) -> bool:
    return image_id.digest in (None, gone.digest) and image_id.tag in (None, gone.tag)
