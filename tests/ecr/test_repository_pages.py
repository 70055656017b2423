"""DescribeRepositories in pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ecr.lab import client, invalid, pages, refused
from tests.support.server import Keys, Server

NAMES = sorted(["b/c", "b-c", "bc", "b.c", "b_c", "aa", "zz", "b/c/d", "b0", "a9"])
CONFLICT = invalid("repositoryNames", "must not be given together with nextToken or maxResults")


@pytest.fixture(scope="module")
def registry(server: Server, second_keys: Keys) -> Any:
    """A registry of its own, so that no other test's repositories are in the pages."""
    ecr = client(server, region="ap-south-2", keys=second_keys)
    for name in reversed(NAMES):
        ecr.create_repository(repositoryName=name)
    return ecr


@pytest.mark.parametrize("size", [1, 3, 5, 9, 10, 11, 1000])
def test_pages_add_up_in_the_order_of_names(registry: Any, size: int) -> None:
    found = list(pages(registry.describe_repositories, "repositories", size))
    assert [each["repositoryName"] for page in found for each in page] == NAMES
    assert [len(page) for page in found[:-1]] == [size] * (len(found) - 1)
    assert 0 < len(found[-1]) <= size


def test_a_page_has_a_hundred_repositories_unless_more_are_asked_for(server: Server, second_keys: Keys) -> None:
    ecr = client(server, region="ap-northeast-1", keys=second_keys)
    for number in range(101):
        ecr.create_repository(repositoryName=f"number-{number:03}")
    first = ecr.describe_repositories()
    assert len(first["repositories"]) == 100
    rest = ecr.describe_repositories(nextToken=first["nextToken"])
    assert [each["repositoryName"] for each in rest["repositories"]] == ["number-100"]
    assert "nextToken" not in rest
    assert len(ecr.describe_repositories(maxResults=1000)["repositories"]) == 101


def test_what_comes_and_goes_between_pages_moves_nothing_else(registry: Any) -> None:
    first = registry.describe_repositories(maxResults=4)
    registry.create_repository(repositoryName="a0")
    registry.create_repository(repositoryName="z9")
    registry.delete_repository(repositoryName="b/c/d")
    rest = registry.describe_repositories(maxResults=100, nextToken=first["nextToken"])["repositories"]
    seen = [each["repositoryName"] for each in [*first["repositories"], *rest]]
    assert seen == [*[name for name in NAMES if name not in ("b/c/d", "zz")], "z9", "zz"]
    registry.delete_repository(repositoryName="a0")
    registry.delete_repository(repositoryName="z9")
    registry.create_repository(repositoryName="b/c/d")


def test_a_page_has_one_to_a_thousand_repositories(registry: Any) -> None:
    most = invalid("maxResults", "Member must have value less than or equal to 1000")
    assert refused(registry.describe_repositories, maxResults=1001) == most
    least = invalid("maxResults", "Member must have value greater than or equal to 1")
    assert refused(registry.describe_repositories, maxResults=0) == least


def test_names_and_pages_exclude_each_other(registry: Any) -> None:
    token = registry.describe_repositories(maxResults=1)["nextToken"]
    for paging in ({"maxResults": 5}, {"nextToken": token}, {"maxResults": 5, "nextToken": token}):
        assert refused(registry.describe_repositories, repositoryNames=["aa"], **paging) == CONFLICT


def test_tokens_lead_on_in_their_own_registry_only(registry: Any, ecr: Any) -> None:
    token = registry.describe_repositories(maxResults=1)["nextToken"]
    bad = invalid("nextToken", "Invalid next token provided")
    for given in (token[:-1], token[1:], token + "A", "", "x", "%", "AAAA", "é"):
        assert refused(registry.describe_repositories, nextToken=given) == bad
    assert refused(ecr.describe_repositories, nextToken=token) == bad


def test_names_are_one_to_a_hundred(registry: Any) -> None:
    least = invalid("repositoryNames", "Member must have length greater than or equal to 1")
    assert refused(registry.describe_repositories, repositoryNames=[]) == least
    most = invalid("repositoryNames", "Member must have length less than or equal to 100")
    assert refused(registry.describe_repositories, repositoryNames=["aa"] * 101) == most
