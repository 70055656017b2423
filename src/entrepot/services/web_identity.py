"""Sessions for those who have no credentials of ours but a token of an identity provider that a role trusts.

Sources: STS API Reference, AssumeRoleWithWebIdentity; IAM User Guide, "OIDC federation".
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.context import App, Context
from entrepot.errors import AccessDenied, InvalidIdentityToken
from entrepot.meta import oidc_providers
from entrepot.meta.oidc_providers import ProviderRow
from entrepot.rules.iam.request import PrincipalFacts, Value
from entrepot.rules.oidc_discovery import is_allowed
from entrepot.rules.session_requests import session_tags, tag_keys
from entrepot.rules.web_identity import WebIdentity, check_claims
from entrepot.services import jwt, role_trust
from entrepot.services.access_policies import OfPrincipal
from entrepot.services.role_trust import Opening, RoleRequest, RoleSession

ASSUME = "sts:AssumeRoleWithWebIdentity"


@dataclass(frozen=True, slots=True)
class WebSession:
    """What whoever brought a token is told."""

    session: RoleSession
    subject: str
    audience: str
    issuer: str


async def assume_role(app: App, ctx: Context, req: RoleRequest, token: str) -> WebSession:
    """A session of a role, for the bearer of a token. Nothing of `ctx.principal` counts.

    Raises InvalidIdentityToken, IdentityTokenExpired, ClaimRejected and IdentityProviderUnreachable for the token,
    AccessDenied where the role does not trust it or does not exist, and what `role_trust.begin` raises.
    """
    role_trust.check_request(req)
    unproven = jwt.read(token)
    issuer = unproven.claims.get("iss")
    provider = await _provider(app, role_trust.account_of_role(req.role_arn), issuer)
    keys = await app.jwks.keys(str(issuer), unproven.key_id)
    identity = check_claims(jwt.prove(unproven, keys), provider.url, provider.client_ids, ctx.now)
    tags, transitive = session_tags(identity.tags, identity.transitive, {})
    role = await role_trust.find_role(app, req.role_arn)
    who = OfPrincipal(0, PrincipalFacts("federated", provider.arn))
    asked = _condition_keys(req, identity, provider) | tag_keys(tags, transitive)
    refused = role_trust.find_refused(ctx, who, role, ASSUME, asked) if role else ASSUME
    if role is None or refused:
        raise AccessDenied(f"Not authorized to perform {refused}")
    session = await role_trust.begin(app, ctx, role, req, Opening(tags, transitive, provider.arn))
    return WebSession(session, identity.subject, identity.audience, str(issuer))


async def _provider(app: App, account: str, issuer: object) -> ProviderRow:
    """The provider that the account knows an issuer as: only then is the issuer asked for its keys."""
    if isinstance(issuer, str) and is_allowed(issuer):
        url = issuer.partition("://")[2].removesuffix("/")
        found = await app.db.read(oidc_providers.find_provider, account, url)
        if found is not None:
            return found
    raise InvalidIdentityToken(f"No OpenIDConnect provider found in your account for {str(issuer)[:255]}")


def _condition_keys(req: RoleRequest, identity: WebIdentity, provider: ProviderRow) -> dict[str, Value]:
    return {
        **identity.keys,
        "sts:RoleSessionName": req.session_name,
        "aws:FederatedProvider": provider.arn,
    }
