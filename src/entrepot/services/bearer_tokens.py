"""Bearer tokens: what a registry password, or nothing at all, is exchanged for on the way that docker pulls.

Distribution's token specification ("Token Authentication Specification") lets a token say what it is good for. Ours
says only who holds it, at which registry and until when: what its holder may do is decided at each request, so nobody
keeps a right in a token that was taken away. One that was given to nobody is worth what no credentials are worth.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from entrepot.context import ANONYMOUS, App, Principal, Registry
from entrepot.services import tokens
from entrepot.services.tokens import Claims

LIFETIME = timedelta(minutes=5)
"""Clients ask anew by themselves. Docker takes less than a minute for a minute."""

_PURPOSE = b"registry bearer token"
_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token, from when and until when it is good."""

    token: str
    issued: datetime
    expires: datetime


async def for_claims(app: App, claims: Claims, registry: Registry, now: datetime) -> Bearer:
    """A token with the rights of whoever holds a password with these claims, which ends no later than that.

    Raises Unauthenticated where the password's access key or session is good no longer.
    """
    await tokens.holder(app, claims, now)
    return await _seal(app, claims, registry, now)


async def for_nobody(app: App, registry: Registry, now: datetime) -> Bearer:
    """A token without anyone's rights."""
    end = int((now + LIFETIME).timestamp())
    return await _seal(app, Claims(_NOBODY, registry.account, registry.region, end), registry, now)


async def redeem(app: App, token: str, now: datetime) -> tuple[Principal, Claims]:
    """Who holds a token, perhaps ANONYMOUS; the claims name the one registry that it is good for.

    Raises Unauthenticated.
    """
    claims = await tokens.unseal(app, token, _PURPOSE, now)
    principal = ANONYMOUS if claims.access_key_id == _NOBODY else await tokens.holder(app, claims, now)
    return principal, claims


async def _seal(app: App, claims: Claims, registry: Registry, now: datetime) -> Bearer:
    end = min(claims.expires, int((now + LIFETIME).timestamp()))
    narrowed = msgspec.structs.replace(claims, account=registry.account, region=registry.region, expires=end)
    return Bearer(await tokens.seal(app, narrowed, _PURPOSE), now, datetime.fromtimestamp(end, UTC))
