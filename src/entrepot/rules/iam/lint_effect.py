"""Findings about statements that do less than they say: wrong actions, wrong resources, a denial over them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from entrepot.rules.iam.arns import ArnPattern, has_early_variable
from entrepot.rules.iam.document import Statement
from entrepot.rules.iam.finding import LEFT_OUT, Finding, finding, listed, rewritten
from entrepot.rules.iam.globs import overlap
from entrepot.rules.iam.lint_subject import Subject, without_actions
from entrepot.rules.iam.patterns import parse_parts
from entrepot.rules.iam.vocabulary import ACTIONS, LOGIN, ON_REGISTRY, PULL, PUSH, nearest_action, service_of

_REPOSITORIES = {
    service: [parse_parts(each, wildcards=True, variables=False) for each in segments]
    for service, segments in {
        "ecr": ("arn", "aws*", "ecr", "?*", "????????????", "repository/?*"),
        "ecr-public": ("arn", "aws*", "ecr-public", "*", "????????????", "re*/?*"),
    }.items()
}
_OF_ECR = ACTIONS["ecr"] | ACTIONS["ecr-public"]
_LOGIN_STATEMENT = {"Effect": "Allow", "Action": LOGIN, "Resource": "*"}
_LOOKED_UP = 5
"""Names, of one statement, whose nearest action is looked for: that takes its time."""


def logins(subject: Subject) -> Iterator[Finding]:
    """`docker login` needs GetAuthorizationToken from an identity-based policy, for the resource `*`."""
    allowing = list(subject.allowing())
    logging_in = [statement for statement in allowing if LOGIN in subject.covered[statement.index]]
    suggestion = json.dumps(_LOGIN_STATEMENT, indent=2)
    if subject.policy.kind != "identity" or any(is_on_everything(statement) for statement in logging_in):
        return
    for statement in logging_in:
        if LOGIN in subject.named[statement.index]:
            why = f"{LOGIN} is about no repository: it works for the resource '*' only"
            # What helps is a statement more.
            yield replace(finding("login-resource", "error", statement, why, suggestion), statement=None)
            return
    if any(subject.covered[statement.index] & (PULL | PUSH) for statement in allowing):
        why = f"the policy allows pulling or pushing but not {LOGIN}, without which nobody can log in to do it"
        yield Finding("missing-login", "warning", None, why, suggestion)


def unknown_actions(subject: Subject) -> Iterator[Finding]:
    """Names, and wildcards, that stand for no action of a service whose actions are known."""
    for statement in subject.policy.statements:
        written = statement.actions.written
        wrong = [each for each in written if service_of(each) in ACTIONS and not subject.entries[each]]
        if not wrong:
            continue
        close = {each: found for each in wrong[:_LOOKED_UP] if (found := nearest_action(each))}
        whys = [
            f"there is no action {each}" + (f"; {close[each]} is the nearest there is" if each in close else "")
            for each in wrong
        ]
        gone = set(wrong) - set(close)
        right = list(dict.fromkeys(close.get(each, each) for each in written if each not in gone))
        yield finding("unknown-action", "error", statement, listed(whys), _with_actions(subject, statement, right))


def wrong_resources(subject: Subject) -> Iterator[Finding]:
    """Resources that no action of the statement is ever about."""
    for statement in subject.policy.statements:
        services = {service_of(each) for each in statement.actions.written}
        if subject.policy.kind == "key":
            if not subject.covered[statement.index] & ACTIONS["kms"]:
                why = "a key policy is about actions of KMS only"
                yield finding("never-applies", "error", statement, why, LEFT_OUT)
        elif not services <= set(_REPOSITORIES):
            if subject.policy.kind in {"resource", "registry"} and not subject.covered[statement.index] & _OF_ECR:
                why = "a policy of ECR is about actions of ECR only"
                yield finding("never-applies", "error", statement, why, LEFT_OUT)
        elif not statement.actions.negated:
            yield from _wrong_patterns(statement, services)
            yield from _wrong_actions(subject, statement)


def overruled(subject: Subject) -> Iterator[Finding]:
    """Allowances that a denial in the same policy takes back whole."""
    denying = [each for each in subject.policy.statements if each.effect == "Deny" and not each.conditions]
    for statement in subject.allowing():
        denial = next((each for each in denying if _takes_back(subject, each, statement)), None)
        if denial is not None:
            why = f"statement {denial.index + 1} denies all that it allows: take one of them out"
            yield finding("never-applies", "error", statement, why, LEFT_OUT)


def is_on_everything(statement: Statement) -> bool:
    """Whether a statement is about every resource, and so about the registry too."""
    resources = statement.resources
    if resources is None:
        return True
    return not resources.negated and any(pattern.anything for pattern in resources.patterns)


def without_patterns(statement: Statement, wrong: Sequence[ArnPattern]) -> str:
    """A statement's JSON without some of its resources."""
    resources = statement.resources
    left = [each.written for each in resources.patterns if each not in wrong] if resources else []
    if resources is None or (not left and not resources.negated):
        return LEFT_OUT
    if not left:
        return rewritten(statement, {"NotResource": None, "Resource": "*"})
    return rewritten(statement, {"NotResource" if resources.negated else "Resource": left})


