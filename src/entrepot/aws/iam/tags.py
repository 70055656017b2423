"""Tags of users and roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import render
from entrepot.aws.iam.paging import Page, Paged, page_of, start_of
from entrepot.context import App, Context
from entrepot.services.iam import identity_tags


@operation("TagUser")
async def tag_user(app: App, ctx: Context, req: s.TagUserRequest) -> None:
    """Adds tags to a user."""
    await identity_tags.add_tags(app, ctx, "user", req.user_name, _pairs(req.tags))


@operation("UntagUser")
async def untag_user(app: App, ctx: Context, req: s.UntagUserRequest) -> None:
    """Removes tags from a user."""
    await identity_tags.remove_tags(app, ctx, "user", req.user_name, req.tag_keys)


@operation("ListUserTags")
async def list_user_tags(app: App, ctx: Context, req: s.ListUserTagsRequest) -> s.ListUserTagsResponse:
    """The tags of a user, in pages."""
    found = await identity_tags.list_tags(app, ctx, "user", req.user_name)
    page = _page(ctx, req, "ListUserTags", req.user_name, found)
    return s.ListUserTagsResponse(tags=page.entries, is_truncated=page.is_truncated, marker=page.marker)


@operation("TagRole")
async def tag_role(app: App, ctx: Context, req: s.TagRoleRequest) -> None:
    """Adds tags to a role."""
    await identity_tags.add_tags(app, ctx, "role", req.role_name, _pairs(req.tags))


@operation("UntagRole")
async def untag_role(app: App, ctx: Context, req: s.UntagRoleRequest) -> None:
    """Removes tags from a role."""
    await identity_tags.remove_tags(app, ctx, "role", req.role_name, req.tag_keys)


@operation("ListRoleTags")
async def list_role_tags(app: App, ctx: Context, req: s.ListRoleTagsRequest) -> s.ListRoleTagsResponse:
    """The tags of a role, in pages."""
    found = await identity_tags.list_tags(app, ctx, "role", req.role_name)
    page = _page(ctx, req, "ListRoleTags", req.role_name, found)
    return s.ListRoleTagsResponse(tags=page.entries, is_truncated=page.is_truncated, marker=page.marker)


def _pairs(tags: Sequence[s.Tag]) -> list[tuple[str, str]]:
    return [(tag.key, tag.value) for tag in tags]


def _page(ctx: Context, req: Paged, operation_name: str, name: str, found: Mapping[str, str]) -> Page[s.Tag]:
    # By number and not by key, since a marker has at most 320 letters and a key may have more bytes.
    start = start_of(ctx, req, operation_name, name, first=("0",))
    (seen,) = start.position
    numbered = list(enumerate(render.tags(found), 1))[int(seen) if seen.isdecimal() else 0 :]
    page = page_of(start, numbered[: start.count + 1], lambda entry: (str(entry[0]),))
    return Page([tag for _, tag in page.entries], page.marker)
