"""Assuming roles, with credentials and with a web identity."""

from __future__ import annotations

from entrepot.aws import shapes_sts as s
from entrepot.aws.dispatch import operation
from entrepot.aws.sts.common import credentials, token_size, token_utilization
from entrepot.context import App, Context
from entrepot.services import sts, web_identity
from entrepot.services.role_trust import RoleRequest, RoleSession


@operation("AssumeRole")
async def assume_role(app: App, ctx: Context, req: s.AssumeRoleRequest) -> s.AssumeRoleResponse:
    """A session of a role that trusts the caller."""
    sts.refuse_mfa(req.serial_number, req.token_code)
    sts.refuse_unavailable(SourceIdentity=req.source_identity, ProvidedContexts=req.provided_contexts)
    wanted = RoleRequest(
        role_arn=req.role_arn,
        session_name=req.role_session_name,
        seconds=req.duration_seconds,
        policy=req.policy or "",
        policy_arns=[each.arn or "" for each in req.policy_arns or ()],
        tags=[(tag.key, tag.value) for tag in req.tags or ()],
        transitive=req.transitive_tag_keys or (),
        minimum_token=req.minimum_session_token_size or 0,
    )
    session = await sts.assume_role(app, ctx, wanted, req.external_id)
    return s.AssumeRoleResponse(
        credentials=credentials(session.credentials),
        assumed_role_user=_assumed(session),
        packed_policy_size=session.packed_percent,
        session_token_utilization=token_utilization(session.credentials),
        session_token_size=token_size(session.credentials),
    )


@operation("AssumeRoleWithWebIdentity")
async def assume_role_with_web_identity(
    app: App, ctx: Context, req: s.AssumeRoleWithWebIdentityRequest
) -> s.AssumeRoleWithWebIdentityResponse:
    """A session of a role that trusts an identity provider, for whoever brings a token of it."""
    sts.refuse_unavailable(ProviderId=req.provider_id)
    wanted = RoleRequest(
        role_arn=req.role_arn,
        session_name=req.role_session_name,
        seconds=req.duration_seconds,
        policy=req.policy or "",
        policy_arns=[each.arn or "" for each in req.policy_arns or ()],
        minimum_token=req.minimum_session_token_size or 0,
    )
    answer = await web_identity.assume_role(app, ctx, wanted, req.web_identity_token)
    return s.AssumeRoleWithWebIdentityResponse(
        credentials=credentials(answer.session.credentials),
        subject_from_web_identity_token=answer.subject,
        assumed_role_user=_assumed(answer.session),
        packed_policy_size=answer.session.packed_percent,
        provider=answer.issuer,
        audience=answer.audience,
        session_token_utilization=token_utilization(answer.session.credentials),
        session_token_size=token_size(answer.session.credentials),
    )


def _assumed(session: RoleSession) -> s.AssumedRoleUser:
    return s.AssumedRoleUser(assumed_role_id=session.user_id, arn=session.arn)
