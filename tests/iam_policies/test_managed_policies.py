"""Managed policies: created, looked at, listed, tagged, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.iam_policies.conftest import PULL, Refused, document

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"


def arns(iam: Any, **wanted: Any) -> list[str]:
    pages = iam.get_paginator("list_policies").paginate(**wanted)
    return [each["Arn"] for page in pages for each in page["Policies"]]


def test_a_policy_is_what_it_was_created_as(iam: Any, new: Callable[[], str]) -> None:
    name = new()
    made = iam.create_policy(
        PolicyName=name,
        Path="/ci/push/",
        PolicyDocument=PULL,
        Description="who pulls",
        Tags=[{"Key": "a", "Value": ""}],
    )["Policy"]
    assert made["Arn"] == f"arn:aws:iam::123456789012:policy/ci/push/{name}"
    assert made["PolicyId"].startswith("ANPA")
    assert len(made["PolicyId"]) == 21
    found = iam.get_policy(PolicyArn=made["Arn"])["Policy"]
    assert found == made
    assert (found["DefaultVersionId"], found["AttachmentCount"], found["IsAttachable"]) == ("v1", 0, True)
    assert (found["Description"], found["Tags"]) == ("who pulls", [{"Key": "a", "Value": ""}])
    version = iam.get_policy_version(PolicyArn=made["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["Document"] == json.loads(PULL)
    iam.delete_policy(PolicyArn=made["Arn"])


def test_names_are_taken_whatever_their_case(iam: Any, policy: str, refused: Refused) -> None:
    name = policy.rpartition("/")[2]
    status, code, message = refused(iam.create_policy, PolicyName=name.upper(), Path="/x/", PolicyDocument=PULL)
    assert (status, code) == (409, "EntityAlreadyExists")
    assert message == f"A policy called {name.upper()} already exists. Duplicate names are not allowed."


def test_a_policy_is_found_by_its_whole_arn_only(iam: Any, policy: str, refused: Refused) -> None:
    other = policy.replace(":policy/", ":policy/x/")
    assert refused(iam.get_policy, PolicyArn=other) == (404, "NoSuchEntity", f"Policy {other} was not found.")
    assert refused(iam.get_policy, PolicyArn="arn:aws:s3:::bucket/thing")[1] == "InvalidInput"


def test_documents_are_checked(iam: Any, refused: Refused) -> None:
    for text in ("{}", "no JSON", document("pull"), document("ecr:*", Principal="*")):
        status, code, _ = refused(iam.create_policy, PolicyName="never", PolicyDocument=text)
        assert (status, code) == (400, "MalformedPolicyDocument")


def test_white_space_does_not_count_towards_the_size(iam: Any, new: Callable[[], str], refused: Refused) -> None:
    long = document(*(f"ecr:{'A' * 100}{number}" for number in range(70)))
    assert refused(iam.create_policy, PolicyName="never", PolicyDocument=long)[:2] == (409, "LimitExceeded")
    padded = json.dumps(json.loads(PULL), indent=1) + " " * 7000
    arn = iam.create_policy(PolicyName=new(), PolicyDocument=padded)["Policy"]["Arn"]
    iam.delete_policy(PolicyArn=arn)


def test_listings_tell_whose_policies_there_are(iam: Any, policy: str) -> None:
    assert ADMIN in arns(iam, Scope="AWS")
    assert policy not in arns(iam, Scope="AWS")
    assert policy in arns(iam, Scope="Local")
    assert ADMIN not in arns(iam, Scope="Local")
    both = arns(iam)
    assert {ADMIN, policy} <= set(both)
    assert both == arns(iam, PaginationConfig={"PageSize": 3})
    assert len(both) == len(set(both))


def test_listings_by_path(iam: Any, new: Callable[[], str]) -> None:
    name = new()
    arn = iam.create_policy(PolicyName=name, Path=f"/{name}/deep/", PolicyDocument=PULL)["Policy"]["Arn"]
    assert arns(iam, PathPrefix=f"/{name}/") == [arn]
    iam.delete_policy(PolicyArn=arn)


def test_listings_by_use(iam: Any, policy: str, user: str) -> None:
    assert policy not in arns(iam, OnlyAttached=True)
    iam.attach_user_policy(UserName=user, PolicyArn=policy)
    assert policy in arns(iam, OnlyAttached=True)
    assert policy in arns(iam, PolicyUsageFilter="PermissionsPolicy")
    assert policy not in arns(iam, PolicyUsageFilter="PermissionsBoundary")
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=policy)
    assert policy in arns(iam, PolicyUsageFilter="PermissionsBoundary", Scope="Local")
    found = iam.get_policy(PolicyArn=policy)["Policy"]
    assert (found["AttachmentCount"], found["PermissionsBoundaryUsageCount"]) == (1, 1)
    iam.detach_user_policy(UserName=user, PolicyArn=policy)
    iam.delete_user_permissions_boundary(UserName=user)


def test_a_policy_in_use_stays(iam: Any, policy: str, user: str, refused: Refused) -> None:
    iam.attach_user_policy(UserName=user, PolicyArn=policy)
    assert refused(iam.delete_policy, PolicyArn=policy) == (
        409,
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    )
    iam.detach_user_policy(UserName=user, PolicyArn=policy)
    iam.delete_policy(PolicyArn=policy)
    assert refused(iam.get_policy, PolicyArn=policy)[:2] == (404, "NoSuchEntity")


def test_tags(iam: Any, policy: str, refused: Refused) -> None:
    iam.tag_policy(PolicyArn=policy, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    iam.tag_policy(PolicyArn=policy, Tags=[{"Key": "a", "Value": "3"}])
    first = iam.list_policy_tags(PolicyArn=policy, MaxItems=1)
    assert (first["Tags"], first["IsTruncated"]) == ([{"Key": "a", "Value": "3"}], True)
    second = iam.list_policy_tags(PolicyArn=policy, Marker=first["Marker"])
    assert (second["Tags"], second["IsTruncated"]) == ([{"Key": "b", "Value": "2"}], False)
    iam.untag_policy(PolicyArn=policy, TagKeys=["a", "unknown"])
    assert iam.list_policy_tags(PolicyArn=policy)["Tags"] == [{"Key": "b", "Value": "2"}]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    assert refused(iam.tag_policy, PolicyArn=policy, Tags=many)[1] == "LimitExceeded"
    twice = [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]
    assert refused(iam.tag_policy, PolicyArn=policy, Tags=twice)[1] == "InvalidInput"


def test_aws_policies_are_there_and_stay_as_they_are(iam: Any, refused: Refused) -> None:
    found = iam.get_policy(PolicyArn=ADMIN)["Policy"]
    assert (found["PolicyName"], found["Path"], found["DefaultVersionId"]) == ("AdministratorAccess", "/", "v1")
    text = iam.get_policy_version(PolicyArn=ADMIN, VersionId="v1")["PolicyVersion"]["Document"]
    assert text["Statement"][0]["Effect"] == "Allow"
    assert iam.list_policy_tags(PolicyArn=ADMIN)["Tags"] == []
    tags = [{"Key": "a", "Value": "1"}]
    for call, more in (
        (iam.delete_policy, {}),
        (iam.create_policy_version, {"PolicyDocument": PULL}),
        (iam.set_default_policy_version, {"VersionId": "v1"}),
        (iam.delete_policy_version, {"VersionId": "v1"}),
        (iam.tag_policy, {"Tags": tags}),
        (iam.untag_policy, {"TagKeys": ["a"]}),
    ):
        assert refused(call, PolicyArn=ADMIN, **more)[:2] == (403, "AccessDenied")
    unknown = "arn:aws:iam::aws:policy/NobodyHasThis"
    assert refused(iam.get_policy, PolicyArn=unknown)[:2] == (404, "NoSuchEntity")
