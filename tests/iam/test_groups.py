"""Groups and the users in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Refused = Callable[..., tuple[int, str, str]]


@pytest.fixture
def group(iam: Any, new_identity: Callable[[], str]) -> str:
    name = new_identity()
    iam.create_group(GroupName=name, Path="/teams/")
    return name


def test_a_group_has_an_arn_with_its_path_and_an_id_of_its_own(iam: Any, group: str) -> None:
    found = iam.get_group(GroupName=group)
    assert found["Group"]["Arn"] == f"arn:aws:iam::123456789012:group/teams/{group}"
    assert re.fullmatch("AGPA[A-Z2-7]{17}", found["Group"]["GroupId"])
    assert (found["Users"], found["IsTruncated"]) == ([], False)
    assert found["Group"] in iam.list_groups(PathPrefix="/teams/")["Groups"]


def test_users_come_into_a_group_and_leave_it(iam: Any, group: str, user: str) -> None:
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.add_user_to_group(GroupName=group, UserName=user)
    assert [each["UserName"] for each in iam.get_group(GroupName=group)["Users"]] == [user]
    assert [each["GroupName"] for each in iam.list_groups_for_user(UserName=user)["Groups"]] == [group]
    iam.remove_user_from_group(GroupName=group, UserName=user)
    iam.remove_user_from_group(GroupName=group, UserName=user)
    assert iam.get_group(GroupName=group)["Users"] == []
    assert iam.list_groups_for_user(UserName=user)["Groups"] == []


def test_pages_of_members_and_of_groups(iam: Any, new_identity: Callable[[], str], user: str) -> None:
    groups = [new_identity() for _ in range(3)]
    users = [user, *(new_identity() for _ in range(2))]
    for name in users[1:]:
        iam.create_user(UserName=name)
    for name in groups:
        iam.create_group(GroupName=name)
        iam.add_user_to_group(GroupName=name, UserName=user)
    for name in users[1:]:
        iam.add_user_to_group(GroupName=groups[0], UserName=name)
    members = list(iam.get_paginator("get_group").paginate(GroupName=groups[0], PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in members] == [2, 1]
    assert {each["UserName"] for page in members for each in page["Users"]} == set(users)
    listed = list(iam.get_paginator("list_groups_for_user").paginate(UserName=user, PaginationConfig={"PageSize": 1}))
    assert sorted(each["GroupName"] for page in listed for each in page["Groups"]) == sorted(groups)
    for name in users[1:]:
        iam.remove_user_from_group(GroupName=groups[0], UserName=name)
        iam.delete_user(UserName=name)


def test_a_user_is_in_ten_groups_at_most(
    iam: Any, new_identity: Callable[[], str], user: str, refused: Refused
) -> None:
    groups = [new_identity() for _ in range(11)]
    for name in groups:
        iam.create_group(GroupName=name)
    for name in groups[:10]:
        iam.add_user_to_group(GroupName=name, UserName=user)
    full = (409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10")
    assert refused(iam.add_user_to_group, GroupName=groups[10], UserName=user) == full
    assert len(iam.list_groups_for_user(UserName=user)["Groups"]) == 10


def test_a_renamed_group_keeps_its_members(iam: Any, group: str, user: str) -> None:
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.update_group(GroupName=group, NewGroupName=f"{group}-new", NewPath="/")
    found = iam.get_group(GroupName=f"{group}-new")
    assert found["Group"]["Arn"].endswith(f":group/{group}-new")
    assert [each["UserName"] for each in found["Users"]] == [user]


def test_a_group_with_members_or_policies_stays(iam: Any, group: str, user: str, refused: Refused) -> None:
    iam.add_user_to_group(GroupName=group, UserName=user)
    held = (409, "DeleteConflict", "Cannot delete entity, must remove users from group first.")
    assert refused(iam.delete_group, GroupName=group) == held
    iam.remove_user_from_group(GroupName=group, UserName=user)
    arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
    iam.attach_group_policy(GroupName=group, PolicyArn=arn)
    held = (409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
    assert refused(iam.delete_group, GroupName=group) == held
    iam.detach_group_policy(GroupName=group, PolicyArn=arn)
    iam.delete_group(GroupName=group)
    missing = (404, "NoSuchEntity", f"The group with name {group} cannot be found.")
    assert refused(iam.get_group, GroupName=group) == missing


def test_what_is_not_there_or_there_already(iam: Any, group: str, user: str, refused: Refused) -> None:
    taken = (409, "EntityAlreadyExists", f"Group with name {group} already exists.")
    assert refused(iam.create_group, GroupName=group) == taken
    missing = (404, "NoSuchEntity", "The user with name never-made cannot be found.")
    assert refused(iam.add_user_to_group, GroupName=group, UserName="never-made") == missing
    missing = (404, "NoSuchEntity", "The group with name nowhere cannot be found.")
    assert refused(iam.add_user_to_group, GroupName="nowhere", UserName=user) == missing
