"""Whether a repository's policy opens anything to callers without credentials."""

from __future__ import annotations

from entrepot.rules.iam.document import Policy, Statement
from entrepot.rules.iam.vocabulary import PULL

_PULL = tuple(action.lower() for action in PULL)


def opens_to_everyone(policy: Policy) -> bool:
    """Whether a statement allows everyone to pull, perhaps under conditions, which are not looked at here."""
    return any(_opens(statement) for statement in policy.statements)


def _opens(statement: Statement) -> bool:
    principals = statement.principals
    if statement.effect != "Allow" or principals is None or principals.negated or not principals.everyone:
        return False
    return any(statement.actions.cover(action) for action in _PULL)
