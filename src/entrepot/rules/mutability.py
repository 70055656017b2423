"""Whether a tag that exists can be given to another image. ECR's guide, "Image tag mutability"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from entrepot.errors import InvalidParameter
from entrepot.rules.wildcards import matches

Mode = Literal["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"]

MODES: tuple[str, ...] = get_args(Mode)
MOST_FILTERS = 5
FILTER_PATTERN = "^[0-9a-zA-Z._*-]{1,128}$"

_MODE = "imageTagMutability"
_FILTERS = "imageTagMutabilityExclusionFilters"
_FILTER = re.compile("[0-9a-zA-Z._*-]{1,128}")


@dataclass(frozen=True, slots=True)
class TagMutability:
    """A repository's setting. `filters` are WILDCARD patterns that name the exceptions to what `mode` says first.

    `mode` is one of MODES, and `filters` are there exactly with its `_WITH_EXCLUSION` values: `make_mutability`
    sees to both.
    """

    mode: str = "MUTABLE"
    filters: tuple[str, ...] = ()


def make_mutability(mode: str, filters: Sequence[str] | None) -> TagMutability:
    """A setting as asked for by a request. Raises InvalidParameter.

    The model has no limit on the number of wildcards in a filter, and neither has this.
    """
    if mode not in MODES:
        raise InvalidParameter.at(_MODE, f"Member must satisfy enum value set: [{', '.join(MODES)}]")
    if filters is None:
        if mode.endswith("_WITH_EXCLUSION"):
            raise InvalidParameter.at(
                _FILTERS, f"ImageTagMutabilityExclusionFilters can't be null when {_MODE} is set as {mode}"
            )
        return TagMutability(mode)
    _check_filters(mode, filters)
    return TagMutability(mode, tuple(filters))


def may_overwrite(policy: TagMutability, tag: str) -> bool:
    """Whether a push may move `tag`, which exists, to another image."""
    if policy.mode == "MUTABLE":
        return True
    excepted = any(matches(pattern, tag) for pattern in policy.filters)
    if policy.mode == "MUTABLE_WITH_EXCLUSION":
        return not excepted
    return policy.mode == "IMMUTABLE_WITH_EXCLUSION" and excepted


def _check_filters(mode: str, filters: Sequence[str]) -> None:
    if not filters:
        raise InvalidParameter.at(_FILTERS, "Member must have length greater than or equal to 1")
    if not mode.endswith("_WITH_EXCLUSION"):
        raise InvalidParameter.at(
            _FILTERS, f"ImageTagMutabilityExclusionFilters must be null when {_MODE} is set as {mode}"
        )
    if len(filters) > MOST_FILTERS:
        raise InvalidParameter.at(_FILTERS, f"Member must have length less than or equal to {MOST_FILTERS}")
    for pattern in filters:
        if _FILTER.fullmatch(pattern) is None:
            raise InvalidParameter.at("filter", f"must satisfy regular expression '{FILTER_PATTERN}'")
