"""Repositories and their resource tags."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from entrepot.context import Registry, RepositoryRef
from entrepot.meta.compiled import Compiled
from entrepot.meta.dialect import insert_or_ignore, insert_or_update
from entrepot.meta.tables import image_children, images, resource_tags
from entrepot.meta.tables import repositories as t
from entrepot.meta.times import from_micros

EncryptionType = Literal["AES256", "KMS", "KMS_DSSE"]


@dataclass(frozen=True, slots=True)
class Encryption:
    """What a repository's content is sealed with, from its creation on. `kms_key_id` is a row of kms_keys."""

    type: EncryptionType = "AES256"
    kms_key_id: int | None = None


AES256 = Encryption()


@dataclass(frozen=True, slots=True)
class RepositoryRow:
    """A repository. `exclusion_filters` are the WILDCARD patterns of the two `_WITH_EXCLUSION` modes."""

    id: int
    registry: Registry
    name: str
    created_at: datetime
    tag_mutability: str
    exclusion_filters: tuple[str, ...]
    encryption: Encryption = AES256

    @property
    def ref(self) -> RepositoryRef:
        """The repository as requests name it."""
        return RepositoryRef(self.registry, self.name)

    @property
    def arn(self) -> str:
        """The repository's ARN."""
        return self.registry.arn(self.name)


_COLUMNS = (
    t.c.id,
    t.c.account_id,
    t.c.region,
    t.c.name,
    t.c.created_at,
    t.c.tag_mutability,
    t.c.exclusion_filters,
    t.c.encryption_type,
    t.c.kms_key_id,
)
_IN_REGISTRY = (t.c.account_id == bindparam("account"), t.c.region == bindparam("region"))
_BY_NAME = Compiled(select(*_COLUMNS).where(*_IN_REGISTRY, t.c.name == bindparam("name")))
_PAGE = (
    select(*_COLUMNS).where(*_IN_REGISTRY, t.c.name > bindparam("after")).order_by(t.c.name).limit(bindparam("count"))
)


class _Columns(NamedTuple):
    id: int
    account_id: str
    region: str
    name: str
    created_at: int
    tag_mutability: str
    exclusion_filters: str
    encryption_type: EncryptionType
    kms_key_id: int | None


def _repository(row: _Columns | Row[int, str, str, str, int, str, str, EncryptionType, int | None]) -> RepositoryRow:
    return RepositoryRow(
        row.id,
        Registry(row.account_id, row.region),
        row.name,
        from_micros(row.created_at),
        row.tag_mutability,
        tuple(json.loads(row.exclusion_filters)),
        Encryption(row.encryption_type, row.kms_key_id) if row.kms_key_id is not None else AES256,
    )


def find_repository(connection: Connection, repo: RepositoryRef) -> RepositoryRow | None:
    """The repository of that name."""
    key = {"account": repo.account, "region": repo.registry.region, "name": repo.name}
    row = _BY_NAME.first(connection, key)
    return _repository(_Columns(*row)) if row else None


def find_by_id(connection: Connection, repository_id: int) -> RepositoryRow | None:
    """The repository that rows of other tables refer to."""
    row = connection.execute(select(*_COLUMNS).where(t.c.id == repository_id)).one_or_none()
    return _repository(row) if row else None


def page_of_repositories(connection: Connection, registry: Registry, after: str, count: int) -> list[RepositoryRow]:
    """The `count` repositories whose names follow `after`, by name."""
    key = {"account": registry.account, "region": registry.region, "after": after, "count": count}
    return [_repository(row) for row in connection.execute(_PAGE, key)]


def add_repository(
    connection: Connection,
    repo: RepositoryRef,
    now: int,
    mutability: str,
    filters: Sequence[str],
    encryption: Encryption = AES256,
) -> RepositoryRow | None:
    """Creates a repository; None where the name is taken."""
    values = {
        "account_id": repo.account,
        "region": repo.registry.region,
        "name": repo.name,
        "created_at": now,
        "tag_mutability": mutability,
        "exclusion_filters": json.dumps(list(filters)),
        "encryption_type": encryption.type,
        "kms_key_id": encryption.kms_key_id,
    }
    return find_repository(connection, repo) if insert_or_ignore(connection, t, values) else None


def delete_repository(connection: Connection, repository_id: int) -> None:
    """Removes a repository with all that it holds."""
    # By hand and first: PostgreSQL checks a child before it takes the row away that lists it.
    inside = select(images.c.id).where(images.c.repository_id == repository_id)
    connection.execute(delete(image_children).where(image_children.c.parent_id.in_(inside)))
    connection.execute(delete(t).where(t.c.id == repository_id))


def set_mutability(connection: Connection, repository_id: int, mutability: str, filters: Sequence[str]) -> None:
    """Changes whether tags can be moved."""
    values = {"tag_mutability": mutability, "exclusion_filters": json.dumps(list(filters))}
    connection.execute(update(t).where(t.c.id == repository_id).values(values))


def tags_of_repository(connection: Connection, repository_id: int) -> dict[str, str]:
    """The resource tags, by key."""
    query = select(resource_tags.c.key, resource_tags.c.value).where(resource_tags.c.repository_id == repository_id)
    return dict(connection.execute(query.order_by(resource_tags.c.key)).all())


def put_tags(connection: Connection, repository_id: int, tags: Mapping[str, str]) -> None:
    """Adds resource tags; a key that is there gets the new value."""
    rows = [{"repository_id": repository_id, "key": key, "value": value} for key, value in tags.items()]
    if rows:
        insert_or_update(connection, resource_tags, rows, "value")


def remove_tags(connection: Connection, repository_id: int, keys: Sequence[str]) -> None:
    """Removes resource tags; keys that are not there are no error."""
    t_ = resource_tags
    connection.execute(delete(t_).where(t_.c.repository_id == repository_id, t_.c.key.in_(keys)))
