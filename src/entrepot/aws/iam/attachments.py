"""Managed policies on users, groups and roles, and permissions boundaries."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import policy_render as render
from entrepot.aws.iam.listing import page_through
from entrepot.aws.iam.paging import Page, Paged, Position, start_of
from entrepot.context import App, Context
from entrepot.errors import ValidationFailed
from entrepot.meta.identities import Kind
from entrepot.meta.policy_attachments import Holder
from entrepot.services.iam import attachments
from entrepot.services.iam.attachments import HolderFilter
from entrepot.services.iam.identity_lookup import Identity, identity_of

_KINDS: dict[str, Kind] = {"User": "user", "Group": "group", "Role": "role"}


@operation("AttachUserPolicy")
async def attach_user_policy(app: App, ctx: Context, req: s.AttachUserPolicyRequest) -> None:
    """Attaches a managed policy to a user."""
    await attachments.attach(app, ctx, identity_of(ctx, "user", req.user_name), req.policy_arn)


@operation("DetachUserPolicy")
async def detach_user_policy(app: App, ctx: Context, req: s.DetachUserPolicyRequest) -> None:
    """Detaches a managed policy from a user."""
    await attachments.detach(app, ctx, identity_of(ctx, "user", req.user_name), req.policy_arn)


@operation("ListAttachedUserPolicies")
async def list_attached_user_policies(
    app: App, ctx: Context, req: s.ListAttachedUserPoliciesRequest
) -> s.ListAttachedUserPoliciesResponse:
    """The managed policies attached to a user, in pages."""
    page = await _attached(app, ctx, identity_of(ctx, "user", req.user_name), req.path_prefix, req)
    return s.ListAttachedUserPoliciesResponse(
        attached_policies=page.entries, is_truncated=page.is_truncated, marker=page.marker
    )


@operation("AttachGroupPolicy")
async def attach_group_policy(app: App, ctx: Context, req: s.AttachGroupPolicyRequest) -> None:
    """Attaches a managed policy to a group."""
    await attachments.attach(app, ctx, identity_of(ctx, "group", req.group_name), req.policy_arn)


@operation("DetachGroupPolicy")
async def detach_group_policy(app: App, ctx: Context, req: s.DetachGroupPolicyRequest) -> None:
    """Detaches a managed policy from a group."""
    await attachments.detach(app, ctx, identity_of(ctx, "group", req.group_name), req.policy_arn)


@operation("ListAttachedGroupPolicies")
async def list_attached_group_policies(
    app: App, ctx: Context, req: s.ListAttachedGroupPoliciesRequest
) -> s.ListAttachedGroupPoliciesResponse:
    """The managed policies attached to a group, in pages."""
    page = await _attached(app, ctx, identity_of(ctx, "group", req.group_name), req.path_prefix, req)
    return s.ListAttachedGroupPoliciesResponse(
        attached_policies=page.entries, is_truncated=page.is_truncated, marker=page.marker
    )


@operation("AttachRolePolicy")
async def attach_role_policy(app: App, ctx: Context, req: s.AttachRolePolicyRequest) -> None:
    """Attaches a managed policy to a role."""
    await attachments.attach(app, ctx, identity_of(ctx, "role", req.role_name), req.policy_arn)


@operation("DetachRolePolicy")
async def detach_role_policy(app: App, ctx: Context, req: s.DetachRolePolicyRequest) -> None:
    """Detaches a managed policy from a role."""
    await attachments.detach(app, ctx, identity_of(ctx, "role", req.role_name), req.policy_arn)


@operation("ListAttachedRolePolicies")
async def list_attached_role_policies(
    app: App, ctx: Context, req: s.ListAttachedRolePoliciesRequest
) -> s.ListAttachedRolePoliciesResponse:
    """The managed policies attached to a role, in pages."""
    page = await _attached(app, ctx, identity_of(ctx, "role", req.role_name), req.path_prefix, req)
    return s.ListAttachedRolePoliciesResponse(
        attached_policies=page.entries, is_truncated=page.is_truncated, marker=page.marker
    )


@operation("ListEntitiesForPolicy")
async def list_entities_for_policy(
    app: App, ctx: Context, req: s.ListEntitiesForPolicyRequest
) -> s.ListEntitiesForPolicyResponse:
    """Who has a policy, in pages."""
    if req.entity_filter not in (None, *_KINDS):
        raise ValidationFailed(f"The entity filter {req.entity_filter} is not one of {', '.join(_KINDS)}.")
    kind = _KINDS[req.entity_filter] if req.entity_filter else None
    wanted = HolderFilter(kind, req.path_prefix or "/", req.policy_usage_filter)
    start = start_of(ctx, req, "ListEntitiesForPolicy", req.policy_arn, str(wanted))
    page = page_through(start, await attachments.holders(app, ctx, req.policy_arn, wanted), _by_age)
    found = page.entries
    return s.ListEntitiesForPolicyResponse(
        policy_groups=[s.PolicyGroup(group_name=e.name, group_id=e.unique_id) for e in found if e.kind == "group"],
        policy_users=[s.PolicyUser(user_name=e.name, user_id=e.unique_id) for e in found if e.kind == "user"],
        policy_roles=[s.PolicyRole(role_name=e.name, role_id=e.unique_id) for e in found if e.kind == "role"],
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


@operation("PutUserPermissionsBoundary")
async def put_user_permissions_boundary(app: App, ctx: Context, req: s.PutUserPermissionsBoundaryRequest) -> None:
    """Sets what a user can be allowed at most."""
    await attachments.put_boundary(app, ctx, identity_of(ctx, "user", req.user_name), req.permissions_boundary)


@operation("DeleteUserPermissionsBoundary")
async def delete_user_permissions_boundary(app: App, ctx: Context, req: s.DeleteUserPermissionsBoundaryRequest) -> None:
    """Removes the boundary of a user."""
    await attachments.delete_boundary(app, ctx, identity_of(ctx, "user", req.user_name))


@operation("PutRolePermissionsBoundary")
async def put_role_permissions_boundary(app: App, ctx: Context, req: s.PutRolePermissionsBoundaryRequest) -> None:
    """Sets what a role can be allowed at most."""
    await attachments.put_boundary(app, ctx, identity_of(ctx, "role", req.role_name), req.permissions_boundary)


@operation("DeleteRolePermissionsBoundary")
async def delete_role_permissions_boundary(app: App, ctx: Context, req: s.DeleteRolePermissionsBoundaryRequest) -> None:
    """Removes the boundary of a role."""
    await attachments.delete_boundary(app, ctx, identity_of(ctx, "role", req.role_name))


async def _attached(
    app: App, ctx: Context, identity: Identity, path_prefix: str | None, req: Paged
) -> Page[s.AttachedPolicy]:
    prefix = path_prefix or "/"
    start = start_of(ctx, req, "AttachedPolicies", identity.kind, identity.name, prefix, first=("", ""))
    arns = await attachments.attached(app, ctx, identity, prefix)
    return page_through(start, [render.attached(arn) for arn in arns], _by_name)


def _by_name(policy: s.AttachedPolicy) -> Position:
    """By name and owner, which fit into a marker, where an ARN with its path may not."""
    return policy.policy_name or "", (policy.policy_arn or "").split(":")[4]


def _by_age(holder: Holder) -> Position:
    return (str(holder.id).zfill(19),)
