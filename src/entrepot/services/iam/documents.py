"""What a policy document has to be before it is stored. Raises PolicyInvalid, and LimitExceeded for one too long."""

from __future__ import annotations

from entrepot.rules import iam_limits
from entrepot.rules.iam.document import parse_policy


def check_managed_policy(document: str) -> None:
    """The document of a managed policy's version."""
    parse_policy(document, "identity")
    iam_limits.check_quota("PolicySize", iam_limits.size_of(document), iam_limits.MANAGED_POLICY_SIZE)


def check_inline_policy(document: str) -> None:
    """The document of an inline policy; how long it may be depends on the others."""
    parse_policy(document, "identity")


def check_trust_policy(document: str) -> None:
    """A role's trust policy."""
    parse_policy(document, "trust")
    iam_limits.check_quota("ACLSizePerRole", iam_limits.size_of(document), iam_limits.TRUST_POLICY_SIZE)
