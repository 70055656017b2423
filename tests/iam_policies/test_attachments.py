"""Managed policies on users, groups and roles, and permissions boundaries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.iam_policies.conftest import PULL, Refused, attached

READ_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
KINDS = ("user", "group", "role")


@pytest.fixture(params=KINDS)
def holder(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The kind and the name of something that policies can be attached to."""
    return request.param, request.getfixturevalue(request.param)


def call(iam: Any, verb: str, kind: str) -> Any:
    return getattr(iam, f"{verb}_{kind}_policy")


def test_attaching_and_detaching(iam: Any, policy: str, holder: tuple[str, str], refused: Refused) -> None:
    kind, name = holder
    of = {f"{kind.title()}Name": name}
    call(iam, "attach", kind)(**of, PolicyArn=policy)
    call(iam, "attach", kind)(**of, PolicyArn=policy)
    call(iam, "attach", kind)(**of, PolicyArn=READ_ONLY)
    assert set(attached(iam, kind, name)) == {policy, READ_ONLY}
    assert attached(iam, kind, name.upper()) == attached(iam, kind, name)
    call(iam, "detach", kind)(**of, PolicyArn=policy)
    assert attached(iam, kind, name) == [READ_ONLY]
    assert refused(call(iam, "detach", kind), **of, PolicyArn=policy) == (
        404,
        "NoSuchEntity",
        f"Policy {policy} was not found.",
    )


def test_what_cannot_be_attached(iam: Any, holder: tuple[str, str], refused: Refused) -> None:
    kind, name = holder
    of = {f"{kind.title()}Name": name}
    for arn in ("arn:aws:iam::123456789012:policy/gone", "arn:aws:iam::aws:policy/Gone"):
        status, code, message = refused(call(iam, "attach", kind), **of, PolicyArn=arn)
        assert (status, code, message) == (404, "NoSuchEntity", f"Policy {arn} does not exist or is not attachable.")
    assert refused(call(iam, "attach", kind), **of, PolicyArn="arn:aws:iam::x:policy")[1] == "InvalidInput"
    nobody = {f"{kind.title()}Name": "nobody-at-all"}
    assert refused(call(iam, "attach", kind), **nobody, PolicyArn=READ_ONLY) == (
        404,
        "NoSuchEntity",
        f"The {kind} with name nobody-at-all cannot be found.",
    )


def test_ten_policies_at_most(iam: Any, new: Callable[[], str], user: str, refused: Refused) -> None:
    arns = [iam.create_policy(PolicyName=new(), PolicyDocument=PULL)["Policy"]["Arn"] for _ in range(11)]
    for arn in arns[:10]:
        iam.attach_user_policy(UserName=user, PolicyArn=arn)
    assert refused(iam.attach_user_policy, UserName=user, PolicyArn=arns[10]) == (
        409,
        "LimitExceeded",
        "Cannot exceed quota for PoliciesPerUser: 10",
    )
    pages = iam.get_paginator("list_attached_user_policies").paginate(UserName=user, PaginationConfig={"PageSize": 4})
    listed = [each["PolicyArn"] for page in pages for each in page["AttachedPolicies"]]
    assert sorted(listed) == sorted(arns[:10])
    for arn in arns[:10]:
        iam.detach_user_policy(UserName=user, PolicyArn=arn)
    for arn in arns:
        iam.delete_policy(PolicyArn=arn)


def test_attached_policies_by_path(iam: Any, new: Callable[[], str], user: str) -> None:
    arn = iam.create_policy(PolicyName=new(), Path="/deep/er/", PolicyDocument=PULL)["Policy"]["Arn"]
    for each in (arn, READ_ONLY):
        iam.attach_user_policy(UserName=user, PolicyArn=each)
    found = iam.list_attached_user_policies(UserName=user, PathPrefix="/deep/")["AttachedPolicies"]
    assert [each["PolicyArn"] for each in found] == [arn]
    iam.detach_user_policy(UserName=user, PolicyArn=arn)
    iam.delete_policy(PolicyArn=arn)


def test_who_has_a_policy(iam: Any, policy: str, user: str, group: str, role: str, refused: Refused) -> None:
    for kind, name in zip(KINDS, (user, group, role), strict=True):
        call(iam, "attach", kind)(**{f"{kind.title()}Name": name}, PolicyArn=policy)
    found = iam.list_entities_for_policy(PolicyArn=policy)
    assert [each["UserName"] for each in found["PolicyUsers"]] == [user]
    assert [each["GroupName"] for each in found["PolicyGroups"]] == [group]
    assert [each["RoleName"] for each in found["PolicyRoles"]] == [role]
    assert found["PolicyRoles"][0]["RoleId"].startswith("AROA")
    roles = iam.list_entities_for_policy(PolicyArn=policy, EntityFilter="Role")
    assert (roles["PolicyUsers"], len(roles["PolicyRoles"])) == ([], 1)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=policy)
    bound = iam.list_entities_for_policy(PolicyArn=policy, PolicyUsageFilter="PermissionsBoundary")
    assert (bound["PolicyUsers"], bound["PolicyRoles"]) == ([], roles["PolicyRoles"])
    pages = iam.get_paginator("list_entities_for_policy").paginate(PolicyArn=policy, PaginationConfig={"PageSize": 1})
    assert [len(p["PolicyUsers"]) + len(p["PolicyGroups"]) + len(p["PolicyRoles"]) for p in pages] == [1, 1, 1]
    assert refused(iam.list_entities_for_policy, PolicyArn=policy + "x")[:2] == (404, "NoSuchEntity")


def test_boundaries(iam: Any, policy: str, user: str, role: str, refused: Refused) -> None:
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=policy)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=READ_ONLY)
    expected = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": policy}
    assert iam.get_user(UserName=user)["User"]["PermissionsBoundary"] == expected
    assert iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == READ_ONLY
    assert refused(iam.delete_policy, PolicyArn=policy)[1] == "DeleteConflict"
    iam.delete_user_permissions_boundary(UserName=user)
    iam.delete_role_permissions_boundary(RoleName=role)
    assert "PermissionsBoundary" not in iam.get_user(UserName=user)["User"]
    assert "PermissionsBoundary" not in iam.get_role(RoleName=role)["Role"]
    gone = {"UserName": user, "PermissionsBoundary": "arn:aws:iam::123456789012:policy/gone"}
    assert refused(iam.put_user_permissions_boundary, **gone)[:2] == (404, "NoSuchEntity")
