"""Policies of repositories and of registries: set, read, removed."""

from __future__ import annotations

from sqlalchemy import Connection

from entrepot.context import App, Context, Registry, RepositoryRef
from entrepot.errors import InvalidParameter, PolicyInvalid, RegistryPolicyNotFound, RepositoryPolicyNotFound
from entrepot.meta import resource_policies as rows
from entrepot.rules.iam.decision import NamedPolicy
from entrepot.rules.iam.document import Kind, Policy, parse_policy
from entrepot.services import access_policies, policy_findings
from entrepot.services.access import allowed_under, authorize
from entrepot.services.access_context import mentions
from entrepot.services.access_policies import OfResource
from entrepot.services.bound_principals import bind, unbind
from entrepot.services.repositories import require


async def set_of_repository(app: App, ctx: Context, repo: RepositoryRef, text: str, *, force: bool) -> None:
    """Sets a repository's policy, in force everywhere within a second.

    Raises InvalidParameter for what is no policy, names principals that are not there, or, without `force`, would keep
    the caller from setting another policy.
    """
    await authorize(app, ctx, "ecr:SetRepositoryPolicy", repo)
    await app.db.read(require, repo)
    policy = _parsed(text, "resource")
    await app.db.read(_bound, text, "repository")
    if findings := policy_findings.report(app, ctx, policy, repo.arn):
        raise _invalid("repository", findings)
    if not force:
        await _check_lock_out(app, ctx, repo, policy)
    await app.db.write(lambda c: rows.put_repository_policy(c, require(c, repo), _bound(c, text, "repository")))


async def of_repository(app: App, ctx: Context, repo: RepositoryRef) -> str:
    """A repository's policy, as it was set, but for who is gone or renamed. Raises RepositoryPolicyNotFound."""
    await authorize(app, ctx, "ecr:GetRepositoryPolicy", repo)
    return await app.db.read(_repository_policy, repo)


async def delete_of_repository(app: App, ctx: Context, repo: RepositoryRef) -> str:
    """Removes a repository's policy and returns it. Raises RepositoryPolicyNotFound."""
    await authorize(app, ctx, "ecr:DeleteRepositoryPolicy", repo)

    def delete_txn(connection: Connection) -> str:
        text = _repository_policy(connection, repo)
        rows.delete_repository_policy(connection, require(connection, repo))
        return text

    return await app.db.write(delete_txn)


async def set_of_registry(app: App, ctx: Context, text: str) -> None:
    """Sets the policy of the caller's registry. Raises InvalidParameter, as for a repository's."""
    await authorize(app, ctx, "ecr:PutRegistryPolicy", ctx.registry)
    policy = _parsed(text, "registry")
    await app.db.read(_bound, text, "registry")
    if findings := policy_findings.report(app, ctx, policy, f"registry {ctx.registry.account}"):
        raise _invalid("registry", findings)
    await app.db.write(lambda c: rows.put_registry_policy(c, ctx.registry, _bound(c, text, "registry")))


async def of_registry(app: App, ctx: Context) -> str:
    """The policy of the caller's registry. Raises RegistryPolicyNotFound."""
    await authorize(app, ctx, "ecr:GetRegistryPolicy", ctx.registry)
    return await app.db.read(_registry_policy, ctx.registry)


async def delete_of_registry(app: App, ctx: Context) -> str:
    """Removes the policy of the caller's registry and returns it. Raises RegistryPolicyNotFound."""
    await authorize(app, ctx, "ecr:DeleteRegistryPolicy", ctx.registry)

    def delete_txn(connection: Connection) -> str:
        text = _registry_policy(connection, ctx.registry)
        rows.delete_registry_policy(connection, ctx.registry)
        return text

    return await app.db.write(delete_txn)


def _repository_policy(connection: Connection, repo: RepositoryRef) -> str:
    text = rows.find_repository_policy(connection, require(connection, repo).id)
    if text is None:
        raise RepositoryPolicyNotFound(repo.name, repo.account)
    return unbind(connection, [text])[0]


def _registry_policy(connection: Connection, registry: Registry) -> str:
    text = rows.find_registry_policy(connection, registry)
    if text is None:
        raise RegistryPolicyNotFound(registry.account)
    return unbind(connection, [text])[0]


def _parsed(text: str, kind: Kind) -> Policy:
    try:
        return parse_policy(text, kind)
    except PolicyInvalid as error:
        raise _invalid("repository" if kind == "resource" else "registry", error.reason) from None


def _invalid(of: str, reason: str) -> InvalidParameter:
    """ECR's sentence, which Terraform for one looks for, and behind it what ECR keeps to itself."""
    refused = InvalidParameter.at("PolicyText", f"Invalid {of} policy provided")
    return InvalidParameter(f"{refused.message}: {reason}")


def _bound(connection: Connection, text: str, of: str) -> str:
    try:
        return bind(connection, text)
    except PolicyInvalid as error:
        raise _invalid(of, error.reason) from None


async def _check_lock_out(app: App, ctx: Context, repo: RepositoryRef, policy: Policy) -> None:
    now = await access_policies.of_resource(app, repo)
    named = NamedPolicy(repo.name, policy, "resource")
    after = OfResource(now.version, named, now.registry, now.scope, mentions((named, now.registry)))
    if not await allowed_under(app, ctx, "ecr:SetRepositoryPolicy", repo, after):
        raise InvalidParameter.at(
            "PolicyText",
            "The policy would prevent you from setting another policy in the future. Set force to set it all the same",
        )
