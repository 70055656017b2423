"""The policy simulator, which decides as the doors do."""

from __future__ import annotations

import json
from typing import Any

from tests.iam_policies.conftest import PULL, Refused, document

APP = "arn:aws:ecr:eu-central-1:123456789012:repository/app"
OTHER = "arn:aws:ecr:eu-central-1:123456789012:repository/other"
ABROAD = "arn:aws:ecr:eu-central-1:999999999999:repository/app"
BOB = "arn:aws:iam::123456789012:user/bob"


def custom(iam: Any, *policies: str, action: str = "ecr:BatchGetImage", **more: Any) -> Any:
    answer = iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=[action], **more)
    (result,) = answer["EvaluationResults"]
    return result


def resource_policy(principal: str, *actions: str, effect: str = "Allow") -> str:
    statement = {"Effect": effect, "Principal": {"AWS": principal}, "Action": list(actions)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_the_three_decisions(iam: Any) -> None:
    assert custom(iam, PULL)["EvalDecision"] == "allowed"
    assert custom(iam, PULL, action="ecr:PutImage")["EvalDecision"] == "implicitDeny"
    assert custom(iam, PULL, document("ecr:*", effect="Deny"))["EvalDecision"] == "explicitDeny"


def test_the_statements_that_decided_and_where_they_stand(iam: Any) -> None:
    statement = '{"Effect": "Deny", "Action": "*", "Resource": "*"}'
    deny = f'{{\n  "Version": "2012-10-17",\n  "Statement": [\n    {statement}\n  ]\n}}'
    (matched,) = custom(iam, PULL, deny)["MatchedStatements"]
    assert (matched["SourcePolicyId"], matched["SourcePolicyType"]) == ("PolicyInputList.2", "none")
    assert matched["StartPosition"] == {"Line": 4, "Column": 5}
    assert matched["EndPosition"] == {"Line": 4, "Column": 55}
    assert custom(iam, PULL, action="ecr:PutImage")["MatchedStatements"] == []


def test_each_resource_by_itself_and_the_worst_of_all(iam: Any) -> None:
    found = custom(iam, document("ecr:BatchGetImage", resource=APP), ResourceArns=[APP, OTHER])
    by_resource = {each["EvalResourceName"]: each["EvalResourceDecision"] for each in found["ResourceSpecificResults"]}
    assert by_resource == {APP: "allowed", OTHER: "implicitDeny"}
    assert found["EvalDecision"] == "implicitDeny"
    assert found["EvalResourceName"] == "arn:${Partition}:ecr:${Region}:${Account}:repository/${RepositoryName}"


def test_context_that_is_missing_and_context_that_is_given(iam: Any) -> None:
    by_tag = document("ecr:*", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
    missing = custom(iam, by_tag)
    assert missing["EvalDecision"] == "implicitDeny"
    assert missing["MissingContextValues"] == ["aws:PrincipalTag/team", "aws:ResourceTag/team"]
    entries = [
        {"ContextKeyName": name, "ContextKeyValues": ["a"], "ContextKeyType": "string"}
        for name in ("aws:ResourceTag/team", "aws:PrincipalTag/team")
    ]
    given = custom(iam, by_tag, ContextEntries=entries)
    assert (given["EvalDecision"], given["MissingContextValues"]) == ("allowed", [])
    keys = document("ecr:*", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}})
    for values, decision in ((["a", "b"], "allowed"), (["a", "c"], "implicitDeny")):
        entry = {"ContextKeyName": "aws:TagKeys", "ContextKeyValues": values, "ContextKeyType": "stringList"}
        assert custom(iam, keys, ContextEntries=[entry])["EvalDecision"] == decision


def test_a_boundary_is_told_apart(iam: Any) -> None:
    within: dict[str, Any] = {"PermissionsBoundaryPolicyInputList": [document("ecr:PutImage")]}
    found = custom(iam, document("ecr:*"), **within)
    assert found["EvalDecision"] == "implicitDeny"
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    found = custom(iam, document("ecr:*"), action="ecr:PutImage", **within)
    assert (found["EvalDecision"], found["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"]) == (
        "allowed",
        True,
    )


