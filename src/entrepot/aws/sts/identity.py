"""Who is asking."""

from __future__ import annotations

from entrepot.aws.dispatch import operation
from entrepot.aws.shapes_sts import GetCallerIdentityRequest, GetCallerIdentityResponse
from entrepot.context import App, Context


@operation("GetCallerIdentity")
async def get_caller_identity(app: App, ctx: Context, req: GetCallerIdentityRequest) -> GetCallerIdentityResponse:
    """The principal that signed. Needs no permission, and no policy can deny it (STS API Reference)."""
    del app, req
    principal = ctx.principal
    return GetCallerIdentityResponse(user_id=principal.user_id, account=principal.account, arn=principal.arn)
