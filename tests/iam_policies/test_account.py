"""The account as an auditor sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.iam_policies.conftest import EVERYONE, PULL

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
LISTS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@pytest.fixture
def staffed(iam: Any, user: str, group: str, role: str, policy: str) -> dict[str, str]:
    """A user in a group, and a role, with policies of every kind."""
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.put_user_policy(UserName=user, PolicyName="in", PolicyDocument=PULL)
    iam.attach_group_policy(GroupName=group, PolicyArn=ADMIN)
    iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=policy)
    return {"user": user, "group": group, "role": role, "policy": policy}


def whole(iam: Any, **wanted: Any) -> dict[str, list[Any]]:
    pages = list(iam.get_paginator("get_account_authorization_details").paginate(**wanted))
    return {name: [each for page in pages for each in page[name]] for name in LISTS}


def test_everything_that_says_who_may_do_what(iam: Any, staffed: dict[str, str]) -> None:
    found = whole(iam)
    user = next(each for each in found["UserDetailList"] if each["UserName"] == staffed["user"])
    assert (user["GroupList"], user["AttachedManagedPolicies"]) == ([staffed["group"]], [])
    assert user["UserPolicyList"] == [{"PolicyName": "in", "PolicyDocument": json.loads(PULL)}]
    group = next(each for each in found["GroupDetailList"] if each["GroupName"] == staffed["group"])
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "AdministratorAccess", "PolicyArn": ADMIN}]
    role = next(each for each in found["RoleDetailList"] if each["RoleName"] == staffed["role"])
    assert role["AssumeRolePolicyDocument"] == json.loads(EVERYONE)
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == staffed["policy"]
    policy = next(each for each in found["Policies"] if each["Arn"] == staffed["policy"])
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (1, 1)
    assert [each["Document"] for each in policy["PolicyVersionList"]] == [json.loads(PULL)]
    assert ADMIN in [each["Arn"] for each in found["Policies"]]


def test_pages_have_everything_once(iam: Any, staffed: dict[str, str]) -> None:
    del staffed
    assert whole(iam, PaginationConfig={"PageSize": 1}) == whole(iam)


def test_filters(iam: Any, staffed: dict[str, str]) -> None:
    def shown(*kinds: str) -> set[str]:
        return {name for name, entries in whole(iam, Filter=list(kinds)).items() if entries}

    assert shown("User") == {"UserDetailList"}
    assert shown("Group", "Role") == {"GroupDetailList", "RoleDetailList"}
    local = whole(iam, Filter=["LocalManagedPolicy"])["Policies"]
    assert staffed["policy"] in [each["Arn"] for each in local]
    assert ADMIN not in [each["Arn"] for each in local]
    assert {each["Arn"].split(":")[4] for each in whole(iam, Filter=["AWSManagedPolicy"])["Policies"]} == {"aws"}


def test_the_summary_counts(iam: Any, staffed: dict[str, str]) -> None:
    before = iam.get_account_summary()["SummaryMap"]
    iam.create_policy_version(PolicyArn=staffed["policy"], PolicyDocument=PULL)
    iam.create_role(RoleName="counted", AssumeRolePolicyDocument=EVERYONE)
    after = iam.get_account_summary()["SummaryMap"]
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"PolicyVersionsInUse": 1, "Roles": 1}
    assert (after["PolicySizeQuota"], after["VersionsPerPolicyQuota"], after["AccountAccessKeysPresent"]) == (
        6144,
        5,
        1,
    )
    iam.delete_role(RoleName="counted")
    iam.delete_policy_version(PolicyArn=staffed["policy"], VersionId="v2")
