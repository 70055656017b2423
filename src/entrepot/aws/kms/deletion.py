"""Deleting keys."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.context import App, Context
from entrepot.rules.kms_keys import DELETION_DAYS
from entrepot.services.kms import deletion


@operation("ScheduleKeyDeletion")
async def schedule_key_deletion(
    app: App, ctx: Context, req: s.ScheduleKeyDeletionRequest
) -> s.ScheduleKeyDeletionResponse:
    """Has a key deleted once it has waited for some days."""
    days = DELETION_DAYS if req.pending_window_in_days is None else req.pending_window_in_days
    row, when = await deletion.schedule(app, ctx, req.key_id, days)
    return s.ScheduleKeyDeletionResponse(
        key_id=row.arn, deletion_date=when.timestamp(), key_state="PendingDeletion", pending_window_in_days=days
    )


@operation("CancelKeyDeletion")
async def cancel_key_deletion(app: App, ctx: Context, req: s.CancelKeyDeletionRequest) -> s.CancelKeyDeletionResponse:
    """Keeps a key that waits to be deleted."""
    row = await deletion.cancel(app, ctx, req.key_id)
    return s.CancelKeyDeletionResponse(key_id=row.arn)
