"""Temporary credentials of users, and whose an access key is."""

from __future__ import annotations

from entrepot.aws import shapes_sts as s
from entrepot.aws.dispatch import operation
from entrepot.aws.sts.common import credentials, token_size, token_utilization
from entrepot.context import App, Context
from entrepot.services import sts


@operation("GetSessionToken")
async def get_session_token(app: App, ctx: Context, req: s.GetSessionTokenRequest) -> s.GetSessionTokenResponse:
    """Temporary credentials with the caller's own rights."""
    sts.refuse_mfa(req.serial_number, req.token_code)
    made = await sts.get_session_token(app, ctx, req.duration_seconds, req.minimum_session_token_size or 0)
    return s.GetSessionTokenResponse(
        credentials=credentials(made),
        session_token_utilization=token_utilization(made),
        session_token_size=token_size(made),
    )


@operation("GetAccessKeyInfo")
async def get_access_key_info(app: App, ctx: Context, req: s.GetAccessKeyInfoRequest) -> s.GetAccessKeyInfoResponse:
    """The account of an access key."""
    return s.GetAccessKeyInfoResponse(account=await sts.account_of_key(app, ctx, req.access_key_id))
