"""Policies of repositories and of the registry."""

from __future__ import annotations

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr.common import repo_of
from entrepot.context import App, Context
from entrepot.services import resource_policies


@operation("SetRepositoryPolicy")
async def set_repository_policy(
    app: App, ctx: Context, req: s.SetRepositoryPolicyRequest
) -> s.SetRepositoryPolicyResponse:
    """Sets a repository's policy, over one that is there."""
    repo = repo_of(ctx, req)
    await resource_policies.set_of_repository(app, ctx, repo, req.policy_text, force=bool(req.force))
    return s.SetRepositoryPolicyResponse(
        registry_id=repo.account, repository_name=repo.name, policy_text=req.policy_text
    )


@operation("GetRepositoryPolicy")
async def get_repository_policy(
    app: App, ctx: Context, req: s.GetRepositoryPolicyRequest
) -> s.GetRepositoryPolicyResponse:
    """A repository's policy."""
    repo = repo_of(ctx, req)
    text = await resource_policies.of_repository(app, ctx, repo)
    return s.GetRepositoryPolicyResponse(registry_id=repo.account, repository_name=repo.name, policy_text=text)


@operation("DeleteRepositoryPolicy")
async def delete_repository_policy(
    app: App, ctx: Context, req: s.DeleteRepositoryPolicyRequest
) -> s.DeleteRepositoryPolicyResponse:
    """Removes a repository's policy."""
    repo = repo_of(ctx, req)
    text = await resource_policies.delete_of_repository(app, ctx, repo)
    return s.DeleteRepositoryPolicyResponse(registry_id=repo.account, repository_name=repo.name, policy_text=text)


@operation("PutRegistryPolicy")
async def put_registry_policy(app: App, ctx: Context, req: s.PutRegistryPolicyRequest) -> s.PutRegistryPolicyResponse:
    """Sets the policy of the caller's registry, over one that is there."""
    await resource_policies.set_of_registry(app, ctx, req.policy_text)
    return s.PutRegistryPolicyResponse(registry_id=ctx.registry.account, policy_text=req.policy_text)


@operation("GetRegistryPolicy")
async def get_registry_policy(app: App, ctx: Context, req: s.GetRegistryPolicyRequest) -> s.GetRegistryPolicyResponse:
    """The policy of the caller's registry."""
    del req  # it has no members
    text = await resource_policies.of_registry(app, ctx)
    return s.GetRegistryPolicyResponse(registry_id=ctx.registry.account, policy_text=text)


@operation("DeleteRegistryPolicy")
async def delete_registry_policy(
    app: App, ctx: Context, req: s.DeleteRegistryPolicyRequest
) -> s.DeleteRegistryPolicyResponse:
    """Removes the policy of the caller's registry."""
    del req  # it has no members
    text = await resource_policies.delete_of_registry(app, ctx)
    return s.DeleteRegistryPolicyResponse(registry_id=ctx.registry.account, policy_text=text)
