"""The decisions that AWS documents, one by one.

Sources: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access" (with its table of
resource-based policies and implicit denies), "Cross-account policy evaluation logic", "Permissions boundaries".
"""

from __future__ import annotations

from typing import Any, Literal

import pytest

from entrepot.rules.iam.decision import Decider, Decision, NamedPolicy, PolicySet
from entrepot.rules.iam.evaluate import ANONYMOUS_ACTIONS, evaluate
from entrepot.rules.iam.request import ANONYMOUS, AccessRequest, PrincipalFacts
from tests.rules.iam import build
from tests.rules.iam.build import AWAY, HOME, named, owns, request, statement

BOB, CI, ROOT = build.user(), build.role(), build.root()
ROLE = f"arn:aws:iam::{HOME}:role/ci"
SCOPES: tuple[Literal["V1"], Literal["V2"]] = ("V1", "V2")
ALLOW, DENY = statement(), statement("Deny")
ELSE = statement(action="s3:*")


def of_resource(*principals: str, effect: str = "Allow") -> NamedPolicy:
    whom = "*" if principals == ("*",) else {"AWS": list(principals)}
    return named("resource", {"Effect": effect, "Principal": whom, "Action": "ecr:*"}, name="prod/app")


def of_registry(*principals: str, effect: str = "Allow") -> NamedPolicy:
    whom = "*" if principals == ("*",) else {"AWS": list(principals)}
    return named("registry", statement(effect, Principal=whom), name="registry policy")


def allowed(asked: AccessRequest, policies: PolicySet) -> bool:
    return evaluate(asked, policies).allowed


@pytest.mark.parametrize("principal", [BOB, CI])
def test_nothing_is_allowed_by_nothing(principal: PrincipalFacts) -> None:
    decision = evaluate(request(principal), PolicySet())
    assert decision == Decision(allowed=False, reason="not-allowed", layer="identity")


@pytest.mark.parametrize("principal", [BOB, CI])
def test_a_principal_s_own_policy_suffices_at_home(principal: PrincipalFacts) -> None:
    decision = evaluate(request(principal), owns(ELSE, statement(Sid="Pull")))
    assert decision == Decision(allowed=True, reason="allowed", layer="identity", by=Decider("p", "inline", 1, "Pull"))


def test_a_resource_s_policy_suffices_at_home() -> None:
    decision = evaluate(request(BOB), PolicySet(resource=of_resource(BOB.arn)))
    by = Decider("prod/app", "resource", 0, None)
    assert decision == Decision(allowed=True, reason="allowed", layer="resource", by=by)


@pytest.mark.parametrize(
    ("name", "principal", "identity", "boundary", "session", "expected"),
    [
        # AWS's table: what an implicit deny elsewhere does to what a resource's policy allows.
        (BOB.arn, BOB, False, False, None, True),
        (ROLE, CI, False, None, None, True),
        (ROLE, CI, False, False, None, False),
        (ROLE, CI, False, None, False, False),
        (ROLE, CI, False, True, True, True),
        (ROLE, CI, True, False, True, False),
        (CI.arn, CI, False, False, False, True),
        ("*", CI, False, False, False, True),
        ("*", BOB, False, False, None, True),
        # To name the account leaves it to the account.
        (HOME, BOB, False, None, None, False),
        (HOME, BOB, True, None, None, True),
        (HOME, CI, False, None, None, False),
        (HOME, CI, True, False, None, False),
    ],
)
def test_a_resource_s_policy_and_what_says_nothing(
    name: str, principal: PrincipalFacts, *, identity: bool, boundary: bool | None, session: bool | None, expected: bool
) -> None:
    policies = PolicySet(
        identity=(named("identity", ALLOW if identity else ELSE),),
        boundary=None if boundary is None else named("boundary", ALLOW if boundary else ELSE),
        session=None if session is None else (named("session", ALLOW if session else ELSE),),
        resource=of_resource(name),
    )
    assert allowed(request(principal), policies) is expected


