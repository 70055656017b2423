"""Managed policies."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import policy_render as render
from entrepot.aws.iam.listing import page_through
from entrepot.aws.iam.paging import page_of, start_of
from entrepot.aws.iam.render import tags
from entrepot.context import App, Context
from entrepot.services.iam import policies
from entrepot.services.iam.policies import PolicyFilter, PolicyRequest


@operation("CreatePolicy")
async def create_policy(app: App, ctx: Context, req: s.CreatePolicyRequest) -> s.CreatePolicyResponse:
    """Creates a policy, whose document is its version v1."""
    pairs = [(tag.key, tag.value) for tag in req.tags or ()]
    wanted = PolicyRequest(req.policy_name, req.path or "/", req.policy_document, req.description, pairs)
    return s.CreatePolicyResponse(policy=render.policy(await policies.create(app, ctx, wanted)))


@operation("GetPolicy")
async def get_policy(app: App, ctx: Context, req: s.GetPolicyRequest) -> s.GetPolicyResponse:
    """A policy, without its document."""
    return s.GetPolicyResponse(policy=render.policy(await policies.get(app, ctx, req.policy_arn)))


@operation("ListPolicies")
async def list_policies(app: App, ctx: Context, req: s.ListPoliciesRequest) -> s.ListPoliciesResponse:
    """Policies, in pages."""
    wanted = PolicyFilter(req.scope or "All", bool(req.only_attached), req.path_prefix or "/", req.policy_usage_filter)
    start = start_of(ctx, req, "ListPolicies", str(wanted), first=("", ""))
    after = start.position[0], start.position[1]
    page = page_of(start, await policies.page(app, ctx, wanted, after, start.count + 1), policies.position)
    return s.ListPoliciesResponse(
        policies=[render.listed_policy(each) for each in page.entries],
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


@operation("DeletePolicy")
async def delete_policy(app: App, ctx: Context, req: s.DeletePolicyRequest) -> None:
    """Deletes a policy that nobody has."""
    await policies.delete(app, ctx, req.policy_arn)


@operation("TagPolicy")
async def tag_policy(app: App, ctx: Context, req: s.TagPolicyRequest) -> None:
    """Adds tags, or gives those that are there new values."""
    await policies.add_tags(app, ctx, req.policy_arn, [(tag.key, tag.value) for tag in req.tags])


@operation("UntagPolicy")
async def untag_policy(app: App, ctx: Context, req: s.UntagPolicyRequest) -> None:
    """Removes tags by key."""
    await policies.remove_tags(app, ctx, req.policy_arn, req.tag_keys)


@operation("ListPolicyTags")
async def list_policy_tags(app: App, ctx: Context, req: s.ListPolicyTagsRequest) -> s.ListPolicyTagsResponse:
    """A policy's tags, in pages."""
    start = start_of(ctx, req, "ListPolicyTags", req.policy_arn)
    found = tags(await policies.tags(app, ctx, req.policy_arn))
    page = page_through(start, found, lambda tag: (tag.key,))
    return s.ListPolicyTagsResponse(tags=page.entries, is_truncated=page.is_truncated, marker=page.marker)
