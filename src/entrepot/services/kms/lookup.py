"""Keys by whatever a request calls them, and whether its caller may do something to them.

What is told of a key depends on who asks: that an alias exists, and for which key, learns only who may use the key or
has rights to all keys of its account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection

from entrepot.context import App, Context, KmsKeyRef, Registry, Resource
from entrepot.errors import AccessDenied, InvalidArn, KeyNotFound, KeyUnavailable
from entrepot.meta import kms_aliases, kms_keys
from entrepot.meta.access_versions import raise_version
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.rules.iam.request import Value
from entrepot.rules.kms_conditions import REQUEST_ALIAS
from entrepot.rules.kms_keys import pending, refusal
from entrepot.rules.kms_names import KeyName, parse_key_name
from entrepot.services.access import authorize

Result = TypeVar("Result")

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
    alias = Resource(name.account, name.arn) if name.is_alias else None
    known: dict[str, Value] = {**(keys or {}), **({REQUEST_ALIAS: name.name} if name.is_alias else {})}
    if row is None:
        if alias:
            await authorize(app, ctx, action, alias, known)
            raise KeyNotFound(f"Alias {name.arn} is not found.")
        ref = KmsKeyRef(Registry(name.account, name.region), name.name)
        await authorize(app, ctx, action, ref, known)
        raise KeyNotFound(f"Key '{ref.arn}' does not exist")
    await authorize(app, ctx, action, row.ref, known, named=alias)
    if row.account != ctx.principal.account and action not in ABROAD:
        raise AccessDenied(
            f"User: {ctx.principal.arn} is not authorized to perform: {action} on resource: {row.arn} because "
            "this action cannot be done to a key of another account"
        )
    return row


async def changed(app: App, ref: KmsKeyRef, change: Callable[[Connection, KmsKeyRow], Result]) -> Result:
    """What `change` returns, done to a key in one transaction, and in force everywhere within a second.

    Raises KeyNotFound where the key was deleted meanwhile, and what `change` raises.
    """

    def change_txn(connection: Connection) -> Result:
        found = change(connection, require(connection, ref))
        raise_version(connection, ref.account)
        return found

    return await app.db.write(change_txn)


def require_usable(row: KmsKeyRow) -> None:
    """Raises KeyUnavailable for a key that is not enabled."""
    if why := refusal(row.arn, row.state):
        raise KeyUnavailable(*why)


def require_kept(row: KmsKeyRow) -> None:
    """Raises KeyUnavailable for a key that waits to be deleted."""
    if why := pending(row.arn, row.state):
        raise KeyUnavailable(*why)


def require_own(connection: Connection, ctx: Context, name: KeyName) -> KmsKeyRow:
    """A key of the caller's account. Raises KeyNotFound, for another account's too."""
    row = find(connection, name) if name.account == ctx.principal.account else None
    if row is None:
        raise KeyNotFound(f"Key '{name.arn}' does not exist")
    return row