@pytest.mark.parametrize("layer", ["identity", "boundary", "session", "resource", "registry"])
@pytest.mark.parametrize("principal", [BOB, CI, ROOT, build.user(account=AWAY)])
def test_an_explicit_deny_anywhere_wins(layer: str, principal: PrincipalFacts) -> None:
    everything: dict[str, Any] = {
        "identity": (named("identity", ALLOW),),
        "boundary": named("boundary", ALLOW),
        "session": (named("session", ALLOW),),
        "resource": of_resource("*"),
        "registry": of_resource("*"),
    }
    assert allowed(request(principal), PolicySet(**everything))
    kind: Any = "resource" if layer == "registry" else layer
    extra = {"Principal": "*"} if kind == "resource" else {}
    denial = named(kind, ALLOW | extra, DENY | extra, name="denying")
    denied: dict[str, Any] = everything | {layer: (denial,) if layer in {"identity", "session"} else denial}
    decision = evaluate(request(principal), PolicySet(**denied))
    assert (decision.allowed, decision.reason, decision.layer) == (False, "explicit-deny", kind)
    assert decision.by is not None
    assert (decision.by.policy, decision.by.index) == ("denying", 1)


@pytest.mark.parametrize(
    ("identity", "boundary", "session", "layer"),
    [
        (True, None, None, None),
        (True, True, None, None),
        (True, None, True, None),
        (True, True, True, None),
        (True, False, None, "boundary"),
        (True, True, False, "session"),
        (False, True, True, "identity"),
        (False, False, False, "identity"),
    ],
)
@pytest.mark.parametrize("account", [HOME, AWAY])
def test_boundary_and_session_intersect(
    account: str, *, identity: bool, boundary: bool | None, session: bool | None, layer: str | None
) -> None:
    within = named("session", ALLOW if session else ELSE)
    policies = PolicySet(
        identity=(named("identity", ALLOW if identity else ELSE),),
        boundary=None if boundary is None else named("boundary", ALLOW if boundary else ELSE),
        session=None if session is None else (named("session", ELSE), within),
        resource=None if account == HOME else of_resource(HOME),
    )
    decision = evaluate(request(CI, account=account), policies)
    assert decision.allowed is (layer is None)
    assert decision.layer == (layer or "identity")


def test_no_session_policy_at_all_allows_nothing() -> None:
    assert not allowed(request(CI), PolicySet(identity=(named("identity", ALLOW),), session=()))


@pytest.mark.parametrize("name", ["*", AWAY, "principal"])
@pytest.mark.parametrize("principal", [build.user(account=AWAY), build.role(account=AWAY)])
def test_another_account_s_resources_need_both(name: str, principal: PrincipalFacts) -> None:
    resource = of_resource(principal.role_arn or principal.arn if name == "principal" else name)
    identity = (named("identity", ALLOW),)
    assert allowed(request(principal), PolicySet(identity=identity, resource=resource))
    assert evaluate(request(principal), PolicySet(resource=resource)).layer == "identity"
    assert evaluate(request(principal), PolicySet(identity=identity)).layer == "resource"
    assert not allowed(request(principal), PolicySet(identity=identity, resource=of_resource(HOME)))


def test_the_root_may_do_everything_at_home_that_is_not_denied() -> None:
    assert evaluate(request(ROOT), PolicySet()) == Decision(allowed=True, reason="root")
    assert not allowed(request(ROOT), PolicySet(resource=of_resource("*", effect="Deny")))
    assert not allowed(request(ROOT), PolicySet(resource=of_resource(HOME, effect="Deny")))
    assert allowed(request(ROOT), PolicySet(resource=of_resource(BOB.arn, effect="Deny")))


def test_the_root_of_another_account_needs_the_resource_s_policy() -> None:
    away = build.root(AWAY)
    assert not allowed(request(away), PolicySet())
    assert allowed(request(away), PolicySet(resource=of_resource(AWAY)))
    assert not allowed(request(away), PolicySet(resource=of_resource(HOME)))


def test_who_has_no_policies_needs_the_resource_s() -> None:
    service, web = build.service(), build.federated()
    for principal, element in ((service, {"Service": service.arn}), (web, {"Federated": web.arn}), (service, "*")):
        policy = named("resource", {"Effect": "Allow", "Principal": element, "Action": "ecr:*"})
        assert allowed(request(principal), PolicySet(resource=policy))
        decision = evaluate(request(principal), PolicySet(identity=(named("identity", ALLOW),)))
        assert (decision.allowed, decision.layer) == (False, "resource")


