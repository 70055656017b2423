"""Keys and policies that let in more than they should."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrepot.rules.doctor.finding import Finding

OLD = timedelta(days=365)
UNUSED = timedelta(days=90)
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KeyFact:
    """An access key that works. `service` is the one that it was used for last."""

    key_id: str
    account: str
    owner: str
    root: bool
    created: datetime
    used: datetime | None
    service: str | None


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """A policy that lets everyone in: where it is, why the lint says so, and the command that shows it."""

    where: str
    why: str
    shown_by: str


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """As of `now`."""

    now: datetime
    keys: Sequence[KeyFact]
    policies: Sequence[PolicyFact]


def judge(facts: AccessFacts) -> Iterator[Finding]:
    """Policies first."""
    for policy in facts.policies:
        yield Finding(
            "open-to-everyone", "warning", f"{policy.where}: {policy.why}", f"see {policy.shown_by}, and narrow it"
        )
    for key in facts.keys:
        yield from _of_key(key, facts.now)


def _of_key(key: KeyFact, now: datetime) -> Iterator[Finding]:
    day = "%Y-%m-%d"
    if key.root and key.service == "ecr" and key.used and now - key.used < RECENT:
        what = f"the access key {key.key_id} of the root of {key.account}, which may do everything, is used for images"
        remedy = "make a user for it (aws iam create-user, put-user-policy, create-access-key): docs/access.md"
        yield Finding("root-key-used", "warning", what, remedy)
    if now - key.created > OLD:
        what = f"the access key {key.key_id} of {key.owner} is from {key.created:{day}}, more than a year old"
        remedy = (
            f"make another (aws iam create-access-key), then aws iam delete-access-key --access-key-id {key.key_id}"
        )
        yield Finding("old-key", "note", what, remedy)
    elif now - (key.used or key.created) > UNUSED and not key.root:
        since = f"since {key.used:{day}}" if key.used else "at all"
        what = f"the access key {key.key_id} of {key.owner} was not used {since}"
        yield Finding("unused-key", "note", what, f"aws iam delete-access-key --access-key-id {key.key_id}")
