"""The versions of a managed policy."""

from __future__ import annotations

from typing import Any

from tests.iam_policies.conftest import Refused, document


def ids(iam: Any, policy: str) -> list[tuple[str, bool]]:
    pages = iam.get_paginator("list_policy_versions").paginate(PolicyArn=policy, PaginationConfig={"PageSize": 2})
    return [(each["VersionId"], each["IsDefaultVersion"]) for page in pages for each in page["Versions"]]


def add(iam: Any, policy: str, action: str, **more: Any) -> str:
    made = iam.create_policy_version(PolicyArn=policy, PolicyDocument=document(action), **more)
    return made["PolicyVersion"]["VersionId"]


def test_five_versions_and_numbers_that_never_come_back(iam: Any, policy: str, refused: Refused) -> None:
    for number in range(2, 6):
        assert add(iam, policy, "ecr:PutImage") == f"v{number}"
    status, code, message = refused(iam.create_policy_version, PolicyArn=policy, PolicyDocument=document("ecr:*"))
    assert (status, code) == (409, "LimitExceeded")
    assert message.startswith("A managed policy can have up to 5 versions.")
    iam.delete_policy_version(PolicyArn=policy, VersionId="v5")
    assert add(iam, policy, "ecr:PutImage") == "v6"
    assert ids(iam, policy) == [("v6", False), ("v4", False), ("v3", False), ("v2", False), ("v1", True)]
    assert refused(iam.delete_policy, PolicyArn=policy)[1] == "DeleteConflict"
    for number in (2, 3, 4, 6):
        iam.delete_policy_version(PolicyArn=policy, VersionId=f"v{number}")


def test_which_version_counts(iam: Any, policy: str, refused: Refused) -> None:
    assert add(iam, policy, "ecr:PutImage", SetAsDefault=True) == "v2"
    assert ids(iam, policy) == [("v2", True), ("v1", False)]
    assert refused(iam.delete_policy_version, PolicyArn=policy, VersionId="v2") == (
        409,
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    )
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v1")
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v1"
    iam.delete_policy_version(PolicyArn=policy, VersionId="v2")


def test_each_version_keeps_its_document(iam: Any, policy: str) -> None:
    add(iam, policy, "ecr:PutImage")
    for version, action in (("v1", "ecr:BatchGetImage"), ("v2", "ecr:PutImage")):
        found = iam.get_policy_version(PolicyArn=policy, VersionId=version)["PolicyVersion"]
        assert found["Document"]["Statement"][0]["Action"] == [action]
    iam.delete_policy_version(PolicyArn=policy, VersionId="v2")


def test_versions_that_are_not_there(iam: Any, policy: str, refused: Refused) -> None:
    for call in (iam.get_policy_version, iam.set_default_policy_version, iam.delete_policy_version):
        assert refused(call, PolicyArn=policy, VersionId="v9")[:2] == (404, "NoSuchEntity")
    gone = policy + "-gone"
    assert refused(iam.list_policy_versions, PolicyArn=gone)[:2] == (404, "NoSuchEntity")
    assert refused(iam.create_policy_version, PolicyArn=policy, PolicyDocument="{}")[1] == "MalformedPolicyDocument"