def test_policies_of_resources(iam: Any) -> None:
    allow = resource_policy(BOB, "ecr:BatchGetImage")
    home: dict[str, Any] = {"ResourceArns": [APP], "CallerArn": BOB, "ResourcePolicy": allow}
    found = custom(iam, document("s3:*"), **home)
    assert found["EvalDecision"] == "allowed"
    assert [each["SourcePolicyType"] for each in found["MatchedStatements"]] == ["resource"]
    abroad = {**home, "ResourceArns": [ABROAD]}
    assert custom(iam, PULL, **abroad)["EvalDecision"] == "allowed"
    alone = custom(iam, document("s3:*"), **abroad)
    assert alone["EvalDecision"] == "implicitDeny"
    assert alone["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}


def test_what_a_user_may_do_by_all_that_they_have(iam: Any, user: str, group: str, policy: str) -> None:
    arn = iam.get_user(UserName=user)["User"]["Arn"]
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.put_group_policy(GroupName=group, PolicyName="push", PolicyDocument=document("ecr:PutImage"))
    iam.attach_user_policy(UserName=user, PolicyArn=policy)
    own = document("ecr:ListImages", resource="arn:aws:ecr:*:*:repository/${aws:username}")
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=own)
    asked = {
        "PolicySourceArn": arn,
        "ActionNames": ["ecr:PutImage", "ecr:BatchGetImage", "ecr:ListImages", "ecr:BatchDeleteImage"],
    }
    mine = f"arn:aws:ecr:eu-central-1:123456789012:repository/{user}"
    results = iam.simulate_principal_policy(**asked, ResourceArns=[mine])["EvaluationResults"]
    assert [each["EvalDecision"] for each in results] == ["allowed", "allowed", "allowed", "implicitDeny"]
    sources = [(each["SourcePolicyId"], each["SourcePolicyType"]) for r in results for each in r["MatchedStatements"]]
    name = policy.rpartition("/")[2]
    assert sources == [(f"group_{group}_push", "group"), (name, "user-managed"), (f"user_{user}_own", "user")]
    elsewhere = iam.simulate_principal_policy(**asked, ResourceArns=[APP])["EvaluationResults"]
    assert elsewhere[2]["EvalDecision"] == "implicitDeny"
    inline = {"PolicyName": "push", "AttachmentType": "group", "AttachmentName": group}
    for left_out, gone in (
        ({"PolicyType": "inline"}, [0, 2]),
        ({"PolicyType": "user-managed"}, [1]),
        ({"PolicyArn": policy[:-2] + "*"}, [1]),
        ({"PolicyArn": policy + "?"}, []),
        ({"InlinePolicyIdentifier": inline}, [0]),
    ):
        found = iam.simulate_principal_policy(**asked, ResourceArns=[mine], PolicyExclusionList=[left_out])
        decisions = [each["EvalDecision"] for each in found["EvaluationResults"]]
        assert decisions == ["implicitDeny" if n in gone else each["EvalDecision"] for n, each in enumerate(results)]
    pages = iam.get_paginator("simulate_principal_policy").paginate(**asked, PaginationConfig={"PageSize": 3})
    assert [[each["EvalActionName"] for each in page["EvaluationResults"]] for page in pages] == [
        asked["ActionNames"][:3],
        asked["ActionNames"][3:],
    ]


def test_what_cannot_be_simulated(iam: Any, role: str, refused: Refused) -> None:
    def code(**more: Any) -> str:
        return refused(iam.simulate_custom_policy, **{"PolicyInputList": [PULL], "ActionNames": ["ecr:A"], **more})[1]

    assert code(PolicyInputList=["{}"]) == "InvalidInput"
    assert code(ActionNames=["ecr:*"]) == "InvalidInput"
    assert code(ActionNames=["PutImage"]) == "InvalidInput"
    assert code(ResourceArns=["app"]) == "InvalidInput"
    assert code(ResourceHandlingOption="EC2-VPC-EBS") == "InvalidInput"
    assert code(ResourcePolicy=resource_policy(BOB, "ecr:*")) == "InvalidInput"
    arn = f"arn:aws:iam::123456789012:role/{role}"
    of_role = {"PolicySourceArn": arn, "ActionNames": ["ecr:PutImage"], "ResourcePolicy": resource_policy(BOB, "ecr:*")}
    assert refused(iam.simulate_principal_policy, **of_role)[1] == "InvalidInput"
    bad = {
        "PolicySourceArn": arn,
        "ActionNames": ["ecr:A"],
        "PolicyExclusionList": [{"PolicyArn": "arn:aws:iam::aws:policy/**"}],
    }
    assert refused(iam.simulate_principal_policy, **bad)[1] == "InvalidInput"
    gone = {"PolicySourceArn": BOB + "by", "ActionNames": ["ecr:PutImage"]}
    assert refused(iam.simulate_principal_policy, **gone)[:2] == (404, "NoSuchEntity")


def test_the_keys_that_policies_look_at(iam: Any, user: str, group: str, policy: str) -> None:
    by_tag = document("ecr:*", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
    from_here = document("ecr:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    keys = ["aws:PrincipalTag/team", "aws:ResourceTag/team"]
    found = iam.get_context_keys_for_custom_policy(PolicyInputList=[by_tag, by_tag, from_here])
    assert found["ContextKeyNames"] == [*keys, "aws:SourceIp"]
    iam.put_group_policy(GroupName=group, PolicyName="by-tag", PolicyDocument=by_tag)
    iam.add_user_to_group(GroupName=group, UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=policy)
    arn = iam.get_user(UserName=user)["User"]["Arn"]
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=arn)["ContextKeyNames"] == keys
    both = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn, PolicyInputList=[from_here])
    assert both["ContextKeyNames"] == [*keys, "aws:SourceIp"]
    iam.remove_user_from_group(GroupName=group, UserName=user)
    assert iam.get_context_keys_for_principal_policy(PolicySourceArn=arn)["ContextKeyNames"] == []


def test_no_keys_of_what_is_not_there(iam: Any, refused: Refused) -> None:
    keys_of = iam.get_context_keys_for_principal_policy
    assert refused(keys_of, PolicySourceArn=BOB)[:2] == (404, "NoSuchEntity")
    assert refused(keys_of, PolicySourceArn=f"{BOB}:x")[:2] == (400, "InvalidInput")
    assert refused(iam.get_context_keys_for_custom_policy, PolicyInputList=["{}"])[:2] == (400, "InvalidInput")


def test_a_tag_in_the_context_hides_the_users_own_whatever_its_case(iam: Any, user: str) -> None:
    by_tag = document("ecr:*", Condition={"StringEquals": {"aws:PrincipalTag/Team": "own"}})
    iam.tag_user(UserName=user, Tags=[{"Key": "Team", "Value": "own"}])
    arn = iam.get_user(UserName=user)["User"]["Arn"]
    ask = {"PolicySourceArn": arn, "PolicyInputList": [by_tag], "ActionNames": ["ecr:PutImage"]}
    entry = {"ContextKeyName": "aws:PrincipalTag/TEAM", "ContextKeyValues": ["other"], "ContextKeyType": "string"}
    for entries, decision in (([], "allowed"), ([entry], "implicitDeny")):
        (result,) = iam.simulate_principal_policy(**ask, ContextEntries=entries)["EvaluationResults"]
        assert result["EvalDecision"] == decision
