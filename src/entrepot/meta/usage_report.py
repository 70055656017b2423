"""Who uses how much: images and layers by repository, and by registry. For operators; reads all there is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from entrepot.context import Registry
from entrepot.meta.tables import blobs, images, repositories, repository_blobs, uploads


@dataclass(frozen=True, slots=True)
class RepositoryUsage:
    """A repository: `held` bytes of layers, of which `own` are held by no other; `staged` bytes are being uploaded."""

    registry: Registry
    name: str
    images: int
    held: int
    own: int
    staged: int


def of_repositories(connection: Connection) -> list[RepositoryUsage]:
    """Every repository, by registry and name."""
    r = repositories
    counted = _images(connection)
    held = _held(connection)
    staged = _staged(connection)
    query = select(r.c.id, r.c.account_id, r.c.region, r.c.name).order_by(r.c.account_id, r.c.region, r.c.name)
    return [
        RepositoryUsage(
            Registry(row.account_id, row.region),
            row.name,
            counted.get(row.id, 0),
            *held.get(row.id, (0, 0)),
            staged.get(row.id, 0),
        )
        for row in connection.execute(query)
    ]


def of_registries(connection: Connection) -> dict[Registry, int]:
    """Bytes of layers that the repositories of each registry hold together, each counted once."""
    each = (
        select(repositories.c.account_id, repositories.c.region, blobs.c.id, blobs.c.size)
        .join_from(repositories, repository_blobs, repository_blobs.c.repository_id == repositories.c.id)
        .join(blobs, blobs.c.id == repository_blobs.c.blob_id)
        .distinct()
        .subquery()
    )
    columns = (each.c.account_id, each.c.region)
    query = select(*columns, func.sum(each.c.size).label("bytes")).group_by(*columns)
    return {Registry(row.account_id, row.region): int(row.bytes) for row in connection.execute(query)}


def _images(connection: Connection) -> dict[int, int]:
    query = select(images.c.repository_id, func.count().label("number")).group_by(images.c.repository_id)
    return {row.repository_id: row.number for row in connection.execute(query)}


def _held(connection: Connection) -> dict[int, tuple[int, int]]:
    t = repository_blobs
    holders = select(t.c.blob_id, func.count().label("number")).group_by(t.c.blob_id).subquery()
    own = case((holders.c.number == 1, blobs.c.size), else_=0)
    query = (
        select(t.c.repository_id, func.sum(blobs.c.size).label("held"), func.sum(own).label("own"))
        .join_from(t, blobs, blobs.c.id == t.c.blob_id)
        .join(holders, holders.c.blob_id == t.c.blob_id)
        .group_by(t.c.repository_id)
    )
    return {row.repository_id: (int(row.held), int(row.own)) for row in connection.execute(query)}


def _staged(connection: Connection) -> dict[int, int]:
    query = select(uploads.c.repository_id, func.sum(uploads.c.received).label("bytes")).group_by(
        uploads.c.repository_id
    )
    return {row.repository_id: int(row.bytes) for row in connection.execute(query)}
