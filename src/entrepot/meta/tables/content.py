"""Repositories and what is in them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from entrepot.meta.tables.base import Account, Digest, Region, RowId, metadata
from entrepot.meta.text import Bytewise

# `master_key` names the master key that wraps a data key, empty where that is the only one there ever was. One with a
# `kms_key_id` is wrapped by that key's material instead, which is a data key of its own (scope kms/{key id}).
data_keys = Table(
    "data_keys",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("scope", Bytewise(200), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("master_key", Bytewise(200), nullable=False, server_default=""),
    Column("kms_key_id", RowId, ForeignKey("kms_keys.id"), index=True),
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
    Column("encryption_type", Bytewise(16), nullable=False, server_default="AES256"),
    Column("kms_key_id", RowId, ForeignKey("kms_keys.id"), index=True),
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

# Apart from the image's row, so that listing 100,000 images never reads a manifest. Sealed where `data_key_id` is
# given: that is no foreign key, for which SQLite would have to write the whole table anew.
manifests = Table(
    "manifests",
    metadata,
    Column("image_id", RowId, ForeignKey("images.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("payload", LargeBinary, nullable=False),
    Column("data_key_id", RowId),
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
