"""What the oracle is known to decide otherwise, each as a change to a case that makes up for it.

`differences.md` says why. A difference counts as explained only if, with as few of these changes as it takes, we
decide the changed case as the oracle does the original.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

from entrepot.rules.iam.arns import SEGMENTS
from entrepot.rules.iam.decision import NamedPolicy, PolicySet, Source
from entrepot.rules.iam.document import Kind, parse_policy
from entrepot.rules.iam.evaluate import evaluate
from entrepot.rules.iam.request import PrincipalFacts
from tests.rules.iam.generate import Case, Json
from tests.rules.iam.oracle import Verdict

MOST_AT_ONCE = 3


def verdict(case: Case) -> Verdict:
    """Our decision, in the oracle's words."""
    decision = evaluate(case.request, policies(case))
    if decision.allowed:
        return "Allowed"
    return "ExplicitlyDenied" if decision.reason == "explicit-deny" else "ImplicitlyDenied"


def policies(case: Case) -> PolicySet:
    return PolicySet(
        identity=tuple(_named("identity", each, "inline") for each in case.identity),
        boundary=None if case.boundary is None else _named("boundary", case.boundary, "boundary"),
        session=None if case.session is None else tuple(_named("session", each, "session") for each in case.session),
        resource=None if case.resource is None else _named(case.kind, case.resource, case.kind),
        registry=None if case.registry is None else _named("resource", case.registry, "registry"),
        registry_scope=case.scope,
    )


def explanation(case: Case, theirs: Verdict) -> tuple[str, ...] | None:
    """The fewest differences that explain a verdict of the oracle; None where they do not."""
    for count in range(1, MOST_AT_ONCE + 1):
        for names in combinations(DIFFERENCES, count):
            other = case
            for name in names:
                other = DIFFERENCES[name](other)
            if verdict(other) == theirs:
                return names
    return None


def _named(kind: Kind, document: Json, source: Source) -> NamedPolicy:
    return NamedPolicy(source, parse_policy(json.dumps(document), kind), source)


Change = Callable[[Json], Json]


def _in_documents(case: Case, change: Change) -> Case:
    """The case with every document changed."""

    def one(document: Json | None) -> Json | None:
        return None if document is None else change(document)

    return replace(
        case,
        identity=tuple(change(each) for each in case.identity),
        boundary=one(case.boundary),
        session=None if case.session is None else tuple(change(each) for each in case.session),
        resource=one(case.resource),
        registry=one(case.registry),
    )


def _in_statements(case: Case, change: Change) -> Case:
    def each(document: Json) -> Json:
        found = document["Statement"]
        made = [change(one) for one in found] if isinstance(found, list) else change(found)
        return {**document, "Statement": made}

    return _in_documents(case, each)


def _in_conditions(case: Case, change: Callable[[str, str, Any], tuple[str, Any]]) -> Case:
    """The case with the operator and the values of every condition changed."""

    def each(statement: Json) -> Json:
        if "Condition" not in statement:
            return statement
        made: Json = {}
        for operator, keys in statement["Condition"].items():
            for key, values in keys.items():
                name, wanted = change(operator, key, values)
                made.setdefault(name, {})[key] = wanted
        return {**statement, "Condition": made}

    return _in_statements(case, each)


def _mapped(values: Any, change: Callable[[str], str]) -> Any:
    return [change(each) for each in values] if isinstance(values, list) else change(values)


def variables_in_every_version(case: Case) -> Case:
    return _in_documents(case, lambda document: {**document, "Version": "2012-10-17"})


def if_exists_without_effect_on_any_value(case: Case) -> Case:
    def change(operator: str, _key: str, values: Any) -> tuple[str, Any]:
        return operator.removesuffix("IfExists") if operator.startswith("ForAnyValue:") else operator, values

    return _in_conditions(case, change)


