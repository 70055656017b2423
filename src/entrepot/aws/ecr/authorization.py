"""Registry passwords."""

from __future__ import annotations

import base64

from entrepot.aws.dispatch import operation
from entrepot.aws.ecr.render import seconds
from entrepot.aws.shapes_ecr import AuthorizationData, GetAuthorizationTokenRequest, GetAuthorizationTokenResponse
from entrepot.context import App, Context, Registry
from entrepot.services import tokens


@operation("GetAuthorizationToken")
async def get_authorization_token(
    app: App, ctx: Context, req: GetAuthorizationTokenRequest
) -> GetAuthorizationTokenResponse:
    """A docker login of 12 hours for the caller's registry, or for each of those named."""
    accounts = dict.fromkeys(req.registry_ids or [ctx.registry.account])
    registries = [Registry(account, ctx.registry.region) for account in accounts]
    data = [
        AuthorizationData(
            authorization_token=base64.b64encode(f"AWS:{token.password}".encode()).decode(),
            expires_at=seconds(token.expires),
            proxy_endpoint=app.naming.proxy_endpoint(token.registry),
        )
        for token in await tokens.issue(app, ctx, registries)
    ]
    return GetAuthorizationTokenResponse(authorization_data=data)
