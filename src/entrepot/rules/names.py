"""Grammars of repository names and image tags.

Names follow the RepositoryName shape of ECR's model. Tags follow the OCI Distribution specification at both doors:
ECR's API would take up to 300 characters, but a tag outside OCI's grammar could be pulled by no client.
"""

from __future__ import annotations

import re

from entrepot.errors import InvalidParameter

NAME_LENGTHS = (2, 256)
"""Fewest and most characters of a repository name."""

_PART = r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
NAME_PATTERN = rf"{_PART}(\/{_PART})*"
"""ECR's pattern for repository names, as its model and its error messages spell it."""

TAG_PATTERN = "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"
"""OCI Distribution 1.1, "Pulling manifests": what a tag looks like."""

_NAME = re.compile(NAME_PATTERN)
_TAG = re.compile(TAG_PATTERN)


def is_repository_name(text: str) -> bool:
    """Whether `text` can be the name of a repository."""
    shortest, longest = NAME_LENGTHS
    return shortest <= len(text) <= longest and _NAME.fullmatch(text) is not None


def check_repository_name(name: str) -> None:
    """Raises InvalidParameter, in ECR's words, unless `name` can be the name of a repository."""
    shortest, longest = NAME_LENGTHS
    # Lengths first: they bound what the pattern is run on.
    if len(name) < shortest:
        raise InvalidParameter.at("repositoryName", f"Member must have length greater than or equal to {shortest}")
    if len(name) > longest:
        raise InvalidParameter.at("repositoryName", f"Member must have length less than or equal to {longest}")
    if _NAME.fullmatch(name) is None:
        raise InvalidParameter.at("repositoryName", f"must satisfy regular expression '{NAME_PATTERN}'")


def is_tag(text: str) -> bool:
    """Whether `text` can be an image tag."""
    return _TAG.fullmatch(text) is not None


def check_tag(tag: str) -> None:
    """Raises InvalidParameter, in ECR's words, unless `tag` can be an image tag."""
    if not is_tag(tag):
        raise InvalidParameter.at("imageTag", f"must satisfy regular expression '{TAG_PATTERN}'")
