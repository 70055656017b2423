"""Users: what they are called, how they are listed and changed, and when they can go."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.server import Keys, Server

Refused = Callable[..., tuple[int, str, str]]
ACCOUNT = "123456789012"
TOO_LONG = "Member must have length less than or equal to 64"
PATH_HINT = "It must begin and end with / and contain only alphanumeric characters and/or / characters."
NAME_HINT = "It must contain only alphanumeric characters and/or the following: +=,.@_-"


def test_a_user_has_an_arn_with_its_path_and_an_id_of_its_own(iam: Any, new_identity: Any) -> None:
    name = new_identity()
    made = iam.create_user(UserName=name, Path="/team/a/", Tags=[{"Key": "Team", "Value": "blue"}])["User"]
    assert made["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/team/a/{name}"
    assert (made["Path"], made["UserName"], made["Tags"]) == ("/team/a/", name, [{"Key": "Team", "Value": "blue"}])
    assert re.fullmatch("AIDA[A-Z2-7]{17}", made["UserId"])
    assert iam.get_user(UserName=name)["User"] == made
    assert made["CreateDate"].microsecond == 0
    iam.delete_user(UserName=name)
    assert iam.create_user(UserName=name)["User"]["UserId"] != made["UserId"]
    iam.delete_user(UserName=name)


def test_a_name_is_taken_in_every_case(iam: Any, user: str, refused: Refused) -> None:
    taken = (409, "EntityAlreadyExists", f"User with name {user.upper()} already exists.")
    assert refused(iam.create_user, UserName=user.upper()) == taken
    assert iam.get_user(UserName=user.upper())["User"]["UserName"] == user


def test_who_is_not_there_cannot_be_found(iam: Any, refused: Refused) -> None:
    missing = (404, "NoSuchEntity", "The user with name never-made cannot be found.")
    calls = [iam.get_user, iam.delete_user, iam.update_user, iam.list_user_tags, iam.list_groups_for_user]
    calls += [iam.create_access_key, iam.list_access_keys]
    assert [refused(call, UserName="never-made") for call in calls] == [missing] * len(calls)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"UserName": "a b"}, f"The specified value for userName is invalid. {NAME_HINT}"),
        (
            {"UserName": "a" * 65},
            f"1 validation error detected: Value '{'a' * 65}' at 'userName' failed to satisfy constraint: {TOO_LONG}",
        ),
        (
            {"UserName": "a", "Path": "team"},
            f"The specified value for path is invalid. {PATH_HINT}",
        ),
    ],
)
def test_what_a_user_cannot_be_called(iam: Any, refused: Refused, given: dict[str, str], message: str) -> None:
    assert refused(iam.create_user, **given) == (400, "ValidationError", message)


def test_pages_of_the_users_under_a_path(iam: Any, new_identity: Any, refused: Refused) -> None:
    names = [new_identity() for _ in range(5)]
    for name in names:
        iam.create_user(UserName=name, Path="/paged/users/")
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix="/paged/", PaginationConfig={"PageSize": 2}))
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]
    assert [page["IsTruncated"] for page in pages] == [True, True, False]
    assert sorted(user["UserName"] for page in pages for user in page["Users"]) == sorted(names)
    assert iam.list_users(PathPrefix="/paged/users/none")["Users"] == []
    assert iam.list_users(PathPrefix="/PAGED/")["Users"] == []
    marker = pages[0]["Marker"]
    elsewhere = refused(iam.list_users, PathPrefix="/", Marker=marker)
    assert elsewhere == (400, "ValidationError", "Invalid Marker.")
    for name in names:
        iam.delete_user(UserName=name)


def test_the_keys_of_a_renamed_user_go_on_under_the_new_arn(iam: Any, server: Server, user: str, keys: Keys) -> None:
    signed = server.boto3("sts", keys=keys)
    assert signed.get_caller_identity()["Arn"].endswith(f":user/{user}")
    iam.update_user(UserName=user, NewUserName=f"{user}-new", NewPath="/moved/")
    after = signed.get_caller_identity()
    assert after["Arn"].endswith(f":user/moved/{user}-new")
    assert iam.get_user(UserName=f"{user}-new")["User"]["Arn"] == after["Arn"]
    iam.update_user(UserName=f"{user}-new", NewUserName=user)
    assert signed.get_caller_identity()["Arn"].endswith(f":user/moved/{user}")


def test_a_rename_takes_nobodys_name_but_may_change_case(
    iam: Any, user: str, new_identity: Any, refused: Refused
) -> None:
    other = new_identity()
    iam.create_user(UserName=other)
    taken = (409, "EntityAlreadyExists", f"User with name {other} already exists.")
    assert refused(iam.update_user, UserName=user, NewUserName=other) == taken
    iam.delete_user(UserName=other)
    iam.update_user(UserName=user, NewUserName=user.upper())
    assert iam.get_user(UserName=user)["User"]["UserName"] == user.upper()


def test_a_user_who_has_keys_or_is_in_a_group_stays(
    iam: Any, user: str, keys: Keys, new_identity: Any, refused: Refused
) -> None:
    group = new_identity()
    iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName=group, UserName=user)
    held = (409, "DeleteConflict", "Cannot delete entity, must delete access keys first.")
    assert refused(iam.delete_user, UserName=user) == held
    iam.delete_access_key(UserName=user, AccessKeyId=keys.access_key_id)
    held = (409, "DeleteConflict", "Cannot delete entity, must remove users from group first.")
    assert refused(iam.delete_user, UserName=user) == held
    iam.remove_user_from_group(GroupName=group, UserName=user)
    iam.delete_user(UserName=user)
    iam.delete_group(GroupName=group)


def test_a_user_who_has_policies_stays(iam: Any, user: str, refused: Refused) -> None:
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:*","Resource":"*"}]}'
    arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    attached = (409, "DeleteConflict", "Cannot delete entity, must detach all policies first.")
    assert refused(iam.delete_user, UserName=user) == attached
    iam.detach_user_policy(UserName=user, PolicyArn=arn)
    iam.put_user_policy(UserName=user, PolicyName="inline", PolicyDocument=document)
    inline = (409, "DeleteConflict", "Cannot delete entity, must delete policies first.")
    assert refused(iam.delete_user, UserName=user) == inline
    iam.delete_user_policy(UserName=user, PolicyName="inline")
    iam.delete_user(UserName=user)


def test_a_boundary_has_to_be_there(iam: Any, new_identity: Any, refused: Refused) -> None:
    name, arn = new_identity(), "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
    made = iam.create_user(UserName=name, PermissionsBoundary=arn)["User"]
    assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == arn
    iam.delete_user(UserName=name)
    nowhere = f"{arn}-nowhere"
    missing = (404, "NoSuchEntity", f"Scope ARN: {nowhere} does not exist or is not attachable.")
    assert refused(iam.create_user, UserName=name, PermissionsBoundary=nowhere) == missing


def test_the_root_is_shown_where_no_user_is_named(iam: Any) -> None:
    found = iam.get_user()["User"]
    assert (found["Arn"], found["UserId"]) == (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
