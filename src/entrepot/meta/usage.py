"""How much of its quotas a registry uses: counted, each time anew, from the rows that are there.

A layer counts once for each repository that holds it, and once for the registry however many of its repositories do.
Counts of rows stop at `most`: more need nobody know who asks whether there is room.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, literal, select

from entrepot.context import RepositoryRef
from entrepot.meta.tables import blobs, images, repositories, repository_blobs, uploads
from entrepot.rules.quotas import Quota

Query = Select[*tuple[Any, ...]]


def used(connection: Connection, name: Quota, repo: RepositoryRef, most: int) -> int:
    """How much of a quota the repository, or its registry, uses."""
    match name:
        case "repositories":
            return _rows(connection, select(literal(1)).where(*_of_registry(repo)), most)
        case "images_per_repository":
            inside = select(literal(1)).where(images.c.repository_id == _id_of(repo))
            return _rows(connection, inside, most)
        case "images_per_registry":
            joined = select(literal(1)).join_from(repositories, images, images.c.repository_id == repositories.c.id)
            return _rows(connection, joined.where(*_of_registry(repo)), most)
        case "repository_bytes":
            query = select(func.sum(blobs.c.size)).join(repository_blobs, repository_blobs.c.blob_id == blobs.c.id)
            return _sum(connection, query.where(repository_blobs.c.repository_id == _id_of(repo)))
        case "registry_bytes":
            return _sum(connection, _bytes_of_registry(repo))


def staged(connection: Connection, name: Quota, repo: RepositoryRef) -> int:
    """Bytes of uploads under way to the repository, or to all of its registry, for a quota of bytes."""
    query = select(func.sum(uploads.c.received))
    if name == "repository_bytes":
        return _sum(connection, query.where(uploads.c.repository_id == _id_of(repo)))
    joined = query.join_from(uploads, repositories, repositories.c.id == uploads.c.repository_id)
    return _sum(connection, joined.where(*_of_registry(repo)))


def _bytes_of_registry(repo: RepositoryRef) -> Query:
    each = (
        select(blobs.c.id, blobs.c.size)
        .join_from(repositories, repository_blobs, repository_blobs.c.repository_id == repositories.c.id)
        .join(blobs, blobs.c.id == repository_blobs.c.blob_id)
        .where(*_of_registry(repo))
        .distinct()
        .subquery()
    )
    return select(func.sum(each.c.size))


def _of_registry(repo: RepositoryRef) -> tuple[Any, ...]:
    return repositories.c.account_id == repo.account, repositories.c.region == repo.registry.region


def _id_of(repo: RepositoryRef) -> Any:  # noqa: ANN401 - a part of a query
    return select(repositories.c.id).where(*_of_registry(repo), repositories.c.name == repo.name).scalar_subquery()


def _rows(connection: Connection, query: Query, most: int) -> int:
    return connection.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one()


def _sum(connection: Connection, query: Query) -> int:
    return int(connection.execute(query).scalar_one() or 0)
