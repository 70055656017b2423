"""Accounts, who is in them, and what they may do."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from entrepot.meta.tables.base import Account, Region, RowId, metadata
from entrepot.meta.text import Bytewise

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Account, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

access_keys = Table(
    "access_keys",
    metadata,
    Column("access_key_id", Bytewise(128), primary_key=True),
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False, index=True),
    Column("principal_arn", Bytewise, nullable=False),
    Column("user_id", Bytewise(128), nullable=False, index=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("data_key_id", RowId, ForeignKey("data_keys.id"), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("last_used_service", Bytewise(64)),
    Column("last_used_region", Region),
)

# One row an account: raised by every change of who may do what in it, so that every process notices within a second.
access_versions = Table(
    "access_versions",
    metadata,
    Column("account_id", Account, ForeignKey("accounts.account_id"), primary_key=True),
    Column("version", BigInteger, nullable=False),
)

# Users, groups and roles: `kind` is 'user', 'group' or 'role', and names are unique within it without regard to case.
identities = Table(
    "identities",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("kind", Bytewise(8), nullable=False),
    Column("name", Bytewise(128), nullable=False),
    Column("folded_name", Bytewise(128), nullable=False),
    Column("path", Bytewise(512), nullable=False),
    Column("unique_id", Bytewise(32), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("boundary_arn", Bytewise),
    Column("trust_policy", Bytewise),
    Column("description", Bytewise),
    Column("max_session_seconds", Integer),
    Column("last_used_at", BigInteger),
    Column("last_used_region", Region),
    UniqueConstraint("account_id", "kind", "folded_name"),
)

identity_tags = Table(
    "identity_tags",
    metadata,
    Column("identity_id", RowId, ForeignKey("identities.id", ondelete="CASCADE"), nullable=False),
    Column("key", Bytewise, nullable=False),
    Column("value", Bytewise, nullable=False),
    PrimaryKeyConstraint("identity_id", "key"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", RowId, ForeignKey("identities.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", RowId, ForeignKey("identities.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("group_id", "user_id"),
)

inline_policies = Table(
    "inline_policies",
    metadata,
    Column("identity_id", RowId, ForeignKey("identities.id", ondelete="CASCADE"), nullable=False),
    Column("name", Bytewise(128), nullable=False),
    Column("document", Bytewise, nullable=False),
    PrimaryKeyConstraint("identity_id", "name"),
)

# Customer managed policies. AWS's own are not rows: they come from rules/iam/managed.py.
managed_policies = Table(
    "managed_policies",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("name", Bytewise(128), nullable=False),
    Column("folded_name", Bytewise(128), nullable=False),
    Column("path", Bytewise(512), nullable=False),
    Column("unique_id", Bytewise(32), nullable=False, unique=True),
    Column("description", Bytewise),
    Column("default_version", Integer, nullable=False),
    Column("next_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("tags", Bytewise, nullable=False),
    UniqueConstraint("account_id", "folded_name"),
)

managed_policy_versions = Table(
    "managed_policy_versions",
    metadata,
    Column("policy_id", RowId, ForeignKey("managed_policies.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Bytewise, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("policy_id", "version"),
)

# By ARN, since an attached policy is either a row of this account or one of AWS's own.
attached_policies = Table(
    "attached_policies",
    metadata,
    Column("identity_id", RowId, ForeignKey("identities.id", ondelete="CASCADE"), nullable=False),
    Column("policy_arn", Bytewise(700), nullable=False, index=True),
    PrimaryKeyConstraint("identity_id", "policy_arn"),
)

oidc_providers = Table(
    "oidc_providers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("url", Bytewise(255), nullable=False),
    Column("client_ids", Bytewise, nullable=False),
    Column("thumbprints", Bytewise, nullable=False),
    Column("tags", Bytewise, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("account_id", "url"),
)
