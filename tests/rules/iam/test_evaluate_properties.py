"""What holds of every decision."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from entrepot.rules.iam.decision import PolicySet
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.explain import denial_text, explain
from tests.rules.iam.build import Json, named, statement
from tests.rules.iam.differences import policies
from tests.rules.iam.generate import Case, Generator

cases = st.integers(0, 2**32).map(lambda seed: Generator(seed).case())
seeds = st.integers(0, 2**32)
MANY = settings(max_examples=300)


def decided(case: Case) -> bool:
    return evaluate(case.request, policies(case)).allowed


def with_statement(document: Json | None, more: Json, *, version: str = "2012-10-17") -> Json:
    found = [] if document is None else document["Statement"]
    return {
        "Version": version,
        **(document or {}),
        "Statement": [*(found if isinstance(found, list) else [found]), more],
    }


@MANY
@given(cases, st.sampled_from(["identity", "boundary", "session", "resource", "registry"]))
def test_a_denial_of_everything_denies(case: Case, layer: str) -> None:
    everything = named("resource", statement("Deny", "*", Principal="*"))
    if layer == "registry":
        assume(case.kind == "resource" and case.scope == "V2")
        changed = replace(policies(case), registry=everything)
    elif layer == "resource":
        changed = replace(policies(case), resource=everything)
    else:
        own = named(layer, statement("Deny", "*"))  # type: ignore[arg-type]
        changed = replace(policies(case), **{layer: own if layer == "boundary" else (own,)})
    assert evaluate(case.request, changed).reason == "explicit-deny"


@MANY
@given(cases, seeds)
def test_one_more_denial_never_allows(case: Case, seed: int) -> None:
    more = Generator(seed).statement(case.request.action, None, trust=False) | {"Effect": "Deny"}
    denying = replace(case, identity=(*case.identity, {"Version": "2012-10-17", "Statement": more}))
    assert decided(case) or not decided(denying)
    if case.kind == "resource":
        of_resource = more | {"Principal": Generator(seed).principals(case.request.principal)}
        assert decided(case) or not decided(replace(case, resource=with_statement(case.resource, of_resource)))


@MANY
@given(cases, seeds)
def test_one_more_allowance_never_denies(case: Case, seed: int) -> None:
    more = Generator(seed).statement(case.request.action, None, trust=False) | {"Effect": "Allow"}
    allowing = replace(case, identity=(*case.identity, {"Version": "2012-10-17", "Statement": more}))
    assert not decided(case) or decided(allowing)
    if case.kind == "resource":
        of_resource = more | {"Principal": Generator(seed).principals(case.request.principal)}
        assert not decided(case) or decided(replace(case, resource=with_statement(case.resource, of_resource)))


@MANY
@given(cases)
def test_order_does_not_matter(case: Case) -> None:
    def reversed_in(document: Json | None) -> Json | None:
        if document is None or not isinstance(document["Statement"], list):
            return document
        return {**document, "Statement": list(reversed(document["Statement"]))}

    other = replace(
        case,
        identity=tuple(reversed([reversed_in(each) or each for each in case.identity])),
        boundary=reversed_in(case.boundary),
        session=None if case.session is None else tuple(reversed([reversed_in(each) or each for each in case.session])),
        resource=reversed_in(case.resource),
        registry=reversed_in(case.registry),
    )
    one, two = evaluate(case.request, policies(case)), evaluate(case.request, policies(other))
    assert (one.allowed, one.reason, one.layer) == (two.allowed, two.reason, two.layer)


@MANY
@given(cases)
def test_the_decision_names_a_statement_that_applies(case: Case) -> None:
    found = policies(case)
    decision = evaluate(case.request, found)
    assert (decision.by is None) == (decision.reason not in {"allowed", "explicit-deny"})
    if decision.by is None:
        return
    known = [*found.identity, found.boundary, *(found.session or ()), found.resource, found.registry]
    sources = {each.source: each for each in known if each is not None}
    statements = [each.policy.statements for each in known if each is not None and each.source == decision.by.source]
    assert decision.by.source in sources
    effect = "Allow" if decision.allowed else "Deny"
    assert any(len(each) > decision.by.index and each[decision.by.index].effect == effect for each in statements)


@MANY
@given(cases)
def test_the_explanation_comes_to_the_same(case: Case) -> None:
    decision = evaluate(case.request, policies(case))
    steps = explain(case.request, policies(case))
    assert steps[-1].effect == ("allow" if decision.allowed else "deny")
    assert any(step.effect == "deny" for step in steps[:-1]) == (decision.reason == "explicit-deny")
    if not decision.allowed:
        assert denial_text(decision, case.request) in steps[-1].text


@MANY
@given(cases)
def test_without_policies_only_the_root_at_home_may(case: Case) -> None:
    principal = case.request.principal
    at_home = principal.kind == "root" and principal.account == case.request.resource_account
    assert evaluate(case.request, PolicySet()).allowed is at_home
