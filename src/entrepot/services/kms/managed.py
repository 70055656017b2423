"""The key behind alias/aws/ecr: AWS's to manage, one for each account and Region, made when ECR first needs it.

Its policy is that of AWS's own ("Encryption at rest", ECR User Guide): everyone in the account uses it by way of ECR,
and nobody changes it, since it allows nothing that does.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from entrepot.context import App, Context, Registry
from entrepot.meta import data_keys, kms_aliases, kms_keys
from entrepot.meta.access_versions import raise_version
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.times import to_micros
from entrepot.ports import NewDataKey
from entrepot.rules.kms_keys import ROTATION_DAYS, due
from entrepot.rules.kms_names import ECR_ALIAS

DESCRIPTION = "Default key that protects my ECR data when no other key is defined"


async def ecr_key(app: App, ctx: Context, place: Registry) -> KmsKeyRow:
    """The key, made if there is none yet: the same one for all who ask at once."""
    if row := await app.db.read(_find, place):
        return row
    key_id = app.new_id()
    material = await app.keyring.new_material(key_id)
    try:
        return await app.db.write(_add, place, key_id, material, to_micros(ctx.now))
    except _TakenError:
        row = await app.db.read(_find, place)
        if row is None:
            raise LookupError(ECR_ALIAS) from None
        return row


class _TakenError(Exception):
    """Another process made the key at the same time: nothing of this one's is to stay."""


def _find(connection: Connection, place: Registry) -> KmsKeyRow | None:
    alias = kms_aliases.find_alias(connection, place, ECR_ALIAS)
    return kms_keys.find_row(connection, alias.row_id) if alias else None


def _add(connection: Connection, place: Registry, key_id: str, material: NewDataKey, now: int) -> KmsKeyRow:
    row = kms_keys.add_key(connection, place, key_id, "AWS", DESCRIPTION, policy_of(place), now)
    kms_keys.set_rotation(connection, row.id, ROTATION_DAYS, due(now, ROTATION_DAYS))
    data_keys.add_key(connection, material, 0, now)
    if not kms_aliases.add_alias(connection, place, ECR_ALIAS, row.id, now):
        raise _TakenError
    raise_version(connection, place.account)
    return row


def policy_of(place: Registry) -> str:
    """The policy of the key."""
    through_ecr = {
        "Sid": "Allow access through ECR for all principals in the account that are authorized to use ECR",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [
            *("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"),
            *("kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"),
        ],
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": place.account,
                "kms:ViaService": f"ecr.{place.region}.amazonaws.com",
            }
        },
    }
    described = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{place.account}:root"},
        "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "auto-ecr-1", "Statement": [through_ecr, described]})
