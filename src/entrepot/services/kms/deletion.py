"""Deleting keys, which waits: what a deleted key encrypted is lost for good."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.errors import KeyUnavailable, ValidationFailed
from entrepot.meta import data_keys, kms_aliases
from entrepot.meta import kms_keys as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.times import from_micros, to_micros
from entrepot.rules.kms_keys import DELETION_WINDOW, due, material_scope
from entrepot.services.kms.lookup import authorized, changed, key_named, require_kept

_BATCH = 100
_TOLD = 20

log = structlog.get_logger()


async def schedule(app: App, ctx: Context, key: str, days: int) -> tuple[KmsKeyRow, datetime]:
    """Has a key deleted in so many days; until then it is not to be used. Returns it, and when that is."""
    keys = {"kms:ScheduleKeyDeletionPendingWindowInDays": str(days)}
    row = await authorized(app, ctx, "kms:ScheduleKeyDeletion", key_named(ctx, key, aliases=False), keys)
    if days not in DELETION_WINDOW:
        raise ValidationFailed(f"PendingWindowInDays is from {DELETION_WINDOW[0]} to {DELETION_WINDOW[-1]}")
    deletion_at = due(to_micros(ctx.now), days)

    def schedule_in(connection: Connection, found: KmsKeyRow) -> list[str]:
        require_kept(found)
        rows.set_state(connection, found.id, "PendingDeletion", deletion_at)
        return rows.repositories_of_key(connection, found.id)

    lost = await changed(app, row.ref, schedule_in)
    when = from_micros(deletion_at)
    log.warning("key is going to be deleted", key=row.arn, at=when.isoformat(), by=ctx.principal.arn, **_told(lost))
    return row, when


async def cancel(app: App, ctx: Context, key: str) -> KmsKeyRow:
    """Keeps a key that was to be deleted, disabled as it is. Raises KeyUnavailable for one that was not."""
    row = await authorized(app, ctx, "kms:CancelKeyDeletion", key_named(ctx, key, aliases=False))

    def cancel_in(connection: Connection, found: KmsKeyRow) -> None:
        if found.state != "PendingDeletion":
            raise KeyUnavailable(f"{found.arn} is not pending deletion.", "KMSInvalidStateException")
        rows.set_state(connection, found.id, "Disabled")

    await changed(app, row.ref, cancel_in)
    return row


async def delete_due(app: App) -> int:
    """Deletes the keys whose waiting is over, material and all; returns how many. A duty of the periodic work."""
    deleted, now = 0, to_micros(app.clock())
    while found := await app.db.read(rows.due_deletions, now, _BATCH):
        for row in found:
            lost = await app.db.write(_delete, row.id, now)
            if lost is not None:
                log.warning("key was deleted", key=row.arn, **_told(lost))
                deleted += 1
    return deleted


def _delete(connection: Connection, row_id: int, now: int) -> list[str] | None:
    row = rows.find_row(connection, row_id)
    if row is None or row.state != "PendingDeletion" or not row.deletion_at or to_micros(row.deletion_at) > now:
        return None  # it was kept after all
    data_keys.wipe_keys(connection, material_scope(row.key_id), row.id)
    kms_aliases.delete_aliases_of_key(connection, row.id)
    rows.set_rotation(connection, row.id, None, None)
    rows.set_state(connection, row.id, "Deleted")
    raise_version(connection, row.account)
    return rows.repositories_of_key(connection, row.id)


def _told(repositories: list[str]) -> dict[str, object]:
    """What a line of the log says of the repositories that go with a key: how many, and some of them."""
    return {"repositories": len(repositories), "among_them": repositories[:_TOLD]}
