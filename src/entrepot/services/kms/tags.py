"""Tags of keys, which policies may look at."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from entrepot.context import App, Context
from entrepot.meta import kms_keys as rows
from entrepot.meta.kms_keys import KmsKeyRow
from entrepot.rules.resource_tags import check_tag_keys, merge_tags
from entrepot.services.kms.lookup import authorized, changed, key_named, require_kept
from entrepot.services.repositories import request_tags


async def of_key(app: App, ctx: Context, key: str) -> list[tuple[str, str]]:
    """All tags of a key, by tag key."""
    row = await authorized(app, ctx, "kms:ListResourceTags", key_named(ctx, key, aliases=False))
    return sorted(row.tags.items())


async def add(app: App, ctx: Context, key: str, tags: Sequence[tuple[str, str]]) -> None:
    """Adds tags, or gives those that are there new values. Raises InvalidTagParameter, TooManyTags."""
    named = key_named(ctx, key, aliases=False)
    row = await authorized(app, ctx, "kms:TagResource", named, request_tags(tags))

    def add_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        rows.set_tags(connection, found.id, merge_tags(found.tags, tags))

    await changed(app, row.ref, add_in)


async def remove(app: App, ctx: Context, key: str, tag_keys: Sequence[str]) -> None:
    """Removes tags; keys that are not there are no error. Raises InvalidTagParameter, TooManyTags."""
    keys = {"aws:TagKeys": tuple(tag_keys)}
    row = await authorized(app, ctx, "kms:UntagResource", key_named(ctx, key, aliases=False), keys)
    check_tag_keys(tag_keys)

    def remove_in(connection: Connection, found: KmsKeyRow) -> None:
        require_kept(found)
        left = {name: value for name, value in found.tags.items() if name not in tag_keys}
        rows.set_tags(connection, found.id, left)

    await changed(app, row.ref, remove_in)
