"""Tags of keys."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.paging import page_of, start_of
from entrepot.context import App, Context
from entrepot.services.kms import tags


@operation("TagResource")
async def tag_resource(app: App, ctx: Context, req: s.TagResourceRequest) -> None:
    """Adds tags, or gives those that are there new values."""
    await tags.add(app, ctx, req.key_id, [(tag.tag_key, tag.tag_value) for tag in req.tags])


@operation("UntagResource")
async def untag_resource(app: App, ctx: Context, req: s.UntagResourceRequest) -> None:
    """Removes tags by key."""
    await tags.remove(app, ctx, req.key_id, req.tag_keys)


@operation("ListResourceTags")
async def list_resource_tags(app: App, ctx: Context, req: s.ListResourceTagsRequest) -> s.ListResourceTagsResponse:
    """All tags of a key, in pages."""
    start = start_of(ctx, req, "ListResourceTags", req.key_id, first="", most=50, default=50)
    left = [pair for pair in await tags.of_key(app, ctx, req.key_id) if pair[0] > start.position]
    page = page_of(start, left, lambda pair: pair[0])
    return s.ListResourceTagsResponse(
        tags=[s.Tag(tag_key=key, tag_value=value) for key, value in page.entries],
        next_marker=page.marker,
        truncated=page.truncated,
    )
