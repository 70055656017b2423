"""The lint of a policy: mistakes that ECR's users make, found before the policy is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from entrepot.rules.iam import lint_conditions, lint_effect, lint_exposure, lint_tags, lint_values, lint_variables
from entrepot.rules.iam.document import Policy
from entrepot.rules.iam.finding import Finding
from entrepot.rules.iam.lint_subject import Subject, subject_of

Check = Callable[[Subject], Iterator[Finding]]
"""Finds at most one mistake of a kind in a statement: time and findings grow with the policy, and no faster."""

CHECKS: tuple[Check, ...] = (
    lint_exposure.public_access,
    lint_exposure.open_federation,
    lint_exposure.not_principal,
    lint_exposure.wide_grants,
    lint_exposure.push_can_delete,
    lint_tags.takeovers,
    lint_effect.logins,
    lint_effect.unknown_actions,
    lint_effect.wrong_resources,
    lint_effect.overruled,
    lint_conditions.unknown_keys,
    lint_conditions.absent_keys,
    lint_conditions.single_operators,
    lint_values.values,
    lint_values.empty_sets,
    lint_variables.variables,
)


def lint(policy: Policy, account: str = "") -> tuple[Finding, ...]:
    """Everything that is odd about a policy, by statement. `account` is that of whoever saves it, where that is known.

    A policy without findings is not thereby right: nobody but its author knows what it is for.
    """
    subject = subject_of(policy, account)
    found = [each for check in CHECKS for each in check(subject)]
    last = len(policy.statements)
    return tuple(sorted(found, key=lambda each: last if each.statement is None else each.statement))
