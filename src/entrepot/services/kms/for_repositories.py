"""What ECR needs of KMS: the key that a repository is to be encrypted with."""

from __future__ import annotations

from entrepot.context import App, Context, Registry
from entrepot.errors import AccessDenied, InvalidArn, KeyNotFound, KeyUnavailable
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.rules.iam.request import Value
from entrepot.rules.kms_conditions import keys_of_context, via_service
from entrepot.rules.kms_names import ECR_ALIAS, parse_key_name
from entrepot.services.kms import lookup
from entrepot.services.kms.managed import ecr_key

_GRANTS = ("kms:CreateGrant", "kms:RetireGrant")
"""What whoever creates a repository has to be allowed to do to its key, beside kms:DescribeKey.

Source: ECR User Guide, "Encryption at rest", required IAM permissions.
"""


async def key_for_repository(
    app: App, ctx: Context, registry: Registry, wanted: str | None, *, repository_arn: str = ""
) -> KmsKeyRow:
    """The key for a new repository of `registry`: enabled, and one that the caller may have it encrypted with.

    `wanted` is a key's id, ARN, alias or the ARN of an alias, in the registry's Region; None stands for alias/aws/ecr.
    `repository_arn` is what policies find in the encryption context aws:ecr:arn. Raises KeyUnavailable, with KMS's own
    code as its `kms_error`.
    """
    keys: dict[str, Value] = via_service("ecr", registry.region)
    if repository_arn:
        keys |= keys_of_context({"aws:ecr:arn": repository_arn})
    try:
        name = parse_key_name(wanted or ECR_ALIAS, registry.account, registry.region)
        if (name.account, name.name) == (registry.account, ECR_ALIAS):
            await ecr_key(app, ctx, registry)
        row = await _authorized(app, ctx, name, keys)
    except AccessDenied as error:
        raise KeyUnavailable(error.message, "AccessDeniedException") from None
    except KeyNotFound as error:
        raise KeyUnavailable(error.message, "NotFoundException") from None
    except InvalidArn as error:
        raise KeyUnavailable(error.message, "InvalidArnException") from None
    lookup.require_usable(row)
    return row


async def _authorized(app: App, ctx: Context, name: lookup.KeyName, keys: dict[str, Value]) -> KmsKeyRow:
    named = lookup.Named(name, await app.db.read(lookup.find, name))
    row = await lookup.authorized_row(app, ctx, "kms:DescribeKey", named, keys)
    for action in _GRANTS:
        await lookup.authorized_row(app, ctx, action, named, {**keys, "kms:GrantIsForAWSResource": "true"})
    return row
