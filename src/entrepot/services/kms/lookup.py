"""Keys by whatever a request calls them, and whether its caller may do something to them.

What is told of a key depends on who asks: that an alias exists, and for which key, learns only who may use the key or
has rights to all keys of its account.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context, KmsKeyRef, Registry, Resource
from entrepot.errors import AccessDenied, InvalidArn, KeyNotFound
from entrepot.meta import kms_aliases, kms_keys
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.rules.iam.request import Value
from entrepot.rules.kms_conditions import REQUEST_ALIAS
from entrepot.rules.kms_names import KeyName, parse_key_name
from entrepot.services.access import authorize

ABROAD = frozenset(
    {
        *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
        *("kms:GenerateDataKeyWithoutPlaintext", "kms:GetKeyRotationStatus", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
        "kms:RetireGrant",
    }
)
"""What can be done to another account's key; anything else cannot, whatever its policy says.

Source: KMS API Reference, "Cross-account use" of each operation.
"""


@dataclass(frozen=True, slots=True)
class Named:
    """What a request calls a key, and the key if there is one."""

    name: KeyName
    key: KmsKeyRow | None


def key_named(ctx: Context, text: str, *, aliases: bool = True) -> KeyName:
    """The key that a request names. Raises InvalidArn and KeyNotFound; also for an alias unless `aliases` will do."""
    name = parse_key_name(text, ctx.principal.account, ctx.registry.region)
    if name.is_alias and not aliases:
        raise InvalidArn(f"Invalid arn {text}") if text.startswith("arn:") else KeyNotFound(f"Invalid keyId '{text}'")
    return name


def find(connection: Connection, name: KeyName) -> KmsKeyRow | None:
    """The key of that id or alias, unless it was deleted."""
    place = Registry(name.account, name.region)
    if name.is_alias:
        alias = kms_aliases.find_alias(connection, place, name.name)
        row = kms_keys.find_row(connection, alias.row_id) if alias else None
    else:
        row = kms_keys.find_key(connection, place, name.name)
    return None if row is None or row.state == "Deleted" else row


def require(connection: Connection, ref: KmsKeyRef) -> KmsKeyRow:
    """The key of that id, read again in a transaction that changes it. Raises KeyNotFound."""
    row = kms_keys.find_key(connection, ref.registry, ref.key_id)
    if row is None or row.state == "Deleted":
        raise KeyNotFound(f"Key '{ref.arn}' does not exist")
    return row


async def authorized(
    app: App, ctx: Context, action: str, name: KeyName, keys: Mapping[str, Value] | None = None
) -> KmsKeyRow:
    """The key, once it is clear that the caller may do `action` to it. Raises AccessDenied, KeyNotFound."""
    row = await app.db.read(find, name)
    return await authorized_row(app, ctx, action, Named(name, row), keys)


async def authorized_row(
    app: App, ctx: Context, action: str, named: Named, keys: Mapping[str, Value] | None = None
) -> KmsKeyRow:
    """As `authorized`, for a key that was looked up already."""
    name, row = named.name, named.key
    of_alias = Resource(name.account, name.arn)
    known: dict[str, Value] = {**(keys or {}), **({REQUEST_ALIAS: name.name} if name.is_alias else {})}
    if row is None:
        if name.is_alias:
            await authorize(app, ctx, action, of_alias, known)
            raise KeyNotFound(f"Alias {name.arn} is not found.")
        ref = KmsKeyRef(Registry(name.account, name.region), name.name)
        await authorize(app, ctx, action, ref, known)
        raise KeyNotFound(f"Key '{ref.arn}' does not exist")
    try:
        await authorize(app, ctx, action, row.ref, known)
    except AccessDenied:
        if name.is_alias:
            await authorize(app, ctx, action, of_alias, known)
        raise
    if row.account != ctx.principal.account and action not in ABROAD:
        raise AccessDenied(
            f"User: {ctx.principal.arn} is not authorized to perform: {action} on resource: {row.arn} because "
            "this action cannot be done to a key of another account"
        )
    return row
