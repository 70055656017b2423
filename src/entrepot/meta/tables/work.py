"""Periodic work, the garbage collection, and the schema itself."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table

from entrepot.meta.tables.base import Account, Digest, Region, RowId, metadata
from entrepot.meta.text import Bytewise

# `done_at` is when a duty was done last; empty where it never was, or where the lease is for something else.
leases = Table(
    "leases",
    metadata,
    Column("name", Bytewise(64), primary_key=True),
    Column("holder", Bytewise(64), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
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

# Which mark of a store goes with the database, so that a restore of the two from different moments is noticed
# (services/pairing.py). `upcoming` is one that may be in the store already, `previous` one that may come back late.
store_marks = Table(
    "store_marks",
    metadata,
    Column("store", Bytewise(400), primary_key=True),
    Column("agreed", Bytewise(64), nullable=False),
    Column("upcoming", Bytewise(64), nullable=False),
    Column("previous", Bytewise(64), nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

# Quotas that differ from the settings' own. `repository` is empty for one of the registry as a whole; `name` is that of
# rules/quotas.py.
quotas = Table(
    "quotas",
    metadata,
    Column("account_id", Account, nullable=False),
    Column("region", Region, nullable=False),
    Column("repository", Bytewise, nullable=False),
    Column("name", Bytewise(64), nullable=False),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "region", "repository", "name"),
)

# Token buckets that all nodes draw on: `name` says whose requests and which, `tokens` are thousandths of a request.
rate_buckets = Table(
    "rate_buckets",
    metadata,
    Column("name", Bytewise(400), primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
