"""What a name stands for at this moment, in as few words as will do: for answers that may be given again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from entrepot.meta.compiled import Compiled
from entrepot.meta.tables import access_keys, image_tags, images, layer_reviews, repositories, repository_blobs
from entrepot.ports import Current, Name

_REPOSITORY = (
    repositories.c.account_id == bindparam("account"),
    repositories.c.region == bindparam("region"),
    repositories.c.name == bindparam("repository"),
)
_TAG = (
    select(images.c.id, images.c.digest, images.c.pushed_at)
    .select_from(repositories)
    .join(image_tags, image_tags.c.repository_id == repositories.c.id)
    .join(images, images.c.id == image_tags.c.image_id)
    .where(*_REPOSITORY, image_tags.c.tag == bindparam("reference"))
)
_IMAGE = (
    select(images.c.id, images.c.digest, images.c.pushed_at)
    .select_from(repositories)
    .join(images, images.c.repository_id == repositories.c.id)
    .where(*_REPOSITORY, images.c.digest == bindparam("reference"))
)
_HELD = repository_blobs.c
_REVIEWED = (layer_reviews.c.repository_id == _HELD.repository_id) & (layer_reviews.c.digest == _HELD.digest)
_BLOB = (
    select(_HELD.blob_id, _HELD.digest, _HELD.created_at, layer_reviews.c.review_after)
    .select_from(repositories)
    .join(repository_blobs, _HELD.repository_id == repositories.c.id)
    .outerjoin(layer_reviews, _REVIEWED)
    .where(*_REPOSITORY, _HELD.digest == bindparam("reference"))
)
_KEY = select(access_keys.c.active, access_keys.c.principal_arn, access_keys.c.created_at).where(
    access_keys.c.access_key_id == bindparam("reference")
)
_QUERIES = {"tag": Compiled(_TAG), "image": Compiled(_IMAGE), "blob": Compiled(_BLOB), "key": Compiled(_KEY)}


def current(connection: Connection, names: Sequence[Name]) -> dict[Name, Current]:
    """The rows behind names; a name that stands for nothing is absent."""
    found: dict[Name, Current] = {}
    for kind, query in _QUERIES.items():
        mine = [name for name in names if name.kind == kind]
        rows = query.first_of_each(connection, [name._asdict() for name in mine])
        found |= {name: Current(*row) for name, row in zip(mine, rows, strict=True) if row is not None}
    return found