def epoch_in_milliseconds(case: Case) -> Case:
    def shown(text: str) -> str:
        return str(int(text) / 1000) if text.isdecimal() else text

    def change(operator: str, _key: str, values: Any) -> tuple[str, Any]:
        return operator, _mapped(values, shown) if "Date" in operator else values

    context = {key: shown(str(value)) if "Time" in key else value for key, value in case.request.context.items()}
    return _in_conditions(replace(case, request=replace(case.request, context=context)), change)


def no_network_of_everything(case: Case) -> Case:
    def change(operator: str, _key: str, values: Any) -> tuple[str, Any]:
        return operator, _mapped(values, lambda each: "0.0.0.0/32" if each == "0.0.0.0/0" else each)

    return _in_conditions(case, change)


def address_undecided_for_ipv6(case: Case) -> Case:
    """One IPv4 address, unlike a range of them, is not compared with an IPv6 address."""

    def change(operator: str, key: str, values: Any) -> tuple[str, Any]:
        actual = str(case.request.context.get(key, ""))
        if "IpAddress" not in operator or ":" not in actual:
            return operator, values
        return operator, _mapped(values, lambda each: each if "/" in each else "nowhere")

    return _in_conditions(case, change)


def open_arn_excludes_everything(case: Case) -> Case:
    """A statement whose NotResource has a pattern that ends before the resource segment applies to nothing."""

    def is_open(pattern: str) -> bool:
        return len(pattern.split(":", SEGMENTS - 1)) < SEGMENTS and pattern != "*"

    def change(statement: Json) -> Json:
        patterns = statement.get("NotResource", [])
        listed = patterns if isinstance(patterns, list) else [patterns]
        return {**statement, "NotResource": "*"} if any(is_open(each) for each in listed) else statement

    return _in_statements(case, change)


def not_principal_by_any_name(case: Case) -> Case:
    """One name of the caller's is enough, be it the account, the user, the role or the session."""
    names = _names(case.request.principal)

    def change(statement: Json) -> Json:
        listed = statement.get("NotPrincipal")
        if not isinstance(listed, dict) or names.isdisjoint(_listed(listed)):
            return statement
        return {**statement, "NotPrincipal": "*"}

    return _in_statements(case, change)


def provider_as_part_of_its_account(case: Case) -> Case:
    """A web identity is named with the account that its provider is set up in."""
    principal = case.request.principal

    def change(statement: Json) -> Json:
        listed = statement.get("Principal")
        if principal.kind != "federated" or not isinstance(listed, dict):
            return statement
        return (
            {**statement, "Principal": {"Federated": principal.arn}}
            if principal.account in _listed(listed)
            else statement
        )

    return _in_statements(case, change)


def session_limits_every_grant(case: Case) -> Case:
    """Where the session's policies do not allow the action, nothing does, whomever the resource's policy names."""
    if case.session is None or any(
        evaluate(case.request, PolicySet(identity=(each,))).allowed for each in policies(case).session or ()
    ):
        return case

    def change(statement: Json) -> Json:
        if statement["Effect"] == "Deny":
            return statement
        return (
            {**statement, "Action": "sts:Nothing"}
            if "Action" in statement
            else {**statement, "NotAction": case.request.action}
        )

    return _in_statements(case, change)


def _names(principal: PrincipalFacts) -> set[str]:
    return {principal.account, f"arn:aws:iam::{principal.account}:root", principal.arn, principal.role_arn} - {""}


def _listed(principals: Json) -> Iterator[str]:
    for values in principals.values():
        yield from values if isinstance(values, list) else [values]


DIFFERENCES: dict[str, Callable[[Case], Case]] = {
    change.__name__.replace("_", "-"): change
    for change in (
        variables_in_every_version,
        if_exists_without_effect_on_any_value,
        epoch_in_milliseconds,
        no_network_of_everything,
        address_undecided_for_ipv6,
        open_arn_excludes_everything,
        not_principal_by_any_name,
        provider_as_part_of_its_account,
        session_limits_every_grant,
    )
}
"""In the order of `differences.md`."""
