"""Inline policies of users, groups and roles."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam.listing import page_through
from entrepot.aws.iam.paging import Page, Paged, start_of
from entrepot.aws.iam.policy_render import document
from entrepot.context import App, Context
from entrepot.services.iam import inline_policies
from entrepot.services.iam.identity_lookup import Identity, identity_of


@operation("PutUserPolicy")
async def put_user_policy(app: App, ctx: Context, req: s.PutUserPolicyRequest) -> None:
    """Sets an inline policy of a user."""
    user = identity_of(ctx, "user", req.user_name)
    await inline_policies.put(app, ctx, user, req.policy_name, req.policy_document)


@operation("GetUserPolicy")
async def get_user_policy(app: App, ctx: Context, req: s.GetUserPolicyRequest) -> s.GetUserPolicyResponse:
    """The document of an inline policy of a user."""
    text = await inline_policies.get(app, ctx, identity_of(ctx, "user", req.user_name), req.policy_name)
    return s.GetUserPolicyResponse(user_name=req.user_name, policy_name=req.policy_name, policy_document=document(text))


@operation("DeleteUserPolicy")
async def delete_user_policy(app: App, ctx: Context, req: s.DeleteUserPolicyRequest) -> None:
    """Deletes an inline policy of a user."""
    await inline_policies.delete(app, ctx, identity_of(ctx, "user", req.user_name), req.policy_name)


@operation("ListUserPolicies")
async def list_user_policies(app: App, ctx: Context, req: s.ListUserPoliciesRequest) -> s.ListUserPoliciesResponse:
    """The names of a user's inline policies, in pages."""
    page = await _names(app, ctx, identity_of(ctx, "user", req.user_name), req)
    return s.ListUserPoliciesResponse(policy_names=page.entries, is_truncated=page.is_truncated, marker=page.marker)


@operation("PutGroupPolicy")
async def put_group_policy(app: App, ctx: Context, req: s.PutGroupPolicyRequest) -> None:
    """Sets an inline policy of a group."""
    group = identity_of(ctx, "group", req.group_name)
    await inline_policies.put(app, ctx, group, req.policy_name, req.policy_document)


@operation("GetGroupPolicy")
async def get_group_policy(app: App, ctx: Context, req: s.GetGroupPolicyRequest) -> s.GetGroupPolicyResponse:
    """The document of an inline policy of a group."""
    text = await inline_policies.get(app, ctx, identity_of(ctx, "group", req.group_name), req.policy_name)
    return s.GetGroupPolicyResponse(
        group_name=req.group_name, policy_name=req.policy_name, policy_document=document(text)
    )


@operation("DeleteGroupPolicy")
async def delete_group_policy(app: App, ctx: Context, req: s.DeleteGroupPolicyRequest) -> None:
    """Deletes an inline policy of a group."""
    await inline_policies.delete(app, ctx, identity_of(ctx, "group", req.group_name), req.policy_name)


@operation("ListGroupPolicies")
async def list_group_policies(app: App, ctx: Context, req: s.ListGroupPoliciesRequest) -> s.ListGroupPoliciesResponse:
    """The names of a group's inline policies, in pages."""
    page = await _names(app, ctx, identity_of(ctx, "group", req.group_name), req)
    return s.ListGroupPoliciesResponse(policy_names=page.entries, is_truncated=page.is_truncated, marker=page.marker)


@operation("PutRolePolicy")
async def put_role_policy(app: App, ctx: Context, req: s.PutRolePolicyRequest) -> None:
    """Sets an inline policy of a role."""
    role = identity_of(ctx, "role", req.role_name)
    await inline_policies.put(app, ctx, role, req.policy_name, req.policy_document)


@operation("GetRolePolicy")
async def get_role_policy(app: App, ctx: Context, req: s.GetRolePolicyRequest) -> s.GetRolePolicyResponse:
    """The document of an inline policy of a role."""
    text = await inline_policies.get(app, ctx, identity_of(ctx, "role", req.role_name), req.policy_name)
    return s.GetRolePolicyResponse(role_name=req.role_name, policy_name=req.policy_name, policy_document=document(text))


@operation("DeleteRolePolicy")
async def delete_role_policy(app: App, ctx: Context, req: s.DeleteRolePolicyRequest) -> None:
    """Deletes an inline policy of a role."""
    await inline_policies.delete(app, ctx, identity_of(ctx, "role", req.role_name), req.policy_name)


@operation("ListRolePolicies")
async def list_role_policies(app: App, ctx: Context, req: s.ListRolePoliciesRequest) -> s.ListRolePoliciesResponse:
    """The names of a role's inline policies, in pages."""
    page = await _names(app, ctx, identity_of(ctx, "role", req.role_name), req)
    return s.ListRolePoliciesResponse(policy_names=page.entries, is_truncated=page.is_truncated, marker=page.marker)


async def _names(app: App, ctx: Context, identity: Identity, req: Paged) -> Page[str]:
    start = start_of(ctx, req, "InlinePolicies", identity.kind, identity.name)
    return page_through(start, await inline_policies.names(app, ctx, identity), lambda name: (name,))
