"""What the doctor asks of the tables, and of the engine below them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from entrepot.meta.tables import (
    access_keys,
    blobs,
    data_keys,
    identities,
    images,
    kms_keys,
    registry_policies,
    repositories,
    repository_policies,
    uploads,
)
from entrepot.rules.kms_keys import KeyState


@dataclass(frozen=True, slots=True)
class DataKeyName:
    """A data key without what it is wrapped in. One that a key of KMS wraps has that key's row id."""

    id: int
    scope: str
    kms_key_id: int | None


@dataclass(frozen=True, slots=True)
class KmsUse:
    """A key of KMS that may not be used, and a repository that is encrypted with it. Times are microseconds."""

    account: str
    region: str
    key_id: str
    state: KeyState
    deletion_at: int | None
    repository: str


@dataclass(frozen=True, slots=True)
class ActiveKey:
    """An access key that works. Times are microseconds."""

    key_id: str
    account: str
    owner: str
    created_at: int
    used_at: int | None
    service: str | None


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A resource's or a role's policy. `name` is a repository's or a role's, empty for a registry's."""

    account: str
    region: str
    name: str
    document: str


def data_key_names(connection: Connection) -> list[DataKeyName]:
    """All data keys, by id."""
    query = select(data_keys.c.id, data_keys.c.scope, data_keys.c.kms_key_id).order_by(data_keys.c.id)
    return [DataKeyName(*row) for row in connection.execute(query)]


def kms_key_rows(connection: Connection) -> dict[str, tuple[int, str]]:
    """The row id and the state of each key of KMS, by its key id."""
    query = select(kms_keys.c.key_id, kms_keys.c.id, kms_keys.c.state)
    return {row.key_id: (row.id, row.state) for row in connection.execute(query)}


def unusable_kms_keys(connection: Connection) -> list[KmsUse]:
    """Keys of KMS that are not enabled, with the repositories that need them, by key and repository."""
    k = kms_keys.c
    query = (
        select(k.account_id, k.region, k.key_id, k.state, k.deletion_at, repositories.c.name)
        .join(repositories, repositories.c.kms_key_id == k.id)
        .where(k.state != "Enabled")
        .order_by(k.id, repositories.c.name)
    )
    return [KmsUse(*row) for row in connection.execute(query)]


def newest_time(connection: Connection) -> int | None:
    """About the newest time that rows of the large tables were written at, in microseconds; None without any."""
    times = [
        connection.execute(select(t.c[column]).order_by(t.c.id.desc()).limit(1)).scalar_one_or_none()
        for t, column in ((blobs, "created_at"), (images, "pushed_at"), (data_keys, "created_at"))
    ]
    times.append(connection.execute(select(func.max(uploads.c.updated_at))).scalar_one())
    return max((each for each in times if each is not None), default=None)


def bytes_since(connection: Connection, store: str, since: int) -> tuple[int, int | None]:
    """Plain bytes of the blobs that came to a store since a time, and when the first of them did. Reads all rows."""
    came = (blobs.c.created_at >= since, blobs.c.store == store)
    query = select(func.coalesce(func.sum(blobs.c.size), 0), func.min(blobs.c.created_at)).where(*came)
    size, first = connection.execute(query).one()
    return int(size), first


def blobs_by_store(connection: Connection) -> dict[str, int]:
    """How many blobs lie in each store."""
    query = select(blobs.c.store, func.count()).group_by(blobs.c.store)
    return dict(connection.execute(query).all())


def stuck_uploads(connection: Connection, before: int) -> int:
    """How many uploads nobody has touched since a time."""
    return connection.execute(
        select(func.count()).select_from(uploads).where(uploads.c.updated_at < before)
    ).scalar_one()


def active_keys(connection: Connection) -> list[ActiveKey]:
    """All access keys that work, by id."""
    k = access_keys.c
    columns = (k.access_key_id, k.account_id, k.principal_arn, k.created_at, k.last_used_at, k.last_used_service)
    query = select(*columns).where(k.active.is_(True)).order_by(k.access_key_id)
    return [ActiveKey(*row) for row in connection.execute(query)]


def policies_of_repositories(connection: Connection) -> list[StoredPolicy]:
    """Those of all registries."""
    r = repositories.c
    query = select(r.account_id, r.region, r.name, repository_policies.c.document)
    query = query.join(repository_policies, repository_policies.c.repository_id == r.id).order_by(r.id)
    return [StoredPolicy(*row) for row in connection.execute(query)]


def policies_of_registries(connection: Connection) -> list[StoredPolicy]:
    """All of them."""
    p = registry_policies.c
    query = select(p.account_id, p.region, p.document).order_by(p.account_id, p.region)
    return [StoredPolicy(row.account_id, row.region, "", row.document) for row in connection.execute(query)]


def trust_policies(connection: Connection) -> list[StoredPolicy]:
    """Those of all roles."""
    i = identities.c
    query = select(i.account_id, i.name, i.trust_policy).where(i.trust_policy.is_not(None)).order_by(i.id)
    return [StoredPolicy(row.account_id, "", row.name, row.trust_policy) for row in connection.execute(query)]


def sqlite_damage(connection: Connection) -> list[str]:
    """What PRAGMA quick_check complains of; it reads the whole file."""
    told = [str(line) for line in connection.execute(text("PRAGMA quick_check(20)")).scalars()]
    return [] if told == ["ok"] else told


def sqlite_dangling(connection: Connection) -> list[str]:
    """Rows that refer to none, in words."""
    rows = connection.execute(text("PRAGMA foreign_key_check")).all()
    return [f"row {row[1]} of {row[0]} refers to none of {row[2]}" for row in rows]


def postgres_setting(connection: Connection, name: str) -> str:
    """A setting of the server, as it is for this database and role."""
    return connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one()


def postgres_clock(connection: Connection) -> float:
    """The server's clock, in seconds since the epoch."""
    return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def postgres_standby(connection: Connection) -> bool:
    """Whether the server takes no writes."""
    return bool(connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one())
