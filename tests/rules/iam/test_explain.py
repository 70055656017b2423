from __future__ import annotations

import pytest

from entrepot.rules.iam.decision import NamedPolicy, PolicySet
from entrepot.rules.iam.document import Policy
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.explain import denial_text, explain
from entrepot.rules.iam.request import ANONYMOUS, AccessRequest, PrincipalFacts
from tests.rules.iam import build
from tests.rules.iam.build import AWAY, HOME, named, owns, request, statement

ALLOW, DENY, ELSE = statement(), statement("Deny"), statement(action="s3:*")
EVERYONE = {"Principal": "*"}
BEGINNING = (
    f"User: arn:aws:iam::{HOME}:user/bob is not authorized to perform: ecr:BatchGetImage "
    f"on resource: arn:aws:ecr:us-east-1:{HOME}:repository/prod/app "
)


@pytest.mark.parametrize(
    ("policies", "ending"),
    [
        (PolicySet(), "because no identity-based policy allows the ecr:BatchGetImage action"),
        (
            owns(ALLOW, boundary=named("boundary", ELSE)),
            "because no permissions boundary allows the ecr:BatchGetImage action",
        ),
        (
            owns(ALLOW, session=(named("session", ELSE),)),
            "because no session policy allows the ecr:BatchGetImage action",
        ),
        (owns(ALLOW, DENY), "with an explicit deny in an identity-based policy"),
        (owns(ALLOW, resource=named("resource", DENY | EVERYONE)), "with an explicit deny in a resource-based policy"),
        (owns(ALLOW, registry=named("registry", DENY | EVERYONE)), "with an explicit deny in a resource-based policy"),
        (owns(ALLOW, boundary=named("boundary", DENY)), "with an explicit deny in a permissions boundary"),
        (owns(ALLOW, session=(named("session", DENY),)), "with an explicit deny in a session policy"),
    ],
)
def test_denials_are_in_the_words_of_aws(policies: PolicySet, ending: str) -> None:
    asked = request()
    assert denial_text(evaluate(asked, policies), asked) == BEGINNING + ending


def test_another_account_s_denial() -> None:
    asked = request(build.user(account=AWAY))
    text = denial_text(evaluate(asked, owns(ALLOW)), asked)
    assert text.endswith("because no resource-based policy allows the ecr:BatchGetImage action")
    assert text.startswith(f"User: arn:aws:iam::{AWAY}:user/bob is")


@pytest.mark.parametrize(
    ("trust", "ending"),
    [
        (
            {"Effect": "Allow", "Action": "sts:*", "Principal": {"AWS": AWAY}},
            "because no role trust policy allows the sts:AssumeRole action",
        ),
        (
            {"Effect": "Deny", "Action": "sts:*", "Principal": "*"},
            "with an explicit deny in the role trust policy",
        ),
    ],
)
def test_denials_of_roles(trust: dict[str, object], ending: str) -> None:
    role = f"arn:aws:iam::{HOME}:role/ci"
    asked = request(action="sts:AssumeRole", resource=role)
    policies = owns(statement(action="*"), resource=named("trust", trust))
    text = denial_text(evaluate(asked, policies), asked)
    assert text == f"User: {build.user().arn} is not authorized to perform: sts:AssumeRole on resource: {role} {ending}"


def test_anonymous_callers_are_told_what_they_may() -> None:
    asked = request(ANONYMOUS, "ecr:PutImage")
    text = denial_text(evaluate(asked, PolicySet(resource=named("resource", ALLOW | EVERYONE))), asked)
    assert text.endswith("because callers without credentials can only pull")


def lines(asked: AccessRequest, policies: PolicySet) -> str:
    steps = explain(asked, policies)
    return "\n".join(line for step in steps for line in (f"[{step.effect}] {step.text}", *step.details))


def test_an_explanation_from_question_to_answer() -> None:
    policies = PolicySet(
        identity=(
            named(
                "identity",
                statement(action="ecr:PutImage", Sid="Push"),
                statement(resource=build.repository("dev/*")),
                statement(Condition={"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.1"]}}),
                statement(Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}),
                statement(Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
                name="team",
            ),
        ),
        boundary=named("boundary", ALLOW, name="limit"),
        resource=named(
            "resource", ALLOW | {"Principal": {"AWS": AWAY}}, ALLOW | {"Principal": {"AWS": HOME}}, name="prod/app"
        ),
    )
    assert lines(request(aws__SourceIp="203.0.113.1", aws__TagKeys=("b", "c")), policies).split("\n") == [
        (
            f"[none] arn:aws:iam::{HOME}:user/bob (user of account {HOME}) asks for ecr:BatchGetImage on "
            f"arn:aws:ecr:us-east-1:{HOME}:repository/prod/app in the same account"
        ),
        (
            "[allow] Policies of the resource allow it: statement 2 of resource policy prod/app, "
            "which leaves it to the principal's account"
        ),
        "statement 1 of resource policy prod/app (Allow) does not apply: it is not about this principal",
        "statement 2 of resource policy prod/app (Allow) applies",
        "[none] The principal's own policies say nothing about it",
        "statement 1 'Push' of inline policy team (Allow) does not apply: it is not about this action",
        "statement 2 of inline policy team (Allow) does not apply: it is not about this resource",
        (
            "statement 3 of inline policy team (Allow) does not apply: "
            "IpAddress aws:SourceIp 192.0.2.0/24, 198.51.100.1 is not met by '203.0.113.1'"
        ),
        (
            "statement 4 of inline policy team (Allow) does not apply: ForAnyValue:StringEquals aws:TagKeys a "
            "is not met by 'b, c'"
        ),
        (
            "statement 5 of inline policy team (Allow) does not apply: StringEquals aws:SourceVpce vpce-1 "
            "is not met, as the request has no aws:SourceVpce"
        ),
        "[allow] The permissions boundary allows it: statement 1 of boundary policy limit",
        "statement 1 of boundary policy limit (Allow) applies",
        "[absent] The session's policies: there are none",
        f"[deny] Denied. {BEGINNING}because no identity-based policy allows the ecr:BatchGetImage action",
    ]


@pytest.mark.parametrize(
    ("principal", "policies", "last"),
    [
        (build.user(), owns(statement(Sid="All")), "[allow] Allowed by statement 1 'All' of inline policy p"),
        (
            build.root(),
            PolicySet(),
            "[allow] Allowed: the root of an account may do everything in it that no policy denies",
        ),
    ],
)
def test_allowances(principal: PrincipalFacts, policies: PolicySet, last: str) -> None:
    assert lines(request(principal), policies).split("\n")[-1] == last


def test_an_explicit_denial_is_a_step() -> None:
    found = lines(request(), owns(ALLOW, DENY))
    assert "[deny] The principal's own policies deny it: statement 2 of inline policy p" in found


def test_a_boundary_without_statements_is_not_absent() -> None:
    empty = NamedPolicy("gone", Policy("boundary", "2012-10-17", ()), "boundary")
    found = lines(request(), owns(ALLOW, boundary=empty))
    assert "[none] The permissions boundary says nothing about it" in found


def test_services_have_no_policies_of_their_own() -> None:
    assert "[absent] The principal's own policies: a principal of this kind has none" in lines(
        request(build.service()), PolicySet()
    )
