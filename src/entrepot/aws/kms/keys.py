"""Keys."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.paging import page_of, start_of
from entrepot.aws.kms.refusals import refuse_grants
from entrepot.context import App, Context
from entrepot.errors import Unsupported, ValidationFailed
from entrepot.rules.kms_keys import material_id
from entrepot.services.kms import keys
from entrepot.services.kms.keys import Key, KeyRequest

SYMMETRIC = "SYMMETRIC_DEFAULT"


@operation("CreateKey")
async def create_key(app: App, ctx: Context, req: s.CreateKeyRequest) -> s.CreateKeyResponse:
    """Creates a key."""
    _refuse_other_kinds(req)
    wanted = KeyRequest(
        policy=req.policy,
        description=req.description or "",
        tags=[(tag.tag_key, tag.tag_value) for tag in req.tags or ()],
        bypass=bool(req.bypass_policy_lockout_safety_check),
    )
    return s.CreateKeyResponse(key_metadata=_metadata(await keys.create(app, ctx, wanted)))


@operation("DescribeKey")
async def describe_key(app: App, ctx: Context, req: s.DescribeKeyRequest) -> s.DescribeKeyResponse:
    """A key, by id, ARN or alias."""
    refuse_grants(req.grant_tokens)
    return s.DescribeKeyResponse(key_metadata=_metadata(await keys.describe(app, ctx, req.key_id)))


@operation("ListKeys")
async def list_keys(app: App, ctx: Context, req: s.ListKeysRequest) -> s.ListKeysResponse:
    """The account's keys, in pages. No other account can share its keys, so that of those there are none."""
    start = start_of(ctx, req, "ListKeys", *sorted(req.resource_owners or ()), first="")
    found = await keys.page(app, ctx, start.position, start.count + 1)
    page = page_of(start, found if "SELF" in (req.resource_owners or ("SELF",)) else [], lambda row: row.key_id)
    return s.ListKeysResponse(
        keys=[s.KeyListEntry(key_id=row.key_id, key_arn=row.arn) for row in page.entries],
        next_marker=page.marker,
        truncated=page.truncated,
    )


@operation("EnableKey")
async def enable_key(app: App, ctx: Context, req: s.EnableKeyRequest) -> None:
    """Lets a key be used again."""
    await keys.enable(app, ctx, req.key_id)


@operation("DisableKey")
async def disable_key(app: App, ctx: Context, req: s.DisableKeyRequest) -> None:
    """Keeps a key from being used."""
    await keys.disable(app, ctx, req.key_id)


@operation("UpdateKeyDescription")
async def update_key_description(app: App, ctx: Context, req: s.UpdateKeyDescriptionRequest) -> None:
    """Changes the description."""
    await keys.set_description(app, ctx, req.key_id, req.description)


def _metadata(key: Key) -> s.KeyMetadata:
    row = key.row
    return s.KeyMetadata(
        aws_account_id=row.account,
        key_id=row.key_id,
        arn=row.arn,
        creation_date=row.created_at.timestamp(),
        enabled=row.state == "Enabled",
        description=row.description,
        key_usage="ENCRYPT_DECRYPT",
        key_state=row.state if row.state != "Deleted" else None,
        deletion_date=row.deletion_at.timestamp() if row.deletion_at else None,
        origin="AWS_KMS",
        key_manager="AWS" if row.manager == "AWS" else "CUSTOMER",
        customer_master_key_spec=SYMMETRIC,
        key_spec=SYMMETRIC,
        encryption_algorithms=[SYMMETRIC],
        multi_region=False,
        current_key_material_id=material_id(row.key_id, key.material),
    )


def _refuse_other_kinds(req: s.CreateKeyRequest) -> None:
    """Raises Unsupported for all but a symmetric key whose material is made here."""
    if req.key_spec and req.customer_master_key_spec:
        raise ValidationFailed(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
    spec, usage, origin = req.key_spec or req.customer_master_key_spec, req.key_usage, req.origin
    if spec not in (None, SYMMETRIC):
        raise Unsupported(f"The key spec {spec} is not available in this release: use {SYMMETRIC}")
    if usage not in (None, "ENCRYPT_DECRYPT"):
        raise ValidationFailed(f"KeyUsage {usage} is not compatible with KeySpec {SYMMETRIC}")
    if origin not in (None, "AWS_KMS"):
        raise Unsupported(f"The origin {origin} is not available in this release: use AWS_KMS")
    if req.custom_key_store_id is not None or req.xks_key_id is not None:
        raise Unsupported("Custom key stores are not available in this release")
    if req.multi_region:
        raise Unsupported("Multi-Region keys are not available in this release")
