"""Image tags: a name that points at one image of its repository."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, update

from entrepot.meta.dialect import insert_or_ignore
from entrepot.meta.tables import image_tags as t


def tagged_image(connection: Connection, repository_id: int, tag: str) -> int | None:
    """The id of the image that a tag points at."""
    query = select(t.c.image_id).where(t.c.repository_id == repository_id, t.c.tag == tag)
    return connection.execute(query).scalar_one_or_none()


def create_tag(connection: Connection, repository_id: int, tag: str, image_id: int, now: int) -> bool:
    """Creates a tag; False where it exists, whoever made it in the meantime. This is what keeps tags immutable."""
    row = {"repository_id": repository_id, "tag": tag, "image_id": image_id, "updated_at": now}
    return insert_or_ignore(connection, t, row)


def move_tag(connection: Connection, repository_id: int, tag: str, image_id: int, now: int) -> None:
    """Points an existing tag at another image."""
    change = update(t).where(t.c.repository_id == repository_id, t.c.tag == tag)
    connection.execute(change.values(image_id=image_id, updated_at=now))


def delete_tag(connection: Connection, repository_id: int, tag: str) -> None:
    """Removes a tag; its image stays."""
    connection.execute(delete(t).where(t.c.repository_id == repository_id, t.c.tag == tag))


def count_tags(connection: Connection, image_id: int) -> int:
    """How many tags an image has."""
    return connection.execute(select(func.count()).select_from(t).where(t.c.image_id == image_id)).scalar_one()


def first_tag(connection: Connection, image_id: int) -> str | None:
    """The first of an image's tags, by their bytes; None where it has none."""
    query = select(t.c.tag).where(t.c.image_id == image_id).order_by(t.c.tag).limit(1)
    return connection.execute(query).scalar_one_or_none()
