"""Rotation."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.paging import page_of, start_of
from entrepot.context import App, Context
from entrepot.meta.kms_rotations import MaterialRow
from entrepot.rules.kms_keys import material_id
from entrepot.services.kms import rotation
from entrepot.services.kms.rotation import Materials


@operation("EnableKeyRotation")
async def enable_key_rotation(app: App, ctx: Context, req: s.EnableKeyRotationRequest) -> None:
    """Has a key rotated every so many days."""
    await rotation.enable(app, ctx, req.key_id, req.rotation_period_in_days)


@operation("DisableKeyRotation")
async def disable_key_rotation(app: App, ctx: Context, req: s.DisableKeyRotationRequest) -> None:
    """Ends that."""
    await rotation.disable(app, ctx, req.key_id)


@operation("GetKeyRotationStatus")
async def get_key_rotation_status(
    app: App, ctx: Context, req: s.GetKeyRotationStatusRequest
) -> s.GetKeyRotationStatusResponse:
    """Whether a key is rotated by itself, how often, and when next. One on demand is over when it is answered."""
    found = await rotation.status(app, ctx, req.key_id)
    return s.GetKeyRotationStatusResponse(
        key_rotation_enabled=found.days is not None,
        key_id=found.row.arn,
        rotation_period_in_days=found.days,
        next_rotation_date=found.next_at.timestamp() if found.next_at else None,
    )


@operation("RotateKeyOnDemand")
async def rotate_key_on_demand(app: App, ctx: Context, req: s.RotateKeyOnDemandRequest) -> s.RotateKeyOnDemandResponse:
    """Rotates a key now."""
    row = await rotation.on_demand(app, ctx, req.key_id)
    return s.RotateKeyOnDemandResponse(key_id=row.arn)


@operation("ListKeyRotations")
async def list_key_rotations(app: App, ctx: Context, req: s.ListKeyRotationsRequest) -> s.ListKeyRotationsResponse:
    """A key's rotations, or all its materials, in pages."""
    only = req.include_key_material != "ALL_KEY_MATERIAL"
    start = start_of(ctx, req, "ListKeyRotations", req.key_id, str(only), first=-1)
    found = await rotation.materials(app, ctx, req.key_id, start.position, start.count + 1, rotations_only=only)
    page = page_of(start, found.entries, lambda row: row.generation)
    return s.ListKeyRotationsResponse(
        rotations=[_entry(found, row) for row in page.entries], next_marker=page.marker, truncated=page.truncated
    )


def _entry(found: Materials, row: MaterialRow) -> s.RotationsListEntry:
    return s.RotationsListEntry(
        key_id=found.row.arn,
        key_material_id=material_id(found.row.key_id, row.data_key_id),
        key_material_state="CURRENT" if row.data_key_id == found.current else "NON_CURRENT",
        rotation_date=row.rotated_at.timestamp() if row.rotated_at else None,
        rotation_type=None if row.kind is None else "ON_DEMAND" if row.kind == rotation.ON_DEMAND else "AUTOMATIC",
    )
