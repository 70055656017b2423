"""The lint of a policy: mistakes that ECR's users make, found before the policy is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from entrepot.rules.iam import lint_conditions, lint_effect, lint_exposure
from entrepot.rules.iam.document import Policy
from entrepot.rules.iam.finding import Finding

Check = Callable[[Policy, str], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    lint_exposure.public_access,
    lint_exposure.open_federation,
    lint_exposure.not_principal,
    lint_exposure.wide_grants,
    lint_exposure.push_can_delete,
    lint_effect.logins,
    lint_effect.unknown_actions,
    lint_effect.wrong_resources,
    lint_effect.overruled,
    lint_conditions.keys,
    lint_conditions.values,
    lint_conditions.variables,
    lint_conditions.empty_sets,
)


def lint(policy: Policy, account: str = "") -> tuple[Finding, ...]:
    """Everything that is odd about a policy, by statement. `account` is that of whoever saves it, where that is known.

    A policy without findings is not thereby right: nobody but its author knows what it is for.
    """
    found = [each for check in CHECKS for each in check(policy, account)]
    last = len(policy.statements)
    return tuple(sorted(found, key=lambda each: last if each.statement is None else each.statement))
