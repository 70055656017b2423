"""Whether there is room for what is being pushed: the quotas in force, and who asks how much of them is used.

Far from the limit a push asks nothing but this process's memory. Near it, the count is made in the transaction that
adds, after it has added, where the database sees to it that two who race for the last place are not both let in.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

import structlog
from sqlalchemy import Connection

from entrepot.context import App, Registry, RepositoryRef
from entrepot.errors import QuotaExceeded
from entrepot.meta import access_versions, usage
from entrepot.meta import quotas as rows
from entrepot.rules.quotas import UNITS, Override, Quota, in_force, is_always_near, is_far, refusal_text, too_large_text
from entrepot.services.quota_counts import Counted, counted_of, recount

_ALL = 1 << 62

log = structlog.get_logger()


@dataclass(slots=True)
class Claim:
    """Room for what one transaction is about to add; `near` are the quotas that it has to count for itself.

    A context: what was added is remembered where it ends well, and forgotten where it does not.
    """

    repo: RepositoryRef
    adding: Mapping[Quota, int]
    near: dict[Quota, int] = field(default_factory=dict[Quota, int])
    counted: list[tuple[Counted, int]] = field(default_factory=list[tuple[Counted, int]])

    def check(self, connection: Connection, besides: Container[Quota] = ()) -> None:
        """Called in the transaction, once it has added to all `besides` some quotas. Raises QuotaExceeded."""
        for name, value in self.near.items():
            if name in besides:
                continue
            if usage.used(connection, name, self.repo, value + 1) > value:
                used = usage.used(connection, name, self.repo, _ALL) - self.adding[name]
                raise exceeded(self.repo, name, value, used, self.adding[name])

    def __enter__(self) -> Self:
        for counted, adding in self.counted:
            counted.pending += adding
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        for counted, adding in self.counted:
            counted.pending -= adding
            counted.added += adding if error is None else 0
        if isinstance(error, QuotaExceeded):
            note(error, self.repo)


async def claim(app: App, repo: RepositoryRef, adding: Mapping[Quota, int]) -> Claim:
    """Looks for room for `adding`, by quota. A repository's name is empty where it is the registry that grows."""
    made = Claim(repo, adding)
    for name, value in (await in_force_for(app, repo)).items():
        if name not in adding:
            continue
        if is_always_near(value, UNITS[name]):
            made.near[name] = value
            continue
        counted = counted_of(app, name, repo)
        if not is_still_far(counted, name, value, adding[name]):
            await recount(app, counted, partial(_count, name, repo, value))
            if not is_still_far(counted, name, value, adding[name]):
                made.near[name] = value
        made.counted.append((counted, adding[name]))
    return made


def _count(name: Quota, repo: RepositoryRef, value: int, connection: Connection) -> int:
    return usage.used(connection, name, repo, value + 1)


def is_still_far(counted: Counted, name: Quota, value: int, adding: int) -> bool:
    """Whether what is remembered is recent enough to say that so much more fits."""
    age = counted.age
    return age is not None and is_far(value, counted.used, adding, age, UNITS[name])


def note(error: QuotaExceeded, repo: RepositoryRef) -> None:
    """Every refusal for a quota comes by here, once."""
    log.info("quota exceeded", quota=error.quota, value=error.value, used=error.used, resource=repo.arn)


def exceeded(repo: RepositoryRef, name: Quota, value: int, used: int, adding: int) -> QuotaExceeded:
    """The refusal, in words that name the quota, its value and what is in use."""
    if UNITS[name] == "bytes" and used < value:
        text = too_large_text(name, value, used, adding, repo.account, repo.name)
    else:
        text = refusal_text(name, value, used, repo.account, repo.name)
    return QuotaExceeded(text, name, value, used)


async def in_force_for(app: App, repo: RepositoryRef) -> dict[Quota, int]:
    """The quotas of a repository and its registry, as of half a second ago at most."""
    return in_force(app.quotas, await _overrides(app, repo.registry), repo.name)


async def _overrides(app: App, registry: Registry) -> tuple[Override, ...]:
    version = await app.access.version(registry.account)
    found: tuple[Override, ...] | None = app.access.policies.get(("quotas", registry, version))
    if found is not None:
        return found
    now_at, found = await app.db.read(_read, registry)
    app.access.policies.put(("quotas", registry, now_at), found)
    app.access.learn(registry.account, now_at)
    return found


def _read(connection: Connection, registry: Registry) -> tuple[int, tuple[Override, ...]]:
    return access_versions.find_version(connection, registry.account), tuple(rows.overrides_of(connection, registry))
