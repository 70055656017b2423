"""Registry passwords: what `aws ecr get-login-password` prints and docker sends back.

A password is opaque: it seals which access key asked for it, for which registry and until when. It carries no
rights: those are the principal's at the time of use, so a key that is disabled or deleted ends its passwords, and a
session's end is the end of the passwords that were asked for in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec

from entrepot.context import App, Context, Principal, Registry
from entrepot.errors import ContentDamaged, Unauthenticated
from entrepot.services import sealed_text
from entrepot.services.access import authorize
from entrepot.services.access_key_use import note_use
from entrepot.services.credentials import find_holder
from entrepot.services.keyring import TOKENS

LIFETIME = timedelta(hours=12)  # GetAuthorizationToken: "valid for 12 hours"
_LONGEST = 8192  # a session token of 4096 letters, sealed once more
_PURPOSE = b"registry password"


class Claims(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    rename={"access_key_id": "k", "account": "a", "region": "r", "expires": "e", "session_token": "s"},
):
    """What a password seals. `session_token` is empty for lasting keys; `expires` is in seconds since the epoch.

    As JSON, which every release reads: docker goes from node to node with a password during a rolling upgrade.
    """

    access_key_id: str
    account: str
    region: str
    expires: int
    session_token: str = ""

    @property
    def end(self) -> datetime:
        """When it ends."""
        return datetime.fromtimestamp(self.expires, UTC)

    @property
    def registry(self) -> Registry:
        """The registry that it is for."""
        return Registry(self.account, self.region)


@dataclass(frozen=True, slots=True)
class Token:
    """A registry password and when it ends."""

    registry: Registry
    password: str
    expires: datetime


async def issue(app: App, ctx: Context, registries: list[Registry]) -> list[Token]:
    """A password for each registry, with the rights of the caller."""
    await authorize(app, ctx, "ecr:GetAuthorizationToken", ctx.registry)
    session = ctx.principal.session
    end = min(ctx.now + LIFETIME, session.expires) if session else ctx.now + LIFETIME
    return [await _token(app, ctx.principal, registry, end.replace(microsecond=0)) for registry in registries]


async def _token(app: App, principal: Principal, registry: Registry, end: datetime) -> Token:
    token = principal.session.token if principal.session else ""
    claims = Claims(principal.access_key_id, registry.account, registry.region, int(end.timestamp()), token)
    return Token(registry, await seal(app, claims, _PURPOSE), end)


async def redeem(app: App, password: str, now: datetime) -> tuple[Principal, Registry]:
    """Who a password stands for, and the registry it was issued for.

    Raises Unauthenticated for one that is forged, has expired, or whose access key or session is good no longer.
    """
    claims = await unseal_password(app, password, now)
    return await holder(app, claims, now), claims.registry


async def unseal_password(app: App, password: str, now: datetime) -> Claims:
    """What a password seals. Raises Unauthenticated for one that is forged or has expired."""
    return await unseal(app, password, _PURPOSE, now)


async def seal(app: App, claims: Claims, purpose: bytes) -> str:
    """Claims as letters that nobody else can make or change, good for one purpose."""
    return await sealed_text.write(app.keyring, TOKENS, msgspec.json.encode(claims), purpose)


async def unseal(app: App, text: str, purpose: bytes, now: datetime) -> Claims:
    """The inverse of `seal`. Raises Unauthenticated, also where the claims have expired."""
    memory_key = ("claims", purpose, blake2b(text.encode(), digest_size=32).digest())
    claims: Claims | None = app.access.policies.get(memory_key)
    if claims is None:
        claims = await _opened(app, text, purpose)
        app.access.policies.put(memory_key, claims)
    if claims.end <= now:
        raise Unauthenticated("Your authorization token has expired. Reauthenticate and try again.", "ExpiredToken")
    return claims


async def _opened(app: App, text: str, purpose: bytes) -> Claims:
    try:
        opened = await sealed_text.read(app.keyring, text, purpose, _LONGEST)
        return msgspec.json.decode(opened, type=Claims)
    except (ContentDamaged, msgspec.DecodeError) as error:
        raise Unauthenticated("Your authorization token is not valid. Reauthenticate and try again.") from error


async def holder(app: App, claims: Claims, now: datetime) -> Principal:
    """Whose access key or session it is. Raises Unauthenticated where that is good no longer."""
    principal = await find_holder(app, claims.access_key_id, claims.session_token, now)
    if principal is None:
        raise Unauthenticated("Your authorization token is no longer valid. Reauthenticate and try again.")
    await note_use(app, principal, "ecr", claims.region, now)
    return principal
