"""Every finding says why, and what it suggests is a policy in which it is not found again."""

from __future__ import annotations

import json
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.rules.iam.document import Kind, Policy, parse_policy
from entrepot.rules.iam.finding import LEFT_OUT, Code, Finding
from entrepot.rules.iam.lint import lint
from tests.rules.iam.build import HOME, Json, repository, user

ISSUER = "token.actions.githubusercontent.com"
TEAM = "${aws:PrincipalTag/team}"
ACTIONS = (
    *("ecr:*", "*", "ecr:Batch*", "ecr:PutImage", "ecr:BatchGetImage", "ecr:BatchDeleteImage", "ecr:TagResource"),
    *("ecr:GetAuthorizationToken", "ecr:BatchGetImages", "ecr:Nothing", "ecr:UntagResource", "ecr:CreateRepository"),
    *("ecr:PutRegistryPolicy", "s3:GetObject", "ecr:P?tImage", "sts:Nothing"),
)
RESOURCES = ("*", repository(), "arn:aws:s3:::bucket", f"arn:aws:ecr:*:${{aws:userid}}:repository/{TEAM}", "arn:aws:e*")
OPERATORS = (
    *("StringEquals", "StringNotLike", "IpAddress", "NotIpAddress", "Bool", "ArnLike", "NumericLessThan", "Null"),
    *("ForAllValues:StringEquals", "ForAnyValue:StringLike", "StringEqualsIfExists", "stringlike", "StringNotEquals"),
)
KEYS = (
    *("aws:SourceIp", "aws:SourceIpp", "aws:TagKeys", "aws:PrincipalArn", "aws:MultiFactorAuthPresent", "ecr:Nothing"),
    *("aws:ResourceTag/team", "aws:RequestTag/team", "ecr:AccountSetting", "AWS:sourceip", f"{ISSUER}:sub"),
)
VALUES = ("a", "a*", "10.0.0.0/8", "true", TEAM, "${aws:userid}", "*", "0.0.0.0/0", "team")
PRINCIPALS = (
    *("*", {"AWS": "*"}, {"AWS": [HOME, user().arn]}, {"AWS": HOME}, {"Service": "ecr.amazonaws.com"}),
    {"Federated": f"arn:aws:iam::{HOME}:oidc-provider/{ISSUER}"},
)


def some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=4)


CONDITIONS = st.dictionaries(
    st.sampled_from(OPERATORS), st.dictionaries(st.sampled_from(KEYS), some(VALUES), min_size=1, max_size=2), max_size=3
)


@st.composite
def statements(draw: st.DrawFn, kind: Kind) -> Json:
    effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
    made: Json = {"Effect": effect}
    if kind in {"resource", "registry", "trust", "key"}:
        negated = kind != "trust" and effect == "Deny" and draw(st.booleans())
        made["NotPrincipal" if negated else "Principal"] = draw(st.sampled_from(PRINCIPALS))
    actions = draw(some(ACTIONS if kind != "trust" else ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:No")))
    made["NotAction" if draw(st.integers(0, 5)) == 0 else "Action"] = actions
    if kind != "trust" and (kind != "resource" or draw(st.booleans())):
        made["NotResource" if draw(st.integers(0, 5)) == 0 else "Resource"] = draw(some(RESOURCES))
    if condition := draw(CONDITIONS):
        made["Condition"] = condition
    return made


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    kind: Kind = draw(st.sampled_from(get_args(Kind)))
    made = draw(st.lists(statements(kind), min_size=1, max_size=3))
    version = draw(st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]))
    return parse_policy(json.dumps({"Version": version, "Statement": made}), kind)


def improved(policy: Policy, found: Finding) -> Policy | None:
    """The policy as the finding suggests; None where nothing would be left of it."""
    assert found.suggestion is not None
    made: list[Any] = [json.loads(each.written) for each in policy.statements]
    if found.suggestion == LEFT_OUT:
        del made[found.statement or 0]
    elif found.statement is not None:
        made[found.statement] = json.loads(found.suggestion)
    elif "Statement" in (whole := json.loads(found.suggestion)):
        return parse_policy(found.suggestion, policy.kind)
    else:
        made.append(whole)
    return parse_policy(json.dumps({"Version": policy.version, "Statement": made}), policy.kind) if made else None


def found_again(found: Finding, better: Policy) -> list[Finding]:
    again = [each for each in lint(better, HOME) if (each.code, each.statement) == (found.code, found.statement)]
    several_causes = found.code in {"never-applies", "value-never-matches"}
    return [each for each in again if each.why == found.why or not several_causes]


def test_what_is_suggested_is_a_policy_without_the_finding() -> None:
    seen: set[Code] = set()

    @settings(max_examples=300, derandomize=True)
    @given(policies())
    def check(policy: Policy) -> None:
        for found in lint(policy, HOME):
            seen.add(found.code)
            assert len(found.why) > 20
            better = improved(policy, found) if found.suggestion is not None else None
            if better is not None and found.suggestion != LEFT_OUT:
                assert found_again(found, better) == []

    check()
    assert seen == set(get_args(Code))


@settings(max_examples=100)
@given(policies())
def test_a_statement_has_each_finding_once(policy: Policy) -> None:
    found = [(each.code, each.statement, each.why) for each in lint(policy, HOME)]
    assert len(found) == len(set(found))
    kinds = [(code, statement) for code, statement, _ in found if code != "never-applies"]
    assert len(kinds) == len(set(kinds))


@settings(max_examples=100)
@given(policies())
def test_a_suggestion_is_missing_only_where_two_conditions_would_become_one(policy: Policy) -> None:
    for found in lint(policy, HOME):
        if found.suggestion is None:
            assert len(policy.statements[found.statement or 0].conditions) > 1
