"""AWS tags of repositories: limits of ECR's guide, "Tagging a private repository in Amazon ECR"."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from entrepot.errors import InvalidTagParameter, TooManyTags, constraint_text

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256
TAG_CHARACTERS = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"
"""AWS's pattern for keys and values: Unicode letters, separators and numbers, and a few signs."""

_SIGNS = frozenset("_.:/=+-@")


def merge_tags(current: Mapping[str, str], new: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What a resource with the tags `current` carries once the (key, value) pairs `new` are put on it.

    Raises InvalidTagParameter for a pair that is not allowed or a key given twice, TooManyTags past the limit.
    """
    for key, value in new:
        _check_key(key)
        _check_value(value)
    given = dict(new)
    if len(given) != len(new):
        raise InvalidTagParameter(constraint_text("tags", "Member must not contain duplicate tag keys"))
    merged = {**current, **given}
    if len(merged) > MOST_TAGS:
        raise TooManyTags(f"The resource would have {len(merged)} tags; the most it can have is {MOST_TAGS}")
    return merged


def check_tag_keys(keys: Sequence[str]) -> None:
    """What the keys of tags to be removed have to be. Raises InvalidTagParameter, and TooManyTags for a longer list."""
    for key in keys:
        _check_key(key)
    if len(keys) > MOST_TAGS:
        raise TooManyTags(f"The request names {len(keys)} tags; the most a resource can have is {MOST_TAGS}")


def _check_key(key: str) -> None:
    if not key:
        raise _invalid("tagKey", "Member must have length greater than or equal to 1")
    if len(key) > LONGEST_KEY:
        raise _invalid("tagKey", f"Member must have length less than or equal to {LONGEST_KEY}")
    if key.lower().startswith("aws:"):
        raise _invalid("tagKey", "the prefix 'aws:' is reserved for AWS")
    if not _all_allowed(key):
        raise _invalid("tagKey", f"must satisfy regular expression '{TAG_CHARACTERS}'")


def _check_value(value: str) -> None:
    if len(value) > LONGEST_VALUE:
        raise _invalid("tagValue", f"Member must have length less than or equal to {LONGEST_VALUE}")
    if not _all_allowed(value):
        raise _invalid("tagValue", f"must satisfy regular expression '{TAG_CHARACTERS}'")


def _all_allowed(text: str) -> bool:
    return all(character in _SIGNS or unicodedata.category(character)[0] in "LZN" for character in text)


def _invalid(parameter: str, constraint: str) -> InvalidTagParameter:
    return InvalidTagParameter(constraint_text(parameter, constraint))
