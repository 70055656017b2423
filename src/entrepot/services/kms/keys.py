"""Keys: create, describe, list, enable and disable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context, KmsKeyRef, Resource
from entrepot.meta import data_keys
from entrepot.meta import kms_keys as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.times import to_micros
from entrepot.rules.iam.request import Value
from entrepot.rules.kms_conditions import KINDS
from entrepot.rules.kms_keys import material_scope
from entrepot.rules.resource_tags import merge_tags
from entrepot.services.access import authorize
from entrepot.services.bound_principals import bind
from entrepot.services.kms.lookup import authorized, changed, key_named, require, require_kept
from entrepot.services.kms.policies import check, default_policy
from entrepot.services.repositories import request_tags


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What CreateKey is given. Without a `policy` the key gets the default one."""

    policy: str | None
    description: str
    tags: Sequence[tuple[str, str]]
    bypass: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and which data key is its material at the moment."""

    row: KmsKeyRow
    material: int


async def create(app: App, ctx: Context, req: KeyRequest) -> Key:
    """Creates a key. Raises PolicyInvalid, LimitExceeded, InvalidTagParameter, TooManyTags."""
    ref = KmsKeyRef(ctx.registry, app.new_id())
    await _authorize_create(app, ctx, ref, req)
    tags = merge_tags({}, req.tags)
    if req.policy is not None:
        await check(app, ctx, ref, req.policy, bypass=req.bypass, tags=tags)
    text = req.policy or default_policy(ref.account)
    material = await app.keyring.new_material(ref.key_id)

    def create_txn(connection: Connection) -> Key:
        now, policy = to_micros(ctx.now), bind(connection, text)
        row = rows.add_key(connection, ref.registry, ref.key_id, "CUSTOMER", req.description, policy, now)
        rows.set_tags(connection, row.id, tags)
        stored = data_keys.add_key(connection, material, 0, now)
        raise_version(connection, ref.account)
        return Key(row, stored.key_id)

    return await app.db.write(create_txn)


async def describe(app: App, ctx: Context, key: str) -> Key:
    """A key, by whatever it is called. Raises KeyNotFound."""
    row = await authorized(app, ctx, "kms:DescribeKey", key_named(ctx, key))

    def describe_txn(connection: Connection) -> Key:
        material = data_keys.current_key(connection, material_scope(row.key_id))
        return Key(require(connection, row.ref), material.key_id if material else 0)

    return await app.db.read(describe_txn)


async def page(app: App, ctx: Context, after: str, count: int) -> list[KmsKeyRow]:
    """The `count` keys of the caller's account whose ids follow `after`, by id."""
    await authorize(app, ctx, "kms:ListKeys", ctx.registry)
    return await app.db.read(rows.page_of_keys, ctx.registry, after, count)


async def enable(app: App, ctx: Context, key: str) -> None:
    """Lets a key be used again."""
    row = await authorized(app, ctx, "kms:EnableKey", key_named(ctx, key, aliases=False))

    def enable_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        rows.set_state(connection, found.id, "Enabled")

    await changed(app, row.ref, enable_in)


async def disable(app: App, ctx: Context, key: str) -> None:
    """Keeps a key from being used, everywhere within a second, until it is enabled again."""
    row = await authorized(app, ctx, "kms:DisableKey", key_named(ctx, key, aliases=False))

    def disable_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        rows.set_state(connection, found.id, "Disabled")

    await changed(app, row.ref, disable_in)


async def set_description(app: App, ctx: Context, key: str, description: str) -> None:
    """Changes what people are told of a key."""
    row = await authorized(app, ctx, "kms:UpdateKeyDescription", key_named(ctx, key, aliases=False))

    def describe_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        rows.set_description(connection, found.id, description)

    await changed(app, row.ref, describe_in)


async def _authorize_create(app: App, ctx: Context, ref: KmsKeyRef, req: KeyRequest) -> None:
    asked: dict[str, Value] = request_tags(req.tags)
    bypass = "true" if req.bypass else "false"
    keys = {**KINDS, **asked, "kms:BypassPolicyLockoutSafetyCheck": bypass}
    await authorize(app, ctx, "kms:CreateKey", ctx.registry, keys)
    if req.tags:
        await authorize(app, ctx, "kms:TagResource", Resource(ref.account, ref.arn), keys)
