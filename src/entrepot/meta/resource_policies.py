"""Policies of repositories and of registries. Each change raises the account's version, so that it takes effect."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from entrepot.context import Registry
from entrepot.meta import access_versions
from entrepot.meta.dialect import insert_or_update
from entrepot.meta.repositories import RepositoryRow
from entrepot.meta.tables import registry_policies, repositories, repository_policies

_WITH_NAMES = select(repositories.c.name, repository_policies.c.document).join(
    repository_policies, repository_policies.c.repository_id == repositories.c.id
)


def find_repository_policy(connection: Connection, repository_id: int) -> str | None:
    """The document, as it was set."""
    t = repository_policies
    return connection.execute(select(t.c.document).where(t.c.repository_id == repository_id)).scalar_one_or_none()


def put_repository_policy(connection: Connection, repository: RepositoryRow, document: str) -> None:
    """Sets the policy, over one that is there."""
    row = {"repository_id": repository.id, "document": document}
    insert_or_update(connection, repository_policies, [row], "document")
    access_versions.raise_version(connection, repository.registry.account)


def delete_repository_policy(connection: Connection, repository: RepositoryRow) -> None:
    """Removes the policy."""
    connection.execute(delete(repository_policies).where(repository_policies.c.repository_id == repository.id))
    access_versions.raise_version(connection, repository.registry.account)


def policies_of(connection: Connection, registry: Registry, names: Collection[str]) -> dict[str, str]:
    """The policies of those repositories that exist and have one, by name."""
    query = _WITH_NAMES.where(
        repositories.c.account_id == registry.account,
        repositories.c.region == registry.region,
        repositories.c.name.in_(names),
    )
    return dict(connection.execute(query).all())


def names_with_policy(connection: Connection, registry: Registry) -> list[str]:
    """The registry's repositories that have a policy, by name."""
    t = repositories
    query = _WITH_NAMES.where(t.c.account_id == registry.account, t.c.region == registry.region)
    return [name for name, _ in connection.execute(query.order_by(t.c.name))]


def documents_with_asterisk(connection: Connection, registry: Registry) -> list[str]:
    """The different policies of a registry's repositories that have the string "*" in them, or an escape for one."""
    t, document = repositories, repository_policies.c.document
    query = (
        select(document)
        .distinct()
        .join(t, t.c.id == repository_policies.c.repository_id)
        .where(t.c.account_id == registry.account, t.c.region == registry.region)
        .where(document.contains('"*"', autoescape=True) | document.contains("\\u", autoescape=True))
    )
    return list(connection.execute(query).scalars())


def find_registry_policy(connection: Connection, registry: Registry) -> str | None:
    """The document, as it was set."""
    t = registry_policies
    query = select(t.c.document).where(t.c.account_id == registry.account, t.c.region == registry.region)
    return connection.execute(query).scalar_one_or_none()


def put_registry_policy(connection: Connection, registry: Registry, document: str) -> None:
    """Sets the policy, over one that is there."""
    row = {"account_id": registry.account, "region": registry.region, "document": document}
    insert_or_update(connection, registry_policies, [row], "document")
    access_versions.raise_version(connection, registry.account)


def delete_registry_policy(connection: Connection, registry: Registry) -> None:
    """Removes the policy."""
    t = registry_policies
    connection.execute(delete(t).where(t.c.account_id == registry.account, t.c.region == registry.region))
    access_versions.raise_version(connection, registry.account)
