"""Rotation: a key goes on with new material, and keeps the old for what was encrypted before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.errors import LimitExceeded
from entrepot.meta import data_keys, kms_rotations
from entrepot.meta import kms_keys as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.kms_rotations import MaterialRow
from entrepot.meta.times import to_micros
from entrepot.ports import NewDataKey
from entrepot.rules.kms_keys import ROTATION_DAYS, ROTATIONS_ON_DEMAND, due, material_scope
from entrepot.services.kms.lookup import authorized, changed, key_named, require_usable

ON_DEMAND, AUTOMATIC = "ON_DEMAND", "AUTOMATIC"
_BATCH = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Status:
    """How a key is rotated by itself: every so many days, next at a time; None for both where it is not."""

    row: KmsKeyRow
    days: int | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Materials:
    """A page of a key's materials, and which data key is the current one."""

    row: KmsKeyRow
    entries: list[MaterialRow]
    current: int


async def enable(app: App, ctx: Context, key: str, days: int | None) -> None:
    """Has a key rotated every so many days. The days begin anew where the number changes, not where it stays."""
    period = days or ROTATION_DAYS
    keys = {"kms:RotationPeriodInDays": str(period)}
    row = await authorized(app, ctx, "kms:EnableKeyRotation", key_named(ctx, key, aliases=False), keys)

    def enable_in(connection: Connection, found: KmsKeyRow) -> None:
        require_usable(found)
        if found.rotation_days != period:
            rows.set_rotation(connection, found.id, period, due(to_micros(ctx.now), period))

    await changed(app, row.ref, enable_in)


async def disable(app: App, ctx: Context, key: str) -> None:
    """Ends the rotation of a key by itself."""
    row = await authorized(app, ctx, "kms:DisableKeyRotation", key_named(ctx, key, aliases=False))

    def disable_in(connection: Connection, found: KmsKeyRow) -> None:
        require_usable(found)
        rows.set_rotation(connection, found.id, None, None)

    await changed(app, row.ref, disable_in)


async def status(app: App, ctx: Context, key: str) -> Status:
    """How a key is rotated by itself. One that waits to be deleted is not."""
    row = await authorized(app, ctx, "kms:GetKeyRotationStatus", key_named(ctx, key, aliases=False))
    if row.state == "PendingDeletion":
        return Status(row, None, None)
    return Status(row, row.rotation_days, row.rotation_at)


async def on_demand(app: App, ctx: Context, key: str) -> KmsKeyRow:
    """Rotates a key now. When it is rotated by itself does not change. Raises LimitExceeded."""
    row = await authorized(app, ctx, "kms:RotateKeyOnDemand", key_named(ctx, key, aliases=False))
    material = await app.keyring.new_material(row.key_id)

    def rotate_in(connection: Connection, found: KmsKeyRow) -> None:
        require_usable(found)
        if kms_rotations.count_of_kind(connection, found.id, ON_DEMAND) >= ROTATIONS_ON_DEMAND:
            raise LimitExceeded(f"A key can be rotated on demand {ROTATIONS_ON_DEMAND} times")
        _rotate(connection, found, material, ON_DEMAND, to_micros(ctx.now))

    await changed(app, row.ref, rotate_in)
    log.info("key was rotated", key=row.arn, kind=ON_DEMAND, by=ctx.principal.arn)
    return row


async def materials(app: App, ctx: Context, key: str, after: int, count: int, *, rotations_only: bool) -> Materials:
    """The `count` materials of a key whose generations follow `after`, the oldest first."""
    row = await authorized(app, ctx, "kms:ListKeyRotations", key_named(ctx, key, aliases=False))
    scope = material_scope(row.key_id)

    def materials_txn(connection: Connection) -> Materials:
        found = kms_rotations.page_of_materials(connection, scope, after, count, rotations_only=rotations_only)
        current = data_keys.current_key(connection, scope)
        return Materials(row, found, current.key_id if current else 0)

    return await app.db.read(materials_txn)


async def rotate_due(app: App) -> int:
    """Rotates the keys that are due; returns how many. A duty of the periodic work."""
    rotated, now = 0, to_micros(app.clock())
    while found := await app.db.read(rows.due_rotations, now, _BATCH):
        for row in found:
            material = await app.keyring.new_material(row.key_id)
            if await app.db.write(_rotate_if_due, row.id, material, now):
                log.info("key was rotated", key=row.arn, kind=AUTOMATIC)
                rotated += 1
    return rotated


def _rotate_if_due(connection: Connection, row_id: int, material: NewDataKey, now: int) -> bool:
    row = rows.find_row(connection, row_id)
    if row is None or row.state != "Enabled" or not row.rotation_days or not row.rotation_at:
        return False
    if to_micros(row.rotation_at) > now:
        return False  # another process was here first
    _rotate(connection, row, material, AUTOMATIC, now)
    rows.set_rotation(connection, row.id, row.rotation_days, due(now, row.rotation_days))
    raise_version(connection, row.account)
    return True


def _rotate(connection: Connection, row: KmsKeyRow, material: NewDataKey, kind: str, now: int) -> None:
    generation = data_keys.generations(connection, material.scope)
    stored = data_keys.add_key(connection, material, generation, now)
    kms_rotations.add_rotation(connection, row.id, stored.key_id, kind, now)
