"""KMS: keys, their aliases, and when they were rotated. Their material is in data_keys, scope kms/{key id}.

And master keys from before the current one.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from entrepot.meta.tables.base import Account, Region, RowId, metadata
from entrepot.meta.text import Bytewise

# `manager` is CUSTOMER, or AWS for the key behind alias/aws/ecr. A key that was deleted stays, in the state Deleted and
# without its material, since repositories go on naming it.
kms_keys = Table(
    "kms_keys",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("region", Region, nullable=False),
    Column("key_id", Bytewise(36), nullable=False),
    Column("manager", Bytewise(16), nullable=False),
    Column("description", Bytewise, nullable=False),
    Column("state", Bytewise(24), nullable=False),
    Column("policy", Bytewise, nullable=False),
    Column("tags", Bytewise, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("deletion_at", BigInteger, index=True),
    Column("rotation_days", Integer),
    Column("rotation_at", BigInteger, index=True),
    UniqueConstraint("account_id", "region", "key_id"),
)

kms_aliases = Table(
    "kms_aliases",
    metadata,
    Column("account_id", Account, ForeignKey("accounts.account_id"), nullable=False),
    Column("region", Region, nullable=False),
    Column("name", Bytewise(256), nullable=False),
    Column("kms_key_id", RowId, ForeignKey("kms_keys.id"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("account_id", "region", "name"),
)

# `kind` is AUTOMATIC or ON_DEMAND. `data_key_id` is the material that the key has had since.
kms_rotations = Table(
    "kms_rotations",
    metadata,
    Column("kms_key_id", RowId, ForeignKey("kms_keys.id"), nullable=False),
    Column("data_key_id", RowId, nullable=False),
    Column("kind", Bytewise(16), nullable=False),
    Column("rotated_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("kms_key_id", "data_key_id"),
)

# By the names that rows of data_keys have. With `retired_at` nothing is wrapped by a key any more.
former_master_keys = Table(
    "former_master_keys",
    metadata,
    Column("name", Bytewise(200), nullable=False),
    Column("retired_at", BigInteger),
    PrimaryKeyConstraint("name"),
)
