"""Tags of users and roles: keys are unique in every case, and fifty are enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Refused = Callable[..., tuple[int, str, str]]
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
    '"Principal":{"AWS":"arn:aws:iam::123456789012:root"}}]}'
)


def pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def test_tags_are_put_on_and_taken_off(iam: Any, user: str) -> None:
    iam.tag_user(UserName=user, Tags=pairs({"Team": "blue", "Größe": "groß: 1+1=2 @ a/b_c.d-e"}))
    iam.tag_user(UserName=user, Tags=pairs({"team": "red"}))
    expected = pairs({"Größe": "groß: 1+1=2 @ a/b_c.d-e", "team": "red"})
    assert iam.list_user_tags(UserName=user)["Tags"] == expected
    assert iam.get_user(UserName=user)["User"]["Tags"] == expected
    iam.untag_user(UserName=user, TagKeys=["TEAM", "none"])
    assert iam.list_user_tags(UserName=user)["Tags"] == expected[:1]


def test_pages_of_tags_whose_keys_are_long(iam: Any, user: str) -> None:
    tags = {"\u4e2d" * 127 + str(number): "" for number in range(5)}
    iam.tag_user(UserName=user, Tags=pairs(tags))
    pages = list(iam.get_paginator("list_user_tags").paginate(UserName=user, PaginationConfig={"PageSize": 2}))
    assert [len(page["Tags"]) for page in pages] == [2, 2, 1]
    assert [tag for page in pages for tag in page["Tags"]] == pairs(tags)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ([("a", "1"), ("A", "2")], "InvalidInput"),
        ([("AWS:team", "1")], "InvalidInput"),
        ([("a\n", "1")], "ValidationError"),
        ([("a", "x" * 257)], "ValidationError"),
        ([(f"key-{number}", "") for number in range(51)], "ValidationError"),
    ],
)
def test_what_is_no_tag(iam: Any, user: str, refused: Refused, tags: list[tuple[str, str]], code: str) -> None:
    given = [{"Key": key, "Value": value} for key, value in tags]
    assert refused(iam.tag_user, UserName=user, Tags=given)[:2] == (400, code)
    assert iam.list_user_tags(UserName=user)["Tags"] == []


def test_fifty_tags_are_the_most(iam: Any, user: str, refused: Refused) -> None:
    iam.tag_user(UserName=user, Tags=pairs({f"key-{number}": "" for number in range(50)}))
    full = (409, "LimitExceeded", "Cannot exceed quota for TagsPerUser: 50")
    assert refused(iam.tag_user, UserName=user, Tags=pairs({"one more": ""})) == full
    iam.tag_user(UserName=user, Tags=pairs({"KEY-7": "changed"}))


def test_a_role_has_tags_too(iam: Any, new_identity: Callable[[], str], refused: Refused) -> None:
    role = new_identity()
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST, Tags=pairs({"a": "1"}))
    iam.tag_role(RoleName=role, Tags=pairs({"b": "2"}))
    assert iam.list_role_tags(RoleName=role)["Tags"] == pairs({"a": "1", "b": "2"})
    iam.untag_role(RoleName=role, TagKeys=["a"])
    assert iam.list_role_tags(RoleName=role)["Tags"] == pairs({"b": "2"})
    iam.delete_role(RoleName=role)
    missing = (404, "NoSuchEntity", f"The role with name {role} cannot be found.")
    assert refused(iam.list_role_tags, RoleName=role) == missing