def _wrong_patterns(statement: Statement, services: set[str]) -> Iterator[Finding]:
    """ARNs that no repository has: of another service, or without `repository/`."""
    resources = statement.resources
    if resources is None or resources.negated:
        return
    known = [each for each in resources.patterns if not has_early_variable(each)]
    wrong = [each for each in known if not any(_may_be(each, service) for service in services)]
    if wrong:
        arns = listed([each.written for each in wrong])
        why = f"no repository has the ARN {arns}, which is to be like arn:aws:ecr:REGION:ACCOUNT:repository/NAME"
        severity = "error" if len(wrong) == len(resources.patterns) else "warning"
        yield finding("never-applies", severity, statement, why, without_patterns(statement, wrong))


def _wrong_actions(subject: Subject, statement: Statement) -> Iterator[Finding]:
    """Actions about the registry, in a repository's policy or with the ARN of a repository."""
    wrong = subject.named[statement.index] & ON_REGISTRY
    if subject.policy.kind == "resource":
        why = "about no repository, so that a repository's policy cannot allow or deny it"
    elif not is_on_everything(statement):
        wrong, why = wrong - {LOGIN}, "about no repository: its resource has to be '*'"
    else:
        return
    if wrong:
        why = f"{listed(sorted(wrong))} {'is' if len(wrong) == 1 else 'are each'} {why}"
        yield finding("never-applies", "error", statement, why, without_actions(subject, statement, wrong))


def _with_actions(subject: Subject, statement: Statement, actions: list[str]) -> str:
    """With none left, an Action element takes in nothing and a NotAction one everything."""
    if actions:
        return rewritten(statement, {"NotAction" if statement.actions.negated else "Action": actions})
    if not statement.actions.negated:
        return LEFT_OUT
    everything = "sts:*" if subject.policy.kind == "trust" else "*"
    return rewritten(statement, {"NotAction": None, "Action": everything})


def _may_be(pattern: ArnPattern, service: str) -> bool:
    if pattern.anything:
        return True
    repository = _REPOSITORIES[service]
    return all(overlap(each.parts, part) for each, part in zip(pattern.segments, repository, strict=False))


def _takes_back(subject: Subject, denial: Statement, allowance: Statement) -> bool:
    whom, who = denial.principals, allowance.principals
    if whom is not None and not (whom.everyone and not whom.negated) and whom != who:
        return False
    if not is_on_everything(denial) and denial.resources != allowance.resources:
        return False
    return _takes_in(subject, denial, allowance)


def _takes_in(subject: Subject, wide: Statement, narrow: Statement) -> bool:
    if wide.actions.negated:
        return False
    if "*" in wide.actions.written:
        return True
    if narrow.actions.negated or not all(service_of(each) in ACTIONS for each in narrow.actions.written):
        return False
    return subject.covered[narrow.index] <= subject.covered[wide.index]
