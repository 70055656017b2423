"""Aliases."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.paging import page_of, start_of
from entrepot.context import App, Context
from entrepot.meta.kms_aliases import AliasRow
from entrepot.services.kms import aliases


@operation("CreateAlias")
async def create_alias(app: App, ctx: Context, req: s.CreateAliasRequest) -> None:
    """Gives a key a name."""
    await aliases.create(app, ctx, req.alias_name, req.target_key_id)


@operation("UpdateAlias")
async def update_alias(app: App, ctx: Context, req: s.UpdateAliasRequest) -> None:
    """Makes a name that of another key."""
    await aliases.update(app, ctx, req.alias_name, req.target_key_id)


@operation("DeleteAlias")
async def delete_alias(app: App, ctx: Context, req: s.DeleteAliasRequest) -> None:
    """Takes a name from its key."""
    await aliases.delete(app, ctx, req.alias_name)


@operation("ListAliases")
async def list_aliases(app: App, ctx: Context, req: s.ListAliasesRequest) -> s.ListAliasesResponse:
    """The aliases of the account or of one key, in pages."""
    start = start_of(ctx, req, "ListAliases", req.key_id or "", first="", most=100, default=50)
    found = await aliases.page(app, ctx, req.key_id, start.position, start.count + 1)
    page = page_of(start, found, lambda row: row.name)
    return s.ListAliasesResponse(
        aliases=[_entry(row) for row in page.entries], next_marker=page.marker, truncated=page.truncated
    )


def _entry(row: AliasRow) -> s.AliasListEntry:
    return s.AliasListEntry(
        alias_name=row.name,
        alias_arn=row.arn,
        target_key_id=row.key_id,
        creation_date=row.created_at.timestamp(),
        last_updated_date=row.updated_at.timestamp(),
    )
