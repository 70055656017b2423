"""What may be asked for a session: how long it lasts, its tags and its policies.

Sources: STS API Reference, AssumeRole, AssumeRoleWithWebIdentity and GetSessionToken; IAM User Guide, "Pass session
tags in AWS STS".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from entrepot.errors import InvalidParameter
from entrepot.rules.resource_tags import LONGEST_KEY, LONGEST_VALUE, MOST_TAGS

SHORTEST_SECONDS = 900
ROLE_SECONDS = 3600
"""How long a role's session lasts where the request does not say, and the most for one begun by another session."""

USER_SECONDS = 43_200
LONGEST_USER_SECONDS = 129_600
LONGEST_ROOT_SECONDS = 3600

LONGEST_PLAINTEXT = 2048
MOST_POLICIES = 10

Tags = Sequence[tuple[str, str]]


def role_session_seconds(asked: int | None, role_maximum: int, *, chained: bool) -> int:
    """How long a role's session lasts. Raises InvalidParameter where the role, or role chaining, allows less."""
    if asked is None:
        return ROLE_SECONDS
    if chained and asked > ROLE_SECONDS:
        raise InvalidParameter(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        )
    if asked > role_maximum:
        raise InvalidParameter("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return asked


def user_session_seconds(asked: int | None, *, root: bool) -> int:
    """How long GetSessionToken's credentials last: those of a root for an hour, whatever more is asked for."""
    if root:
        return min(asked or LONGEST_ROOT_SECONDS, LONGEST_ROOT_SECONDS)
    return asked or USER_SECONDS


def check_policies(policy: str, arns: Sequence[str]) -> None:
    """The sizes of session policies, before anything is packed. Raises InvalidParameter."""
    if len(policy) > LONGEST_PLAINTEXT:
        raise InvalidParameter.at("policy", f"Member must have length less than or equal to {LONGEST_PLAINTEXT}")
    if len(arns) > MOST_POLICIES:
        raise InvalidParameter.at("policyArns", f"Member must have length less than or equal to {MOST_POLICIES}")


def session_tags(
    asked: Tags, transitive: Sequence[str], inherited: Mapping[str, str]
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """A session's tags and the keys of those that it hands on, `inherited` ones among both.

    Keys that differ only in case are the same key. Raises InvalidParameter for a key given twice, for one that is
    inherited already and for a transitive key without a tag.
    """
    for key, value in asked:
        _check_tag(key, value)
    own = {key.lower() for key, _ in asked}
    if len(own) < len(asked):
        raise InvalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if taken := own & {key.lower() for key in inherited}:
        raise InvalidParameter(f"One of the specified transitive tag keys can't be set: {', '.join(sorted(taken))}")
    handed_on = {key.lower() for key in transitive}
    if not handed_on <= own:
        raise InvalidParameter("The specified transitive tag key must be included in the requested tags.")
    tags = (*inherited.items(), *asked)
    if len(tags) > MOST_TAGS:
        raise InvalidParameter.at("tags", f"Member must have length less than or equal to {MOST_TAGS}")
    return tags, (*inherited, *(key for key, _ in asked if key.lower() in handed_on))


def tag_keys(tags: Tags, transitive: Sequence[str]) -> dict[str, str | tuple[str, ...]]:
    """The condition keys of a request that passes session tags."""
    if not tags:
        return {}
    keys: dict[str, str | tuple[str, ...]] = {f"aws:RequestTag/{key}": value for key, value in tags}
    keys["aws:TagKeys"] = tuple(key for key, _ in tags)
    return keys | ({"sts:TransitiveTagKeys": tuple(transitive)} if transitive else {})


def _check_tag(key: str, value: str) -> None:
    if not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
        raise InvalidParameter(f"A session tag's key has 1 to {LONGEST_KEY} characters, its value {LONGEST_VALUE}")
    if key.lower().startswith("aws:"):
        raise InvalidParameter("The prefix 'aws:' of session tag keys is reserved for AWS")
