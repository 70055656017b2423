"""Findings about policies that let in more than is meant: everyone, everyone but, everything."""

from __future__ import annotations

from collections.abc import Iterator

from entrepot.rules.iam.conditions import Condition
from entrepot.rules.iam.document import Policy, Statement
from entrepot.rules.iam.finding import Code, Finding, finding, rewritten, without_actions, written
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
        why = f'the principal "*" lets {_everyone(policy, statement)}; name accounts, or narrow it by a condition'
        owner = account or "ACCOUNT_ID"
        suggestion = rewritten(statement, {"Principal": {"AWS": f"arn:aws:iam::{owner}:root"}})
        yield finding("public-access", "warning", statement, why, suggestion)


def open_federation(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Trust in an issuer of tokens, without a word on whose token it has to be: anyone may have an account there."""
    for statement in _allowing(policy):
        principals = statement.principals
        if principals is None or not principals.federated or any(map(_names_subject, statement.conditions)):
            continue
        issuer = min(principals.federated).partition("oidc-provider/")[2] or "ISSUER"
        why = f"every subject of {issuer} can assume the role; ask for yours by a condition on {issuer}:sub"
        element = {**written(statement).get("Condition", {})}
        element["StringLike"] = {**element.get("StringLike", {}), f"{issuer}:sub": "repo:ORGANISATION/REPOSITORY:*"}
        yield finding("open-federation", "warning", statement, why, rewritten(statement, {"Condition": element}))


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


def _names_subject(condition: Condition) -> bool:
    positive = not condition.operator.negated and condition.operator.family == "string"
    holds_anyway = condition.if_exists or condition.quantifier == "ForAllValues"
    return condition.lower.endswith(":sub") and positive and not holds_anyway and "*" not in condition.values


def _everyone(policy: Policy, statement: Statement) -> str:
    """Who may what, by a principal that is everyone."""
    if policy.kind == "trust":
        return "every AWS account assume the role"
    more = sorted(covered(statement.actions) - PULL)
    if not more:
        return "anyone on the network pull"
    rest = f" and {len(more) - 3} more actions" if more[3:] else ""
    return f"anyone on the network pull, and every AWS account do {', '.join(more[:3])}{rest}"


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