@pytest.mark.parametrize(
    "action", ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
)
def test_anyone_can_pull_where_everyone_may(action: str) -> None:
    assert action.lower() in ANONYMOUS_ACTIONS
    assert allowed(request(ANONYMOUS, action), PolicySet(resource=of_resource("*")))
    assert not allowed(request(ANONYMOUS, action), PolicySet(resource=of_resource(HOME)))
    assert not allowed(request(ANONYMOUS, action), PolicySet(identity=(named("identity", ALLOW),)))


@pytest.mark.parametrize(
    "action", ["ecr:PutImage", "ecr:ListImages", "ecr:BatchDeleteImage", "ecr:GetAuthorizationToken"]
)
def test_anyone_can_only_pull(action: str) -> None:
    decision = evaluate(request(ANONYMOUS, action), PolicySet(resource=of_resource("*")))
    assert (decision.allowed, decision.reason) == (False, "not-for-anonymous")


def test_a_registry_policy_opens_nothing_to_callers_without_credentials() -> None:
    everyone, nobody = of_registry("*"), of_registry("*", effect="Deny")
    assert allowed(request(build.user(account=AWAY)), owns(ALLOW, registry=everyone))
    decision = evaluate(request(ANONYMOUS), PolicySet(registry=everyone))
    assert decision == Decision(allowed=False, reason="not-allowed", layer="resource")
    both = evaluate(request(ANONYMOUS), PolicySet(registry=everyone, resource=of_resource("*")))
    assert both.by == Decider("prod/app", "resource", 0, None)
    assert not allowed(request(ANONYMOUS), PolicySet(registry=nobody, resource=of_resource("*")))


@pytest.mark.parametrize("action", ["ecr:ReplicateImage", "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"])
def test_a_registry_policy_of_either_scope(action: str) -> None:
    for scope in SCOPES:
        for principal, name in ((BOB, BOB.arn), (build.user(account=AWAY), AWAY)):
            identity = (named("identity", ALLOW),) if principal.account == AWAY else ()
            policies = PolicySet(identity=identity, registry=of_resource(name), registry_scope=scope)
            assert allowed(request(principal, action), policies)
        denying = PolicySet(
            identity=(named("identity", ALLOW),), registry=of_resource("*", effect="Deny"), registry_scope=scope
        )
        assert not allowed(request(BOB, action), denying)


def test_a_registry_policy_of_the_first_scope_says_nothing_of_the_rest() -> None:
    for scope in SCOPES:
        granting = PolicySet(registry=of_resource(BOB.arn), registry_scope=scope)
        assert allowed(request(BOB), granting) is (scope == "V2")
        denying = PolicySet(
            identity=(named("identity", ALLOW),), registry=of_resource("*", effect="Deny"), registry_scope=scope
        )
        assert allowed(request(BOB), denying) is (scope == "V1")


def test_a_registry_policy_is_about_ecr_only() -> None:
    everything = named("registry", statement(action="*", Principal="*"))
    assert not allowed(request(BOB, "sts:AssumeRole", ROLE), PolicySet(registry=everything))


def test_both_policies_of_a_resource_count() -> None:
    both = PolicySet(resource=of_resource(ROLE), registry=of_resource(CI.arn), boundary=named("boundary", ELSE))
    assert evaluate(request(CI), both).by == Decider("prod/app", "resource", 0, None)
    assert not allowed(request(CI), PolicySet(resource=of_resource(ROLE), boundary=named("boundary", ELSE)))


def test_a_policy_without_principals_gives_nothing_to_a_resource() -> None:
    for principal in (BOB, build.user(account=AWAY), build.root(AWAY), build.service()):
        policies = PolicySet(resource=named("identity", ALLOW))
        assert not allowed(request(principal), policies)
    assert not allowed(request(build.user(account=AWAY)), owns(ALLOW, resource=named("identity", ALLOW)))


