"""Quotas on what is stored: which there are, what they count, and when an addition is far from exceeding one.

"Amazon ECR service quotas" (ECR User Guide) has images per repository and repositories per registry, 100,000 each. The
others are Entrepot's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

Quota = Literal["repositories", "images_per_repository", "images_per_registry", "repository_bytes", "registry_bytes"]
Unit = Literal["repositories", "images", "bytes"]

NAMES: tuple[Quota, ...] = get_args(Quota)
UNITS: Mapping[Quota, Unit] = MappingProxyType(
    {
        "repositories": "repositories",
        "images_per_repository": "images",
        "images_per_registry": "images",
        "repository_bytes": "bytes",
        "registry_bytes": "bytes",
    }
)
OF_REPOSITORY: frozenset[Quota] = frozenset({"images_per_repository", "repository_bytes"})
"""Those that can be set for one repository; the others are a registry's."""

UNLIMITED = -1
"""What the table holds where an operator took a quota away that the settings have."""

PACE: Mapping[Unit, int] = MappingProxyType({"repositories": 2_000, "images": 2_000, "bytes": 64 << 30})
"""What all other processes together are taken to add within a second at the most.

Images and repositories are rows: no deployment writes as many. 64 GiB is more than the largest layer there can be.
"""

SLACK = 1.0
"""Seconds from the decision that an addition is far from the limit to its commit."""


@dataclass(frozen=True, slots=True)
class Override:
    """What an operator set: for one repository, or with an empty name for the registry and each of its repositories."""

    repository: str
    name: Quota
    value: int


def in_force(defaults: Mapping[str, int], overrides: Iterable[Override], repository: str) -> dict[Quota, int]:
    """The quotas of a repository and its registry: its own over the registry's over the settings'."""
    given = list(overrides)
    found: dict[Quota, int] = {name: defaults[name] for name in NAMES if name in defaults}
    for of in dict.fromkeys(("", repository)):
        found |= {each.name: each.value for each in given if each.repository == of}
    return {name: value for name, value in found.items() if value != UNLIMITED}


def is_far(value: int, used: int, adding: int, age: float, unit: Unit) -> bool:
    """Whether an addition stays within a quota whatever others have added since `used` was counted, `age` seconds ago.

    Where it is not, the count has to be made in the transaction that adds.
    """
    return used + adding + PACE[unit] * (age + SLACK) <= value


def is_always_near(value: int, unit: Unit) -> bool:
    """Whether a quota is so small that no count would make an addition far from it."""
    return PACE[unit] * SLACK >= value


def refusal_text(name: Quota, value: int, used: int, account: str, repository: str) -> str:
    """ECR's sentence for a full repository or registry, with the quota's name and what is in use."""
    of_repository = f"repository with name '{repository}' in registry with id '{account}'"
    what = of_repository if name in OF_REPOSITORY else f"registry with id '{account}'"
    unit = "bytes of layers" if UNITS[name] == "bytes" else f"number of {UNITS[name]}"
    return f"The {what} already has the maximum allowed {unit} which is '{value}' (quota {name}, in use: {used})"


def too_large_text(name: Quota, value: int, used: int, adding: int, account: str, repository: str) -> str:
    """The sentence for layers that do not fit in any more."""
    of_repository = f"repository with name '{repository}' in registry with id '{account}'"
    what = of_repository if name in OF_REPOSITORY else f"registry with id '{account}'"
    return (
        f"The {what} has no room for {adding} bytes more: "
        f"the maximum allowed bytes of layers is '{value}' (quota {name}, in use: {used})"
    )
