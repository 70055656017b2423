"""The schema, as SQLAlchemy Core tables. A change here goes with a migration in `migrations/versions`.

accounts ── access_keys                 data_keys ── blobs ── repository_blobs ─┐
repositories ── resource_tags, uploads, images ── manifests, image_tags, image_blobs, image_children
repository_blobs ── layer_reviews, blobs ── blob_reviews, object_deletions, reclaimed   (the garbage collection)
kms_keys ── kms_aliases, kms_rotations, data_keys, repositories
registry_settings, leases, quotas, rate_buckets, former_master_keys, schema_info, store_marks  (stand alone)

Text sorts by its bytes on every engine (collation C on PostgreSQL, BINARY on SQLite), as the OCI spec's tag listing
wants it and keyset paging needs it.
"""

from __future__ import annotations

from entrepot.meta.tables.access import (
    access_keys,
    access_versions,
    accounts,
    attached_policies,
    group_members,
    identities,
    identity_tags,
    inline_policies,
    managed_policies,
    managed_policy_versions,
    oidc_providers,
)
from entrepot.meta.tables.base import metadata
from entrepot.meta.tables.content import (
    blobs,
    data_keys,
    image_blobs,
    image_children,
    image_tags,
    images,
    manifests,
    registry_policies,
    registry_settings,
    repositories,
    repository_blobs,
    repository_policies,
    resource_tags,
    uploads,
)
from entrepot.meta.tables.keys import former_master_keys, kms_aliases, kms_keys, kms_rotations
from entrepot.meta.tables.work import (
    blob_reviews,
    layer_reviews,
    leases,
    object_deletions,
    quotas,
    rate_buckets,
    reclaimed,
    schema_info,
    store_marks,
)

__all__ = [
    "access_keys",
    "access_versions",
    "accounts",
    "attached_policies",
    "blob_reviews",
    "blobs",
    "data_keys",
    "former_master_keys",
    "group_members",
    "identities",
    "identity_tags",
    "image_blobs",
    "image_children",
    "image_tags",
    "images",
    "inline_policies",
    "kms_aliases",
    "kms_keys",
    "kms_rotations",
    "layer_reviews",
    "leases",
    "managed_policies",
    "managed_policy_versions",
    "manifests",
    "metadata",
    "object_deletions",
    "oidc_providers",
    "quotas",
    "rate_buckets",
    "reclaimed",
    "registry_policies",
    "registry_settings",
    "repositories",
    "repository_blobs",
    "repository_policies",
    "resource_tags",
    "schema_info",
    "store_marks",
    "uploads",
]
