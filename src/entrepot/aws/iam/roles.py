"""Roles."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import policy_render as render
from entrepot.aws.iam.paging import page_of, start_of
from entrepot.context import App, Context
from entrepot.services.iam import roles
from entrepot.services.iam.roles import DEFAULT_SESSION_SECONDS, RoleRequest


@operation("CreateRole")
async def create_role(app: App, ctx: Context, req: s.CreateRoleRequest) -> s.CreateRoleResponse:
    """Creates a role."""
    wanted = RoleRequest(
        name=req.role_name,
        path=req.path or "/",
        trust_policy=req.assume_role_policy_document,
        description=req.description,
        max_session_seconds=req.max_session_duration or DEFAULT_SESSION_SECONDS,
        boundary_arn=req.permissions_boundary,
        tags=[(tag.key, tag.value) for tag in req.tags or ()],
    )
    return s.CreateRoleResponse(role=render.role(await roles.create(app, ctx, wanted)))


@operation("GetRole")
async def get_role(app: App, ctx: Context, req: s.GetRoleRequest) -> s.GetRoleResponse:
    """A role."""
    return s.GetRoleResponse(role=render.role(await roles.get(app, ctx, req.role_name)))


@operation("ListRoles")
async def list_roles(app: App, ctx: Context, req: s.ListRolesRequest) -> s.ListRolesResponse:
    """The roles under a path, in pages."""
    prefix = req.path_prefix or "/"
    start = start_of(ctx, req, "ListRoles", prefix)
    found = await roles.page(app, ctx, prefix, start.position[0], start.count + 1)
    page = page_of(start, found, lambda row: (row.name.lower(),))
    return s.ListRolesResponse(
        roles=[render.listed_role(row) for row in page.entries], is_truncated=page.is_truncated, marker=page.marker
    )


@operation("UpdateRole")
async def update_role(app: App, ctx: Context, req: s.UpdateRoleRequest) -> s.UpdateRoleResponse:
    """Changes the description and the longest session."""
    await roles.update(
        app, ctx, req.role_name, description=req.description, max_session_seconds=req.max_session_duration
    )
    return s.UpdateRoleResponse()


@operation("UpdateRoleDescription")
async def update_role_description(
    app: App, ctx: Context, req: s.UpdateRoleDescriptionRequest
) -> s.UpdateRoleDescriptionResponse:
    """Changes the description."""
    changed = await roles.set_description(app, ctx, req.role_name, req.description)
    return s.UpdateRoleDescriptionResponse(role=render.role(changed))


@operation("UpdateAssumeRolePolicy")
async def update_assume_role_policy(app: App, ctx: Context, req: s.UpdateAssumeRolePolicyRequest) -> None:
    """Changes who may take the role on."""
    await roles.set_trust_policy(app, ctx, req.role_name, req.policy_document)


@operation("DeleteRole")
async def delete_role(app: App, ctx: Context, req: s.DeleteRoleRequest) -> None:
    """Deletes a role that has no policies any more."""
    await roles.delete(app, ctx, req.role_name)
