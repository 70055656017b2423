"""Findings about policies that let in more than is meant: everyone, everyone but, everything."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.rules.iam.conditions import Condition
from entrepot.rules.iam.document import Policy, Statement
from entrepot.rules.iam.finding import Code, Finding, finding, rewritten, without_actions
from entrepot.rules.iam.vocabulary import DELETE, POLICY, PULL, PUSH, covered, named

_NARROWING = (
    *("aws:principalarn", "aws:principalaccount", "aws:principaltag/", "aws:userid", "aws:username"),
    *("aws:sourceaccount", "aws:sourcearn", "aws:sourceip", "aws:sourcevpce", "aws:principalorgid"),
)
_DELETING = DELETE - {"ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy"}
_ANY_NETWORK = frozenset({"0.0.0.0/0", "::/0"})


def public_access(policy: Policy, account: str) -> Iterator[Finding]:
    """Principal `*` lets in everyone, callers without credentials included, unless a condition says who."""
    for statement in _allowing(policy):
        principals = statement.principals
        if principals is None or not principals.everyone or any(map(_narrows, statement.conditions)):
            continue
        more = sorted(covered(statement.actions) - PULL)
        what = "pull" if not more else f"pull, and every AWS account {_and_more(more)}"
        why = f'the principal "*" lets anyone on the network {what}; name accounts, or narrow it by a condition'
        owner = account or "ACCOUNT_ID"
        suggestion = rewritten(statement, {"Principal": {"AWS": f"arn:aws:iam::{owner}:root"}})
        yield finding("public-access", "warning", statement, why, suggestion)


def not_principal(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """NotPrincipal is easily wrong; AWS advises a condition on aws:PrincipalArn in its place."""
    for statement in policy.statements:
        principals = statement.principals
        if principals is None or not principals.negated:
            continue
        why = (
            "NotPrincipal denies a user or role unless its account is listed too, and always one with a permissions "
            "boundary; a condition on aws:PrincipalArn says what is meant"
        )
        yield finding("not-principal", "warning", statement, why, _by_condition(statement))


def wide_grants(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """A wildcard, or NotAction, that happens to take in deleting or changing policies."""
    for statement in _allowing(policy):
        if policy.kind == "boundary":
            continue
        by_chance = covered(statement.actions) - named(statement.actions)
        groups: tuple[tuple[Code, str, frozenset[str]], ...] = (
            ("grants-delete", "deletes", by_chance & DELETE),
            ("grants-policy-changes", "changes who may do what", by_chance & POLICY),
        )
        for code, verb, dangerous in groups:
            if dangerous:
                why = f"its wildcard also allows what {verb}: {', '.join(sorted(dangerous))}"
                yield finding(code, "warning", statement, why, without_actions(statement, DELETE | POLICY))


def push_can_delete(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Pushing needs no right to delete: a leaked CI credential could take images away."""
    allowing = list(_allowing(policy))
    pushes = any(covered(statement.actions, PUSH) for statement in allowing)
    for statement in allowing if pushes else ():
        deleting = named(statement.actions) & _DELETING
        if deleting:
            why = f"whoever pushes can also delete ({', '.join(sorted(deleting))}), which pushing never needs"
            yield finding("push-can-delete", "warning", statement, why, without_actions(statement, _DELETING))


def _allowing(policy: Policy) -> Iterator[Statement]:
    return (statement for statement in policy.statements if statement.effect == "Allow")


def _narrows(condition: Condition) -> bool:
    """Whether a condition leaves only some callers: not if it holds without the key, or for any value of it."""
    if condition.operator.negated or condition.operator.family == "null":
        return False
    if condition.if_exists or condition.quantifier == "ForAllValues":
        return False
    everything = any(value in _ANY_NETWORK or set(value) == {"*"} for value in condition.values)
    return condition.lower.startswith(_NARROWING) and not everything


def _and_more(actions: list[str]) -> str:
    shown = ", ".join(actions[:3])
    return f"may {shown}" if len(actions) <= len(actions[:3]) else f"may {shown} and {len(actions) - 3} more actions"


def _by_condition(statement: Statement) -> str | None:
    """The statement with everyone as its principal and an exception by condition."""
    if statement.principals is None or statement.principals.services or statement.principals.federated:
        return None
    if statement.conditions:
        return None
    names = sorted(name for name in statement.principals.names if name.startswith("arn:aws:iam:"))
    roots = sorted(f"arn:aws:iam::{account}:root" for account in statement.principals.accounts)
    condition = {"ArnNotEquals": {"aws:PrincipalArn": names + roots}}
    return rewritten(statement, {"NotPrincipal": None, "Principal": "*", "Condition": condition}) if names else None
