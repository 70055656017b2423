"""Policies, roles and their like as IAM shows them."""

from __future__ import annotations

from urllib.parse import quote

from entrepot.aws import shapes_iam as s
from entrepot.aws.iam.render import boundary, seconds, tags
from entrepot.meta.iam_policies import VersionRow
from entrepot.meta.identities import IdentityRow
from entrepot.services.iam.policy_lookup import ManagedPolicy
from entrepot.services.iam.policy_versions import PolicyVersion
from entrepot.services.iam.roles import Role


def document(text: str) -> str:
    """A policy's text as IAM's answers carry it: URL-encoded after RFC 3986."""
    return quote(text, safe="")


def version_id(number: int) -> str:
    """A version's name."""
    return f"v{number}"


def listed_policy(found: ManagedPolicy) -> s.Policy:
    """A managed policy as listings show it: without description and tags."""
    return s.Policy(
        policy_name=found.name,
        policy_id=found.unique_id,
        arn=found.arn,
        path=found.path,
        default_version_id=version_id(found.default_version),
        attachment_count=found.usage.attached,
        permissions_boundary_usage_count=found.usage.boundaries,
        is_attachable=True,
        create_date=seconds(found.created_at),
        update_date=seconds(found.updated_at),
    )


def policy(found: ManagedPolicy) -> s.Policy:
    """A managed policy with all that is known of it."""
    return s.Policy(
        policy_name=found.name,
        policy_id=found.unique_id,
        arn=found.arn,
        path=found.path,
        default_version_id=version_id(found.default_version),
        attachment_count=found.usage.attached,
        permissions_boundary_usage_count=found.usage.boundaries,
        is_attachable=True,
        description=found.description,
        create_date=seconds(found.created_at),
        update_date=seconds(found.updated_at),
        tags=tags(found.tags),
    )


def version(found: PolicyVersion) -> s.PolicyVersion:
    """A version as listings show it: without its document."""
    return s.PolicyVersion(
        version_id=version_id(found.row.version),
        is_default_version=found.is_default,
        create_date=seconds(found.row.created_at),
    )


def whole_version(row: VersionRow, *, default: bool) -> s.PolicyVersion:
    """A version with its document."""
    return s.PolicyVersion(
        document=document(row.document),
        version_id=version_id(row.version),
        is_default_version=default,
        create_date=seconds(row.created_at),
    )


def attached(arn: str) -> s.AttachedPolicy:
    """A policy that is attached."""
    return s.AttachedPolicy(policy_name=arn.rpartition("/")[2], policy_arn=arn)


def listed_role(row: IdentityRow) -> s.Role:
    """A role as listings show it: without boundary, tags and last use."""
    return s.Role(
        path=row.path,
        role_name=row.name,
        role_id=row.unique_id,
        arn=row.arn,
        create_date=seconds(row.created_at),
        assume_role_policy_document=document(row.trust_policy or ""),
        description=row.description,
        max_session_duration=row.max_session_seconds,
    )


def role(found: Role) -> s.Role:
    """A role with all that is known of it."""
    row = found.row
    return s.Role(
        path=row.path,
        role_name=row.name,
        role_id=row.unique_id,
        arn=row.arn,
        create_date=seconds(row.created_at),
        assume_role_policy_document=document(row.trust_policy or ""),
        description=row.description,
        max_session_duration=row.max_session_seconds,
        permissions_boundary=boundary(row.boundary_arn),
        tags=tags(found.tags) if found.tags else None,
        role_last_used=last_used(row),
    )


def last_used(row: IdentityRow) -> s.RoleLastUsed:
    """When and in which Region a role was last used; empty for never."""
    used = None if row.last_used_at is None else seconds(row.last_used_at)
    return s.RoleLastUsed(last_used_date=used, region=row.last_used_region)
