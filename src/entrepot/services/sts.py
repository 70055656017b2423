"""Temporary credentials for those who have credentials already: AssumeRole, GetSessionToken, GetAccessKeyInfo.

Sources: STS API Reference; IAM User Guide, "Compare AWS STS credentials" (what a session may not ask for) and "Pass
session tags in AWS STS".
"""

from __future__ import annotations

from entrepot.context import ANONYMOUS, App, Context, Principal
from entrepot.errors import AccessDenied, InvalidParameter, ValidationFailed
from entrepot.meta import access_keys
from entrepot.rules import access_key_ids
from entrepot.rules.iam.request import Value
from entrepot.rules.session_requests import session_tags, tag_keys, user_session_seconds
from entrepot.services import role_trust, sessions
from entrepot.services.access import authorize
from entrepot.services.access_policies import of_principal
from entrepot.services.role_trust import Opening, RoleRequest, RoleSession
from entrepot.services.sessions import Credentials

ASSUME = "sts:AssumeRole"

NO_MFA = (
    "MultiFactorAuthentication failed, unable to validate MFA code. "
    "Please verify your MFA serial number is valid and associated with this user."
)


async def assume_role(app: App, ctx: Context, req: RoleRequest, external_id: str | None) -> RoleSession:
    """A session of a role. Raises AccessDenied, and the same whether the role exists or not.

    Raises InvalidParameter, PolicyInvalid and PackedPolicyTooLarge for what is asked for the session.
    """
    principal = ctx.principal
    if principal.is_root:
        raise AccessDenied("Roles may not be assumed by root accounts.")
    role_trust.check_request(req)
    tags, transitive = session_tags(req.tags, req.transitive, await _inherited(app, principal))
    role = await role_trust.find_role(app, req.role_arn)
    keys: dict[str, Value] = {"sts:RoleSessionName": req.session_name, **tag_keys(tags, transitive)}
    if external_id is not None:
        keys["sts:ExternalId"] = external_id
    who = await of_principal(app, principal)
    refused = role_trust.find_refused(ctx, who, role, ASSUME, keys) if role else ASSUME
    if role is None or refused:
        raise AccessDenied(f"User: {principal.arn} is not authorized to perform: {refused} on resource: {req.role_arn}")
    chained = principal.session is not None and principal.session.role_arn is not None
    return await role_trust.begin(app, ctx, role, req, Opening(tags, transitive, chained=chained))


async def get_session_token(app: App, ctx: Context, seconds: int | None, minimum_token: int) -> Credentials:
    """A session of the calling user or root, with their rights. Needs no permission. Raises AccessDenied."""
    principal = ctx.principal
    if principal.session is not None or principal == ANONYMOUS:
        raise AccessDenied("Cannot call GetSessionToken with session credentials")
    wanted = sessions.Request(
        account=principal.account,
        owner=principal.user_id,
        name="",
        seconds=user_session_seconds(seconds, root=principal.is_root),
        minimum=minimum_token,
    )
    return await sessions.issue(app, wanted, ctx.now)


async def account_of_key(app: App, ctx: Context, access_key_id: str) -> str:
    """The account that an access key belongs to, whoever's it is. Raises ValidationFailed for one that never was."""
    session = ctx.principal.session
    if session is not None and session.role_arn is None:
        raise AccessDenied("Cannot call GetAccessKeyInfo with the credentials of GetSessionToken")
    await authorize(app, ctx, "sts:GetAccessKeyInfo", ctx.registry)
    account = access_key_ids.account_of(access_key_id)
    row = await app.db.read(access_keys.find_access_key, access_key_id)
    if row is not None:
        return row.account_id
    if account is None:
        raise ValidationFailed(f"The access key with id {access_key_id} cannot be found.")
    return account


def refuse_mfa(serial_number: str | None, token_code: str | None) -> None:
    """There are no MFA devices: raises AccessDenied for a request that names one."""
    if serial_number is not None or token_code is not None:
        raise AccessDenied(NO_MFA)


def refuse_unavailable(**given: object) -> None:
    """Raises InvalidParameter for parameters that would otherwise have no effect."""
    for name, value in given.items():
        if value:
            raise InvalidParameter(f"{name} is not available in this release of Entrepot.")


async def _inherited(app: App, principal: Principal) -> dict[str, str]:
    session = await sessions.find_session(app, principal.session.token) if principal.session else None
    if session is None:
        return {}
    grants = session.claims.grants
    return {key: value for key, value in grants.tags if key in grants.transitive}