def test_not_principal_denies_whoever_has_a_boundary() -> None:
    denial = {"Effect": "Deny", "NotPrincipal": {"AWS": [HOME, BOB.arn]}, "Action": "ecr:*"}
    policies = owns(ALLOW, resource=named("resource", denial))
    assert allowed(request(BOB), policies)
    assert not allowed(request(build.user("alice")), policies)
    bounded = owns(ALLOW, resource=named("resource", denial), boundary=named("boundary", ALLOW))
    assert not allowed(request(BOB), bounded)


def test_action_names_have_no_case() -> None:
    assert allowed(request(BOB, "ECR:batchgetimage"), owns(statement(action="ecr:BATCHGetImage")))
    assert not allowed(request(ANONYMOUS, "ECR:PUTIMAGE"), PolicySet(resource=of_resource("*")))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Action": ["ecr:Put*", "ecr:Batch?etImage"]}, True),
        ({"Action": "ecr-public:*"}, False),
        ({"Action": None, "NotAction": "ecr:Put*"}, True),
        ({"Action": None, "NotAction": ["ecr:Put*", "ecr:*Get*"]}, False),
        ({"Resource": ["arn:aws:s3:::*", build.repository("prod/*")]}, True),
        ({"Resource": build.repository("dev/*")}, False),
        ({"Resource": None, "NotResource": build.repository("dev/*")}, True),
        ({"Resource": None, "NotResource": ["*"]}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}, False),
        ({"Resource": build.repository("${aws:PrincipalTag/team}/*")}, True),
        ({"Resource": build.repository("${aws:PrincipalTag/other}/*")}, False),
        ({"Resource": None, "NotResource": build.repository("${aws:PrincipalTag/other}/*")}, False),
    ],
)
def test_elements_of_a_statement(changes: dict[str, object], *, expected: bool) -> None:
    fields = {name: value for name, value in (ALLOW | changes).items() if value is not None}
    assert allowed(request(build.user(team="prod"), aws__SourceIp="192.0.2.1"), owns(fields)) is expected


def test_a_request_without_a_resource_needs_the_asterisk() -> None:
    asked = request(BOB, "ecr:GetAuthorizationToken", "*")
    assert allowed(asked, owns(ALLOW))
    assert not allowed(asked, owns(statement(resource="arn:aws:ecr:*:*:repository/*")))


class TestTrust:
    """A role's trust policy has to allow whoever assumes it."""

    def trust(self, element: object, action: str = "sts:AssumeRole") -> NamedPolicy:
        return named("trust", {"Effect": "Allow", "Principal": element, "Action": action}, name=ROLE)

    def asked(self, principal: PrincipalFacts, action: str = "sts:AssumeRole") -> AccessRequest:
        return request(principal, action, ROLE)

    def test_named_outright(self) -> None:
        assert allowed(self.asked(BOB), PolicySet(resource=self.trust({"AWS": BOB.arn})))

    def test_the_account_leaves_it_to_its_policies(self) -> None:
        trust = self.trust({"AWS": HOME})
        assert not allowed(self.asked(BOB), PolicySet(resource=trust))
        assert allowed(self.asked(BOB), owns(statement(action="sts:AssumeRole"), resource=trust))

    def test_nobody_else_may_whatever_their_policies(self) -> None:
        everything = statement(action="*")
        decision = evaluate(self.asked(BOB), owns(everything, resource=self.trust({"AWS": CI.arn})))
        assert (decision.allowed, decision.layer, decision.trust) == (False, "resource", True)
        assert not allowed(self.asked(ROOT), PolicySet(resource=self.trust({"AWS": AWAY})))

    def test_another_account_needs_both(self) -> None:
        away = build.user(account=AWAY)
        trust = self.trust({"AWS": away.arn})
        assert not allowed(self.asked(away), PolicySet(resource=trust))
        assert allowed(self.asked(away), owns(statement(action="sts:*"), resource=trust))

    def test_a_web_identity_needs_only_the_trust(self) -> None:
        web, action = build.federated(), "sts:AssumeRoleWithWebIdentity"
        assert allowed(self.asked(web, action), PolicySet(resource=self.trust({"Federated": web.arn}, action)))
        assert not allowed(self.asked(web, action), PolicySet(resource=self.trust({"AWS": HOME}, action)))
