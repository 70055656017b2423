"""The one place that decides who may do what. Called by every service before it looks anything up."""

from __future__ import annotations

from collections.abc import Mapping

from entrepot.context import App, Context, Principal, Registry, RepositoryRef, Resource
from entrepot.errors import AccessDenied


async def authorize(
    app: App,
    ctx: Context,
    action: str,
    resource: RepositoryRef | Registry | Resource,
    keys: Mapping[str, str | tuple[str, ...]] | None = None,
) -> None:
    """Raises AccessDenied unless the principal may do `action` (such as 'ecr:PutImage').

    `resource` is the repository acted on, existing or not, another thing by its ARN, or the registry as a whole.
    `keys` are condition keys that only the service knows, such as aws:RequestTag/... and aws:TagKeys.
    An account's root may do everything in its own account, everyone else nothing.
    """
    del app, keys  # policies will be read through it
    if ctx.principal.is_root and ctx.principal.account == resource.account:
        return
    arn = "*" if isinstance(resource, Registry) else resource.arn
    raise AccessDenied(denial(ctx.principal, action, arn))


def denial(principal: Principal, action: str, resource: str) -> str:
    """AWS's sentence for a principal that no policy allows an action.

    A root may do everything as far as its own account goes: abroad it is the other account's policy that is missing.
    """
    missing = "resource-based" if principal.is_root else "identity-based"
    return (
        f"User: {principal.arn} is not authorized to perform: {action} on resource: {resource} "
        f"because no {missing} policy allows the {action} action"
    )
