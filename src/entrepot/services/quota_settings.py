"""Quotas as operators see and set them. For operators: nothing is authorized."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Registry, RepositoryRef
from entrepot.errors import InvalidParameter, RepositoryNotFound
from entrepot.meta import access_policies, quotas, usage_report
from entrepot.meta import repositories as repository_rows
from entrepot.meta.usage_report import RepositoryUsage
from entrepot.rules.quotas import OF_REPOSITORY, Override, Quota, in_force


@dataclass(frozen=True, slots=True)
class Usage:
    """A repository and what it uses, or with an empty name a whole registry; and the quotas that hold for it."""

    registry: Registry
    name: str
    repositories: int
    images: int
    held: int
    own: int
    staged: int
    quotas: dict[Quota, int]

    def share(self) -> float:
        """How much of its fullest quota is used, 1 for all of it; 0 where it has none."""
        return max((_share(self.used(name), value) for name, value in self.quotas.items()), default=0.0)

    def used(self, name: Quota) -> int:
        """How much of one quota is used."""
        match name:
            case "repositories":
                return self.repositories
            case "images_per_repository" | "images_per_registry":
                return self.images
            case "repository_bytes" | "registry_bytes":
                return self.held


def _share(used: int, value: int) -> float:
    return used / value if value else float(used > 0)


async def every(app: App) -> list[tuple[Registry, Override]]:
    """All quotas that were set beside the settings' own."""
    return await app.db.read(quotas.all_overrides)


async def put(app: App, registry: Registry, override: Override) -> None:
    """Sets a quota, in force in every process within a second.

    Raises RepositoryNotFound, and InvalidParameter for an account that is not there, or a registry's quota that is to
    hold for one repository.
    """
    _check(override.repository, override.name)

    def put_txn(connection: Connection) -> None:
        if not access_policies.is_known(connection, registry.account):
            raise InvalidParameter(f"There is no account '{registry.account}'")
        repo = RepositoryRef(registry, override.repository)
        if override.repository and repository_rows.find_repository(connection, repo) is None:
            raise RepositoryNotFound(repo.name, repo.account)
        quotas.put_override(connection, registry, override)

    await app.db.write(put_txn)


async def remove(app: App, registry: Registry, repository: str, name: Quota) -> bool:
    """Goes back to what holds without; says whether it was set."""
    _check(repository, name)
    return await app.db.write(quotas.delete_override, registry, repository, name)


def _check(repository: str, name: Quota) -> None:
    if repository and name not in OF_REPOSITORY:
        raise InvalidParameter(f"The quota {name} is one of a registry as a whole")


async def usage(app: App) -> list[Usage]:
    """Registries and repositories, those that come nearest to a quota first, then by bytes that they hold."""
    repositories, held, overrides = await app.db.read(_read)
    found: list[Usage] = []
    for registry in sorted({each.registry for each in repositories}, key=lambda r: (r.account, r.region)):
        mine = [each for each in repositories if each.registry == registry]
        given = [override for of, override in overrides if of == registry]
        found.append(_of_registry(app, registry, mine, held.get(registry, 0), given))
        found += [_of_repository(app, each, given) for each in mine]
    return sorted(found, key=lambda each: (-each.share(), -each.held, each.registry.account, each.registry.region))


def _read(connection: Connection) -> tuple[list[RepositoryUsage], dict[Registry, int], list[tuple[Registry, Override]]]:
    return (
        usage_report.of_repositories(connection),
        usage_report.of_registries(connection),
        quotas.all_overrides(connection),
    )


def _of_registry(
    app: App, registry: Registry, mine: Sequence[RepositoryUsage], held: int, given: Sequence[Override]
) -> Usage:
    limits = _limits(app, given, "")
    staged, images = sum(each.staged for each in mine), sum(each.images for each in mine)
    # Layers are stored under a registry's own keys: no other registry holds any of them.
    return Usage(registry, "", len(mine), images, held, held, staged, limits)


def _of_repository(app: App, each: RepositoryUsage, given: Sequence[Override]) -> Usage:
    limits = _limits(app, given, each.name)
    return Usage(each.registry, each.name, 1, each.images, each.held, each.own, each.staged, limits)


def _limits(app: App, given: Sequence[Override], repository: str) -> dict[Quota, int]:
    """Those that count what is in a repository, or with an empty name what is in a registry."""
    found = in_force(app.quotas, given, repository)
    return {name: value for name, value in found.items() if (name in OF_REPOSITORY) == bool(repository)}
