"""Findings about statements that do less than they say: wrong actions, wrong resources, a denial over them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import get_close_matches

from entrepot.rules.iam.arns import ArnPattern, has_early_variable
from entrepot.rules.iam.document import Policy, Statement
from entrepot.rules.iam.elements import Actions, parse_actions
from entrepot.rules.iam.finding import Finding, finding, rewritten, without_actions
from entrepot.rules.iam.globs import overlap
from entrepot.rules.iam.patterns import parse_parts
from entrepot.rules.iam.vocabulary import ACTIONS, ALL, LOGIN, ON_REGISTRY, PULL, PUSH, covered, named, service_of

_REPOSITORIES = {
    service: [parse_parts(each, wildcards=True, variables=False) for each in segments]
    for service, segments in {
        "ecr": ("arn", "aws*", "ecr", "?*", "????????????", "repository/?*"),
        "ecr-public": ("arn", "aws*", "ecr-public", "*", "????????????", "re*/?*"),
    }.items()
}
_OF_ECR = ACTIONS["ecr"] | ACTIONS["ecr-public"]
_LOGIN_STATEMENT = {"Effect": "Allow", "Action": LOGIN, "Resource": "*"}


def logins(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """`docker login` needs GetAuthorizationToken from an identity-based policy, for the resource `*`."""
    allowing = [statement for statement in policy.statements if statement.effect == "Allow"]
    logging_in = [statement for statement in allowing if statement.actions.cover(LOGIN.lower())]
    suggestion = json.dumps(_LOGIN_STATEMENT, indent=2)
    if policy.kind != "identity" or any(_is_on_everything(statement) for statement in logging_in):
        return
    for statement in logging_in:
        if LOGIN in named(statement.actions):
            why = f"{LOGIN} is about no repository: it works for the resource '*' only"
            yield finding("login-resource", "error", statement, why, suggestion)
            return
    if any(covered(statement.actions, PULL | PUSH) for statement in allowing):
        why = f"the policy allows pulling or pushing but not {LOGIN}, without which nobody can log in to do it"
        yield Finding("missing-login", "warning", None, why, suggestion)


def unknown_actions(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Names, and wildcards, that stand for no action of a service whose actions are known."""
    for statement in policy.statements:
        for each in statement.actions.written:
            if service_of(each) not in ACTIONS or covered(parse_actions(each, "Action", negated=False)):
                continue
            close = _closest(each)
            why = f"there is no action {each}" + (f"; {close} is the nearest there is" if close else "")
            name = "NotAction" if statement.actions.negated else "Action"
            actions = [close if one == each else one for one in statement.actions.written]
            suggestion = rewritten(statement, {name: actions}) if close else None
            yield finding("unknown-action", "error", statement, why, suggestion)


def wrong_resources(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Resources that no action of the statement is ever about."""
    for statement in policy.statements:
        if not {service_of(each) for each in statement.actions.written} <= set(_REPOSITORIES):
            if policy.kind in {"resource", "registry"} and not covered(statement.actions, _OF_ECR):
                yield finding("never-applies", "error", statement, "a policy of ECR is about actions of ECR only")
            continue
        if statement.actions.negated:
            continue
        yield from _wrong_patterns(statement)
        yield from _wrong_actions(policy, statement)


def overruled(policy: Policy, account: str) -> Iterator[Finding]:  # noqa: ARG001 - what every check is given
    """Allowances that a denial in the same policy takes back whole."""
    denying = [each for each in policy.statements if each.effect == "Deny" and not each.conditions]
    for statement in policy.statements:
        denial = next((each for each in denying if _takes_back(each, statement)), None)
        if statement.effect == "Allow" and denial is not None:
            why = f"statement {denial.index + 1} denies all that it allows: take one of them out"
            yield finding("never-applies", "error", statement, why)


def _wrong_patterns(statement: Statement) -> Iterator[Finding]:
    """ARNs that no repository has: of another service, or without `repository/`."""
    resources = statement.resources
    if resources is None or resources.negated:
        return
    services = {service_of(each) for each in statement.actions.written}
    known = [each for each in resources.patterns if not has_early_variable(each)]
    wrong = [each for each in known if not any(_may_be(each, service) for service in services)]
    for each in wrong:
        whole = len(wrong) == len(resources.patterns)
        why = (
            f"no repository has the ARN {each.written}, which is to be like arn:aws:ecr:REGION:ACCOUNT:repository/NAME"
        )
        yield finding("never-applies", "error" if whole else "warning", statement, why)


def _wrong_actions(policy: Policy, statement: Statement) -> Iterator[Finding]:
    """Actions about the registry, in a repository's policy or with the ARN of a repository."""
    wrong = named(statement.actions) & ON_REGISTRY
    if policy.kind == "resource":
        why = "is about no repository, so that a repository's policy cannot allow or deny it"
    elif not _is_on_everything(statement):
        wrong, why = wrong - {LOGIN}, "is about no repository: its resource has to be '*'"
    else:
        return
    for action in sorted(wrong):
        yield finding("never-applies", "error", statement, f"{action} {why}", without_actions(statement, wrong))


def _may_be(pattern: ArnPattern, service: str) -> bool:
    if pattern.anything:
        return True
    repository = _REPOSITORIES[service]
    return all(overlap(each.parts, part) for each, part in zip(pattern.segments, repository, strict=False))


def _is_on_everything(statement: Statement) -> bool:
    resources = statement.resources
    if resources is None:
        return True
    return not resources.negated and any(pattern.anything for pattern in resources.patterns)


def _takes_back(denial: Statement, allowance: Statement) -> bool:
    whom, who = denial.principals, allowance.principals
    if whom is not None and not (whom.everyone and not whom.negated) and whom != who:
        return False
    if not _is_on_everything(denial) and denial.resources != allowance.resources:
        return False
    return _takes_in(denial.actions, allowance.actions)


def _takes_in(wide: Actions, narrow: Actions) -> bool:
    if wide.negated:
        return False
    if "*" in wide.written:
        return True
    if narrow.negated or not all(service_of(each) in ACTIONS for each in narrow.written):
        return False
    return covered(narrow) <= covered(wide)


def _closest(action: str) -> str | None:
    """The action that was probably meant; rather none than one that does something else (GetImage is not PutImage)."""
    names = {each.partition(":")[2].lower(): each for each in ALL if service_of(each) == service_of(action)}
    found = get_close_matches(action.partition(":")[2].lower(), names, n=1, cutoff=0.85)
    return names[found[0]] if found else None
