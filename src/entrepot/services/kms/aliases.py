"""Aliases: names of keys, which can be moved from one to another. A change needs rights to the alias and to the keys.

Source: KMS Developer Guide, "Controlling access to aliases".
"""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Context, Registry, Resource
from entrepot.errors import AliasAlreadyExists, KeyNotFound, LimitExceeded, ValidationFailed
from entrepot.meta import kms_aliases as rows
from entrepot.meta.kms_aliases import AliasRow
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.meta.times import to_micros
from entrepot.rules.kms_keys import ALIASES_OF_KEY
from entrepot.rules.kms_names import KeyName, check_alias_name
from entrepot.services.access import authorize
from entrepot.services.kms import lookup
from entrepot.services.kms.lookup import authorized, changed, key_named, require_kept


async def create(app: App, ctx: Context, alias: str, target: str) -> None:
    """Gives a key a name. Raises AliasAlreadyExists, KeyNotFound, LimitExceeded, KeyUnavailable."""
    named = await _authorize_alias(app, ctx, "kms:CreateAlias", alias)
    key = await _target(app, ctx, "kms:CreateAlias", target)

    def create_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        if not rows.add_alias(connection, found.registry, alias, found.id, to_micros(ctx.now)):
            raise AliasAlreadyExists(f"An alias with the name {named.arn} already exists")
        _check_count(connection, found)

    await changed(app, key.ref, create_in)


async def update(app: App, ctx: Context, alias: str, target: str) -> None:
    """Makes a name that of another key. Raises KeyNotFound, LimitExceeded, KeyUnavailable."""
    named = await _authorize_alias(app, ctx, "kms:UpdateAlias", alias)
    old = await authorized(app, ctx, "kms:UpdateAlias", named)
    key = await _target(app, ctx, "kms:UpdateAlias", target)

    def update_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        _require(connection, named, old)
        rows.move_alias(connection, found.registry, alias, found.id, to_micros(ctx.now))
        _check_count(connection, found)

    await changed(app, key.ref, update_in)


async def delete(app: App, ctx: Context, alias: str) -> None:
    """Takes a name from its key. Raises KeyNotFound."""
    named = await _authorize_alias(app, ctx, "kms:DeleteAlias", alias)
    key = await authorized(app, ctx, "kms:DeleteAlias", named)

    def delete_in(connection: Connection, found: KmsKeyRow) -> None:
        _require(connection, named, found)
        rows.delete_alias(connection, found.registry, alias)

    await changed(app, key.ref, delete_in)


async def page(app: App, ctx: Context, key: str | None, after: str, count: int) -> list[AliasRow]:
    """The `count` aliases whose names follow `after`, by name: of one key, or of the account. Raises KeyNotFound."""
    await authorize(app, ctx, "kms:ListAliases", ctx.registry)
    name = key_named(ctx, key, aliases=False) if key else None

    def page_txn(connection: Connection) -> list[AliasRow]:
        row_id = lookup.require_own(connection, ctx, name).id if name else None
        return rows.page_of_aliases(connection, ctx.registry, row_id, after, count)

    return await app.db.read(page_txn)


async def _authorize_alias(app: App, ctx: Context, action: str, alias: str) -> KeyName:
    """The alias of the caller's account, once it is clear that the caller may do `action` to an alias of that name."""
    name = KeyName(ctx.principal.account, ctx.registry.region, alias, is_alias=True)
    await authorize(app, ctx, action, Resource(name.account, name.arn))
    check_alias_name(alias)
    return name


async def _target(app: App, ctx: Context, action: str, key: str) -> KmsKeyRow:
    name = key_named(ctx, key)
    if name.is_alias:
        raise ValidationFailed("Aliases must refer to keys. Not aliases")
    return await authorized(app, ctx, action, name)


def _require(connection: Connection, name: KeyName, key: KmsKeyRow) -> None:
    """Raises KeyNotFound where the alias is gone, or by now that of a key to which nobody asked for rights."""
    row = rows.find_alias(connection, Registry(name.account, name.region), name.name)
    if row is None or row.row_id != key.id:
        raise KeyNotFound(f"Alias {name.arn} is not found.")


def _check_count(connection: Connection, key: KmsKeyRow) -> None:
    if rows.count_of_key(connection, key.id) > ALIASES_OF_KEY:
        raise LimitExceeded(f"A key can have {ALIASES_OF_KEY} aliases")
