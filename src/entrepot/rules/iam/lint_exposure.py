"""Findings about policies that let in more than is meant: everyone, everyone but, everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from entrepot.rules.iam.conditions import Condition
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.finding import LEFT_OUT, Finding, finding, listed, rewritten, written
from entrepot.rules.iam.lint_subject import Subject, without_actions
from entrepot.rules.iam.principals import Principals
from entrepot.rules.iam.vocabulary import DELETE, POLICY, PULL, PUSH

_NARROWING = (
    *("aws:principalarn", "aws:principalaccount", "aws:principaltag/", "aws:userid", "aws:username"),
    *("aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourcevpce", "aws:principalorgid"),
    "kms:calleraccount",
)
_DELETING = DELETE - {"ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy"}
_ANY_NETWORK = frozenset({"0.0.0.0/0", "::/0"})
_SOME_ACCOUNT = "111122223333"
"""AWS's documentation's own example of an account."""


def public_access(subject: Subject) -> Iterator[Finding]:
    """Principal `*` lets in everyone, callers without credentials included, unless a condition says who."""
    for statement in subject.allowing():
        principals = statement.principals
        if principals is None or not principals.everyone or any(map(_narrows, statement.conditions)):
            continue
        why = f'the principal "*" lets {_everyone(subject, statement)}; name accounts, or narrow it by a condition'
        owner = subject.account or _SOME_ACCOUNT
        suggestion = rewritten(statement, {"Principal": {"AWS": f"arn:aws:iam::{owner}:root"}})
        yield finding("public-access", "warning", statement, why, suggestion)


def open_federation(subject: Subject) -> Iterator[Finding]:
    """Trust in an issuer of tokens, without a word on whose token it has to be: anyone may have an account there."""
    for statement in subject.allowing():
        principals = statement.principals
        if principals is None or not principals.federated or any(map(_names_subject, statement.conditions)):
            continue
        provider = min(principals.federated)
        issuer = provider.partition("oidc-provider/")[2] or provider.rpartition(":")[2]
        why = f"every subject of {issuer} can assume the role; ask for yours by a condition on {issuer}:sub"
        element = {**written(statement).get("Condition", {})}
        element["StringLike"] = {**element.get("StringLike", {}), f"{issuer}:sub": "repo:ORGANISATION/REPOSITORY:*"}
        yield finding("open-federation", "warning", statement, why, rewritten(statement, {"Condition": element}))


def not_principal(subject: Subject) -> Iterator[Finding]:
    """NotPrincipal is easily wrong; AWS advises a condition on aws:PrincipalArn in its place."""
    for statement in subject.policy.statements:
        principals = statement.principals
        if principals is None or not principals.negated:
            continue
        why = (
            "NotPrincipal denies a user or role unless its account is listed too, and always one with a permissions "
            "boundary; a condition on aws:PrincipalArn says what is meant"
        )
        yield finding("not-principal", "warning", statement, why, _by_condition(statement, principals))


def wide_grants(subject: Subject) -> Iterator[Finding]:
    """A wildcard, or NotAction, that happens to take in deleting or changing policies."""
    for statement in subject.allowing():
        by_chance = subject.covered[statement.index] - subject.named[statement.index]
        deleting, policies = by_chance & DELETE, by_chance & POLICY
        if subject.policy.kind in {"boundary", "trust", "key"} or not (deleting or policies):
            continue
        whats = (("deletes", deleting), ("changes who may do what", policies))
        also = " and ".join(f"what {verb} ({', '.join(sorted(found))})" for verb, found in whats if found)
        suggestion = without_actions(subject, statement, deleting | policies)
        yield finding("wide-grant", "warning", statement, f"its wildcard also allows {also}", suggestion)


def push_can_delete(subject: Subject) -> Iterator[Finding]:
    """Pushing needs no right to delete: a leaked CI credential could take images away."""
    allowing = list(subject.allowing())
    pushes = any(subject.covered[statement.index] & PUSH for statement in allowing)
    for statement in allowing if pushes else ():
        deleting = subject.named[statement.index] & _DELETING
        if deleting:
            why = f"whoever pushes can also delete ({', '.join(sorted(deleting))}), which pushing never needs"
            suggestion = without_actions(subject, statement, _DELETING)
            yield finding("push-can-delete", "warning", statement, why, suggestion)


def _narrows(condition: Condition) -> bool:
    """Whether a condition leaves only some callers: not if it holds without the key, or for any value of it."""
    if condition.operator.negated or condition.operator.family == "null":
        return False
    if condition.if_exists or condition.quantifier == "ForAllValues":
        return False
    everything = any(value in _ANY_NETWORK or set(value) == {"*"} for value in condition.values)
    return condition.lower.startswith(_NARROWING) and not everything


def _names_subject(condition: Condition) -> bool:
    positive = not condition.operator.negated and condition.operator.family == "string"
    holds_anyway = condition.if_exists or condition.quantifier == "ForAllValues"
    return condition.lower.endswith(":sub") and positive and not holds_anyway and "*" not in condition.values


def _everyone(subject: Subject, statement: Statement) -> str:
    """Who may what, by a principal that is everyone."""
    if subject.policy.kind == "trust":
        return "every AWS account assume the role"
    covered = subject.covered[statement.index]
    # Callers without credentials can only pull, and only what a repository's own policy opens (`evaluate`).
    by_anyone = covered & PULL if subject.policy.kind == "resource" else frozenset[str]()
    by_accounts = sorted(covered - by_anyone)
    lets = ["anyone on the network pull"] if by_anyone else []
    lets += [f"every AWS account do {listed(by_accounts)}"] if by_accounts else []
    return ", and ".join(lets or ["every AWS account in"])


def _by_condition(statement: Statement, principals: Principals) -> str:
    """The statement with everyone as its principal and an exception by condition.

    A role is what aws:PrincipalArn has for its sessions. Of accounts alone, everyone in them is taken to be meant.
    """
    if principals.everyone:
        return LEFT_OUT
    element: dict[str, Any] = written(statement).get("Condition", {})
    names = sorted(_principal_arn(name) for name in principals.names if name.startswith("arn:"))
    names += sorted(each for each in principals.federated if each.startswith("arn:"))
    ids = sorted(_user_id(name) for name in principals.names if not name.startswith("arn:"))
    if names:
        names += sorted(f"arn:aws:iam::{account}:root" for account in principals.accounts)
        _except(element, "ArnNotEquals", "aws:PrincipalArn", names)
    else:
        _except(element, "StringNotEquals", "aws:PrincipalAccount", sorted(principals.accounts))
    _except(element, "StringNotLike", "aws:userid", ids)
    _except(element, "StringNotEquals", "aws:PrincipalServiceName", sorted(principals.services))
    return rewritten(statement, {"NotPrincipal": None, "Principal": "*", "Condition": element or None})


def _except(element: dict[str, Any], operator: str, key: str, values: list[str]) -> None:
    """One exception more to a Condition element: values of a negated operator add up."""
    if values:
        now = element.setdefault(operator, {}).get(key, [])
        element[operator][key] = [*(now if isinstance(now, list) else [now]), *values]


def _principal_arn(name: str) -> str:
    head, found, session = name.partition(":assumed-role/")
    if not found:
        return name
    return f"{head.replace(':sts:', ':iam:')}:role/{session.partition('/')[0]}"


def _user_id(unique_id: str) -> str:
    """What aws:userid has for a user, and for the sessions of a role."""
    return f"{unique_id}:*" if unique_id.startswith("AROA") and ":" not in unique_id else unique_id
