"""Tags of users and roles: keys are unique without regard to case, which is kept as it was given.

Source: "Rules for tagging in IAM and AWS STS" in the IAM User Guide. Lengths and characters are checked by the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from entrepot.errors import InvalidInput, LimitExceeded

MOST_TAGS = 50

Tags = tuple[tuple[str, str], ...]
"""Keys with their values."""


def merge_identity_tags(kind: str, current: Mapping[str, str], new: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What a `kind` ('user', 'role') with the tags `current` carries once the (key, value) pairs `new` are put on it.

    A key that is there in another case gives way to the new one. Raises InvalidInput, and LimitExceeded past the
    limit.
    """
    folded = {key.lower() for key, _ in new}
    if len(folded) != len(new):
        raise InvalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in folded):
        raise InvalidInput("System tags cannot be added/updated: the prefix 'aws:' is reserved for AWS.")
    merged = {key: value for key, value in current.items() if key.lower() not in folded} | dict(new)
    if len(merged) > MOST_TAGS:
        raise LimitExceeded(f"Cannot exceed quota for TagsPer{kind.capitalize()}: {MOST_TAGS}")
    return merged


def with_session_tags(own: Iterable[tuple[str, str]], session: Tags) -> Tags:
    """The tags of a user or role, and over them those of a session, by key.

    A session's tag takes the place of one whose key differs only in case ("Pass session tags in AWS STS").
    """
    taken = {key.lower() for key, _ in session}
    return tuple(sorted([*((key, value) for key, value in own if key.lower() not in taken), *session]))


def without_keys(current: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """What is left of tags when `keys` are taken off, in whatever case they are given."""
    folded = {key.lower() for key in keys}
    return {key: value for key, value in current.items() if key.lower() not in folded}
