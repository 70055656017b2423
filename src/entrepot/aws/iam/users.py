"""Users."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import render
from entrepot.aws.iam.paging import page_of, start_of
from entrepot.context import App, Context
from entrepot.services.iam import identities, users
from entrepot.services.iam.users import Root, UserRequest


@operation("CreateUser")
async def create_user(app: App, ctx: Context, req: s.CreateUserRequest) -> s.CreateUserResponse:
    """Creates a user."""
    tags = [(tag.key, tag.value) for tag in req.tags or ()]
    wanted = UserRequest(req.user_name, req.path or "/", req.permissions_boundary, tags)
    return s.CreateUserResponse(user=render.user(await users.create(app, ctx, wanted)))


@operation("GetUser")
async def get_user(app: App, ctx: Context, req: s.GetUserRequest) -> s.GetUserResponse:
    """A user by name, or whoever calls."""
    found = await users.get(app, ctx, req.user_name)
    return s.GetUserResponse(user=render.root(found) if isinstance(found, Root) else render.user(found))


@operation("ListUsers")
async def list_users(app: App, ctx: Context, req: s.ListUsersRequest) -> s.ListUsersResponse:
    """The users under a path, in pages."""
    prefix = req.path_prefix or "/"
    start = start_of(ctx, req, "ListUsers", prefix)
    found = await identities.page(app, ctx, "iam:ListUsers", "user", prefix, start.position[0], start.count + 1)
    page = page_of(start, found, lambda row: (row.name.lower(),))
    return s.ListUsersResponse(
        users=[render.plain_user(row) for row in page.entries], is_truncated=page.is_truncated, marker=page.marker
    )


@operation("UpdateUser")
async def update_user(app: App, ctx: Context, req: s.UpdateUserRequest) -> None:
    """Changes a user's name or path."""
    await identities.rename(app, ctx, "iam:UpdateUser", "user", req.user_name, req.new_user_name, req.new_path)


@operation("DeleteUser")
async def delete_user(app: App, ctx: Context, req: s.DeleteUserRequest) -> None:
    """Deletes a user who has nothing left."""
    await users.delete(app, ctx, req.user_name)
