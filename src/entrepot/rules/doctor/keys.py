"""Keys that seal what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from entrepot.rules.doctor.finding import Finding
from entrepot.rules.kms_keys import KeyState

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class KmsFact:
    """A key of KMS that repositories are encrypted with. `deletion` is when it will be gone, as a date."""

    arn: str
    key_id: str
    state: KeyState
    deletion: str | None
    repositories: Sequence[str]


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """How many data keys there are, the scopes of those that do not open, and keys of KMS that are in use."""

    count: int
    broken: Sequence[str]
    kms: Sequence[KmsFact] = ()


def judge(facts: KeyFacts) -> Iterator[Finding]:
    """Data keys first."""
    if facts.broken:
        yield Finding(
            "data-key-broken",
            "error",
            f"{len(facts.broken)} of {facts.count} data keys do not open, so that what they seal cannot be read: "
            f"{_listed(facts.broken)}",
            "restore the database from a backup that was taken with this master key, or the master key that was used",
        )
    for key in facts.kms:
        yield from _of_kms(key)


def _of_kms(key: KmsFact) -> Iterator[Finding]:
    needed = f"which encrypts {_listed(key.repositories)}"
    if key.state == "Disabled":
        what = f"the key {key.arn}, {needed}, is disabled: pulls and pushes there are refused"
        yield Finding("kms-key-disabled", "warning", what, f"aws kms enable-key --key-id {key.key_id}")
    elif key.state == "PendingDeletion":
        what = f"the key {key.arn}, {needed}, is deleted on {key.deletion}, and all that it seals is lost then"
        remedy = f"aws kms cancel-key-deletion --key-id {key.key_id} && aws kms enable-key --key-id {key.key_id}"
        yield Finding("kms-key-pending-deletion", "error", what, remedy)
    elif key.state == "Deleted":
        what = f"the key {key.arn}, {needed}, was deleted: what it sealed is lost"
        remedy = "delete these repositories with aws ecr delete-repository --force, or restore a backup with the key"
        yield Finding("kms-key-deleted", "warning", what, remedy)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
