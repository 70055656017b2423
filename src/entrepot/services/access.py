"""The one place that decides who may do what. Called by every service before it looks anything up."""

from __future__ import annotations

from entrepot.context import App, Context, Registry, RepositoryRef
from entrepot.errors import AccessDenied


async def authorize(app: App, ctx: Context, action: str, resource: RepositoryRef | Registry) -> None:
    """Raises AccessDenied unless the principal may do `action` (such as 'ecr:PutImage').

    `resource` is the repository acted on, existing or not, or the registry as a whole.
    An account's root may do everything in its own account, everyone else nothing.
    """
    del app  # policies will be read through it
    if ctx.principal.is_root and ctx.principal.account == resource.account:
        return
    arn = resource.arn if isinstance(resource, RepositoryRef) else "*"
    raise AccessDenied(denial(ctx.principal.arn, action, arn))


def denial(principal_arn: str, action: str, resource: str) -> str:
    """AWS's sentence for a principal that no policy allows an action."""
    return (
        f"User: {principal_arn} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )
