"""Groups, and the users in them."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import render
from entrepot.aws.iam.paging import page_of, start_of
from entrepot.context import App, Context
from entrepot.services.iam import groups, identities


@operation("CreateGroup")
async def create_group(app: App, ctx: Context, req: s.CreateGroupRequest) -> s.CreateGroupResponse:
    """Creates a group."""
    return s.CreateGroupResponse(group=render.group(await groups.create(app, ctx, req.group_name, req.path or "/")))


@operation("GetGroup")
async def get_group(app: App, ctx: Context, req: s.GetGroupRequest) -> s.GetGroupResponse:
    """A group and its users, in pages."""
    start = start_of(ctx, req, "GetGroup", req.group_name)
    group, found = await groups.members(app, ctx, req.group_name, start.position[0], start.count + 1)
    page = page_of(start, found, lambda row: (row.name.lower(),))
    return s.GetGroupResponse(
        group=render.group(group),
        users=[render.plain_user(row) for row in page.entries],
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


@operation("ListGroups")
async def list_groups(app: App, ctx: Context, req: s.ListGroupsRequest) -> s.ListGroupsResponse:
    """The groups under a path, in pages."""
    prefix = req.path_prefix or "/"
    start = start_of(ctx, req, "ListGroups", prefix)
    found = await identities.page(app, ctx, "iam:ListGroups", "group", prefix, start.position[0], start.count + 1)
    page = page_of(start, found, lambda row: (row.name.lower(),))
    return s.ListGroupsResponse(
        groups=[render.group(row) for row in page.entries], is_truncated=page.is_truncated, marker=page.marker
    )


@operation("ListGroupsForUser")
async def list_groups_for_user(app: App, ctx: Context, req: s.ListGroupsForUserRequest) -> s.ListGroupsForUserResponse:
    """The groups that a user is in, in pages."""
    start = start_of(ctx, req, "ListGroupsForUser", req.user_name)
    found = await groups.groups_of_user(app, ctx, req.user_name, start.position[0], start.count + 1)
    page = page_of(start, found, lambda row: (row.name.lower(),))
    return s.ListGroupsForUserResponse(
        groups=[render.group(row) for row in page.entries], is_truncated=page.is_truncated, marker=page.marker
    )


@operation("UpdateGroup")
async def update_group(app: App, ctx: Context, req: s.UpdateGroupRequest) -> None:
    """Changes a group's name or path."""
    await identities.rename(app, ctx, "iam:UpdateGroup", "group", req.group_name, req.new_group_name, req.new_path)


@operation("DeleteGroup")
async def delete_group(app: App, ctx: Context, req: s.DeleteGroupRequest) -> None:
    """Deletes a group with neither members nor policies."""
    await groups.delete(app, ctx, req.group_name)


@operation("AddUserToGroup")
async def add_user_to_group(app: App, ctx: Context, req: s.AddUserToGroupRequest) -> None:
    """Puts a user into a group."""
    await groups.add_user(app, ctx, req.group_name, req.user_name)


@operation("RemoveUserFromGroup")
async def remove_user_from_group(app: App, ctx: Context, req: s.RemoveUserFromGroupRequest) -> None:
    """Takes a user out of a group."""
    await groups.remove_user(app, ctx, req.group_name, req.user_name)
