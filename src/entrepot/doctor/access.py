"""Access keys and policies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from entrepot.doctor.site import Site
from entrepot.meta import diagnosis
from entrepot.meta.diagnosis import ActiveKey, StoredPolicy
from entrepot.meta.times import from_micros
from entrepot.rules.doctor import access
from entrepot.rules.doctor.access import AccessFacts, KeyFact, PolicyFact
from entrepot.rules.doctor.finding import Finding
from entrepot.rules.iam.document import Kind, parse_policy
from entrepot.rules.iam.lint import lint

_OPEN = frozenset({"public-access", "open-federation"})


async def check(site: Site) -> list[Finding]:
    """Keys that are old, unused or the root's, and policies that let everyone in."""
    return list(access.judge(await site.database.read(_facts, site.clock())))


def _facts(connection: Connection, now: datetime) -> AccessFacts:
    keys = [_key(each) for each in diagnosis.active_keys(connection)]
    return AccessFacts(now, keys, [*_policies(connection)])


def _key(row: ActiveKey) -> KeyFact:
    used = None if row.used_at is None else from_micros(row.used_at)
    root = row.owner == f"arn:aws:iam::{row.account}:root"
    return KeyFact(row.key_id, row.account, row.owner, root, from_micros(row.created_at), used, row.service)


def _policies(connection: Connection) -> Iterator[PolicyFact]:
    for each in diagnosis.policies_of_repositories(connection):
        where = f"the policy of the repository {each.account}/{each.region}/{each.name}"
        shown = f"aws ecr get-repository-policy --repository-name {each.name} --region {each.region}"
        yield from _open(each, "resource", where, shown)
    for each in diagnosis.policies_of_registries(connection):
        where = f"the policy of the registry {each.account}/{each.region}"
        yield from _open(each, "resource", where, f"aws ecr get-registry-policy --region {each.region}")
    for each in diagnosis.trust_policies(connection):
        where = f"the trust policy of the role {each.name} of {each.account}"
        yield from _open(each, "trust", where, f"aws iam get-role --role-name {each.name}")


def _open(policy: StoredPolicy, kind: Kind, where: str, shown: str) -> Iterator[PolicyFact]:
    for each in lint(parse_policy(policy.document, kind), policy.account):
        if each.code in _OPEN:
            yield PolicyFact(where, each.why, shown)
