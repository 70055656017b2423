"""The schema, as SQLAlchemy Core tables. A change here goes with a migration in `migrations/versions`.

accounts ── access_keys                 data_keys ── blobs ── repository_blobs ─┐
repositories ── resource_tags, uploads, images ── manifests, image_tags, image_blobs, image_children
repository_blobs ── layer_reviews, blobs ── blob_reviews, object_deletions, reclaimed   (the garbage collection)
registry_settings, leases, schema_info  (stand alone)

Text sorts by its bytes on every engine (collation C on PostgreSQL, BINARY on SQLite), as the OCI spec's tag listing
wants it and keyset paging needs it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from entrepot.meta.text import Bytewise

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite gives out row ids only for a column of exactly INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")
Account = Bytewise(12)
Region = Bytewise(64)
Digest = Bytewise(140)

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

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("scope", Bytewise(200), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("scope", "generation"),
)

registry_settings = Table(
    "registry_settings",
    metadata,
    Column("account_id", Account, nullable=False),
    Column("region", Region, nullable=False),
    Column("name", Bytewise(64), nullable=False),
    Column("value", Bytewise, nullable=False),
    PrimaryKeyConstraint("account_id", "region", "name"),
)

repositories = Table(
    "repositories",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("region", Region, nullable=False),
    Column("name", Bytewise, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("tag_mutability", Bytewise(32), nullable=False),
    Column("exclusion_filters", Bytewise, nullable=False),
    UniqueConstraint("account_id", "region", "name"),
)

resource_tags = Table(
    "resource_tags",
    metadata,
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False),
    Column("key", Bytewise, nullable=False),
    Column("value", Bytewise, nullable=False),
    PrimaryKeyConstraint("repository_id", "key"),
)

blobs = Table(
    "blobs",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("data_key_id", RowId, ForeignKey("data_keys.id"), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("object_id", Bytewise(32), nullable=False, unique=True),
    Column("store", Bytewise(400), nullable=False, server_default=""),
    Column("format", Bytewise(8), nullable=False, server_default="sealed"),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("data_key_id", "digest"),
)

repository_blobs = Table(
    "repository_blobs",
    metadata,
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("blob_id", RowId, ForeignKey("blobs.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("repository_id", "digest"),
    Index("ix_repository_blobs_digest_repository_id", "digest", "repository_id"),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Bytewise(36), primary_key=True),
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("principal_arn", Bytewise, nullable=False),
    Column("data_key_id", RowId, ForeignKey("data_keys.id"), nullable=False),
    Column("object_id", Bytewise(32), nullable=False, unique=True),
    Column("store", Bytewise(400), nullable=False, server_default=""),
    Column("format", Bytewise(8), nullable=False, server_default="sealed"),
    Column("received", BigInteger, nullable=False),
    Column("state", Bytewise, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("last_part", BigInteger, nullable=False),
    Column("part_too_small", Boolean, nullable=False),
    Column("updated_at", BigInteger, nullable=False, index=True),
)

images = Table(
    "images",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("media_type", Bytewise, nullable=False),
    Column("artifact_type", Bytewise),
    Column("subject_digest", Digest),
    Column("manifest_size", BigInteger, nullable=False),
    Column("image_size", BigInteger, nullable=False),
    Column("annotations", Bytewise, nullable=False),
    Column("pushed_at", BigInteger, nullable=False),
    Column("last_pulled_at", BigInteger),
    UniqueConstraint("repository_id", "digest"),
    Index("ix_images_repository_id_id", "repository_id", "id"),
    Index("ix_images_repository_id_subject_digest_id", "repository_id", "subject_digest", "id"),
)

# Apart from the image's row, so that listing 100,000 images never reads a manifest.
manifests = Table(
    "manifests",
    metadata,
    Column("image_id", RowId, ForeignKey("images.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False),
)

image_tags = Table(
    "image_tags",
    metadata,
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False),
    Column("tag", Bytewise, nullable=False),
    Column("image_id", RowId, ForeignKey("images.id", ondelete="CASCADE"), nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("repository_id", "tag"),
    Index("ix_image_tags_image_id_tag", "image_id", "tag"),
)

image_blobs = Table(
    "image_blobs",
    metadata,
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("image_id", RowId, ForeignKey("images.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("media_type", Bytewise, nullable=False),
    PrimaryKeyConstraint("repository_id", "digest", "image_id"),
)

image_children = Table(
    "image_children",
    metadata,
    Column("parent_id", RowId, ForeignKey("images.id", ondelete="CASCADE"), nullable=False),
    Column("child_id", RowId, ForeignKey("images.id"), nullable=False, index=True),
    PrimaryKeyConstraint("parent_id", "child_id"),
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

repository_policies = Table(
    "repository_policies",
    metadata,
    Column(
        "repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("document", Bytewise, nullable=False),
)

registry_policies = Table(
    "registry_policies",
    metadata,
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("region", Region, nullable=False),
    Column("document", Bytewise, nullable=False),
    PrimaryKeyConstraint("account_id", "region"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Bytewise(64), primary_key=True),
    Column("holder", Bytewise(64), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

# The garbage collection (docs/garbage-collection.md): what may have lost its last reference is looked at again when it
# is due. A review is a question and no verdict: whoever takes it up asks anew in the same transaction.
layer_reviews = Table(
    "layer_reviews",
    metadata,
    Column("repository_id", RowId, ForeignKey("repositories.id", ondelete="CASCADE"), nullable=False),
    Column("digest", Digest, nullable=False),
    Column("review_after", BigInteger, nullable=False, index=True),
    PrimaryKeyConstraint("repository_id", "digest"),
)

# `repository` is the one that gave the blob up last, by name since it may be gone itself; empty where nobody knows.
blob_reviews = Table(
    "blob_reviews",
    metadata,
    Column("blob_id", RowId, ForeignKey("blobs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("review_after", BigInteger, nullable=False, index=True),
    Column("account_id", Account, nullable=False),
    Column("region", Region, nullable=False),
    Column("repository", Bytewise, nullable=False),
)

# Objects that no row names any more, until they are gone from the store. `store` is empty for the one in use.
object_deletions = Table(
    "object_deletions",
    metadata,
    Column("object_id", Bytewise(32), nullable=False),
    Column("store", Bytewise(400), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("account_id", Account, nullable=False),
    Column("region", Region, nullable=False),
    Column("repository", Bytewise, nullable=False),
    PrimaryKeyConstraint("object_id", "store"),
)

# Totals by repository: layers that it let go, and objects that went from the store with it as their last holder.
reclaimed = Table(
    "reclaimed",
    metadata,
    Column("account_id", Account, nullable=False),
    Column("region", Region, nullable=False),
    Column("repository", Bytewise, nullable=False),
    Column("layers", BigInteger, nullable=False),
    Column("layer_bytes", BigInteger, nullable=False),
    Column("objects", BigInteger, nullable=False),
    Column("object_bytes", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "region", "repository"),
)

# What a node has to know before it works on a schema that is newer than itself: see meta/schema.py.
schema_info = Table(
    "schema_info",
    metadata,
    Column("name", Bytewise(64), primary_key=True),
    Column("value", Bytewise, nullable=False),
)
