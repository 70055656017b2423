"""How much IAM lets an account have: the default quotas of "IAM and AWS STS quotas" in the IAM User Guide.

Sizes are in characters without white space.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from entrepot.errors import LimitExceeded

Kind = Literal["user", "group", "role"]

MANAGED_POLICY_SIZE = 6144
INLINE_POLICIES_SIZE: Mapping[Kind, int] = {"user": 2048, "group": 5120, "role": 10240}
"""All inline policies of one identity together."""
TRUST_POLICY_SIZE = 2048
POLICIES = 1500
VERSIONS_OF_POLICY = 5
ATTACHED_POLICIES = 10
"""Managed policies attached to one user, group or role."""
ROLES = 1000
USERS = 5000
GROUPS = 300
GROUPS_OF_USER = 10
ACCESS_KEYS = 2
"""Of one user, active or not."""
PROVIDERS = 100
CLIENT_IDS_OF_PROVIDER = 100
THUMBPRINTS_OF_PROVIDER = 5

SUMMARY_QUOTAS: Mapping[str, int] = {
    "AccessKeysPerUserQuota": ACCESS_KEYS,
    "AssumeRolePolicySizeQuota": TRUST_POLICY_SIZE,
    "AttachedPoliciesPerGroupQuota": ATTACHED_POLICIES,
    "AttachedPoliciesPerRoleQuota": ATTACHED_POLICIES,
    "AttachedPoliciesPerUserQuota": ATTACHED_POLICIES,
    "GroupPolicySizeQuota": INLINE_POLICIES_SIZE["group"],
    "GroupsPerUserQuota": GROUPS_OF_USER,
    "GroupsQuota": GROUPS,
    "PoliciesQuota": POLICIES,
    "PolicySizeQuota": MANAGED_POLICY_SIZE,
    "PolicyVersionsInUseQuota": POLICIES * VERSIONS_OF_POLICY,
    "RolePolicySizeQuota": INLINE_POLICIES_SIZE["role"],
    "RolesQuota": ROLES,
    "UserPolicySizeQuota": INLINE_POLICIES_SIZE["user"],
    "UsersQuota": USERS,
    "VersionsPerPolicyQuota": VERSIONS_OF_POLICY,
}
"""The quotas that GetAccountSummary tells, by their names there."""


def size_of(document: str) -> int:
    """What counts of a policy towards its quota: every character that is no white space."""
    return len(document) - sum(map(document.count, " \t\n\r"))


def check_quota(name: str, count: int, limit: int) -> None:
    """Raises LimitExceeded where `count` is more than `limit`. `name` is the quota's in IAM."""
    if count > limit:
        raise LimitExceeded(f"Cannot exceed quota for {name}: {limit}")


def check_inline_size(kind: Kind, name: str, documents: Mapping[str, str]) -> None:
    """Raises LimitExceeded where the inline policies of an identity are too long together."""
    limit = INLINE_POLICIES_SIZE[kind]
    if sum(map(size_of, documents.values())) > limit:
        raise LimitExceeded(f"Maximum policy size of {limit} bytes exceeded for {kind} {name}")
