"""Registry passwords: what `aws ecr get-login-password` prints and docker sends back.

A password is opaque: it seals which access key asked for it, for which registry and until when. It carries no
rights: those are the principal's at the time of use, so a key that is disabled or deleted ends its passwords.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from entrepot.context import App, Context, Principal, Registry
from entrepot.errors import ContentDamaged, Unauthenticated
from entrepot.meta import access_keys
from entrepot.services.access import authorize
from entrepot.services.credentials import principal_of
from entrepot.services.keyring import TOKENS
from entrepot.services.sealing import from_text, seal, to_text, unseal

LIFETIME = timedelta(hours=12)  # GetAuthorizationToken: "valid for 12 hours"
_PURPOSE = b"registry password"
_KEY_ID_BYTES = 8


class _Claims(
    msgspec.Struct, frozen=True, rename={"access_key_id": "k", "account": "a", "region": "r", "expires": "e"}
):
    access_key_id: str
    account: str
    region: str
    expires: int


@dataclass(frozen=True, slots=True)
class Token:
    """A registry password and when it ends."""

    registry: Registry
    password: str
    expires: datetime


async def issue(app: App, ctx: Context, registries: list[Registry]) -> list[Token]:
    """A password for each registry, with the rights of the caller."""
    await authorize(app, ctx, "ecr:GetAuthorizationToken", ctx.registry)
    key = await app.keyring.for_scope(TOKENS)
    expires = (ctx.now + LIFETIME).replace(microsecond=0)
    tokens: list[Token] = []
    for registry in registries:
        claims = _Claims(ctx.principal.access_key_id, registry.account, registry.region, int(expires.timestamp()))
        sealed = key.key_id.to_bytes(_KEY_ID_BYTES) + seal(key, msgspec.json.encode(claims), _PURPOSE)
        tokens.append(Token(registry, to_text(sealed), expires))
    return tokens


async def redeem(app: App, password: str, now: datetime) -> tuple[Principal, Registry]:
    """Who a password stands for, and the registry it was issued for.

    Raises Unauthenticated for one that is forged, has expired, or whose access key is gone or disabled.
    """
    claims = await _open(app, password)
    if datetime.fromtimestamp(claims.expires, UTC) <= now:
        raise Unauthenticated("Your authorization token has expired. Reauthenticate and try again.")
    row = await app.db.read(access_keys.find_access_key, claims.access_key_id)
    if row is None or not row.active:
        raise Unauthenticated("Your authorization token is no longer valid. Reauthenticate and try again.")
    return principal_of(row), Registry(claims.account, claims.region)


async def _open(app: App, password: str) -> _Claims:
    try:
        sealed = from_text(password)
        key = await app.keyring.by_id(int.from_bytes(sealed[:_KEY_ID_BYTES]))
        return msgspec.json.decode(unseal(key, sealed[_KEY_ID_BYTES:], _PURPOSE), type=_Claims)
    except (ValueError, LookupError, OverflowError, ContentDamaged, msgspec.DecodeError) as error:
        raise Unauthenticated("Your authorization token is not valid. Reauthenticate and try again.") from error
