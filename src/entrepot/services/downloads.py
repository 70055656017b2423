"""Short-lived URLs for layers: what GetDownloadUrlForLayer answers, as ECR's presigned ones.

A URL seals who asked, for which layer and until when; it needs no other credentials. It carries no more rights than
whoever asked still has when it is used.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from entrepot.context import App, Context, Registry, RepositoryRef
from entrepot.errors import AccessDenied, ContentDamaged
from entrepot.meta import access_keys
from entrepot.meta.blobs import BlobRow
from entrepot.services import layers
from entrepot.services.credentials import principal_of
from entrepot.services.keyring import DOWNLOADS
from entrepot.services.sealing import from_text, seal, to_text, unseal

LIFETIME = timedelta(hours=1)
_PURPOSE = b"layer download"


class _Ticket(msgspec.Struct, frozen=True, array_like=True):
    access_key_id: str
    account: str
    region: str
    repository: str
    digest: str
    expires: int


async def url_for_layer(app: App, ctx: Context, repo: RepositoryRef, digest: str) -> str:
    """A URL that serves one layer for an hour. Raises LayerNotFound, LayerInaccessible."""
    await layers.find_in_image(app, ctx, repo, digest)
    expires = int((ctx.now + LIFETIME).timestamp())
    ticket = _Ticket(ctx.principal.access_key_id, repo.account, repo.registry.region, repo.name, digest, expires)
    sealed = seal(await app.keyring.for_scope(DOWNLOADS), msgspec.json.encode(ticket), _PURPOSE)
    return f"{app.naming.proxy_endpoint(repo.registry)}/layers/{to_text(sealed)}"


async def redeem(app: App, text: str, request_id: str) -> BlobRow:
    """The blob that a URL's last segment stands for. Raises AccessDenied for one that is forged or has run out."""
    now = app.clock()
    ticket = await _open(app, text)
    row = await app.db.read(access_keys.find_access_key, ticket.access_key_id)
    if datetime.fromtimestamp(ticket.expires, UTC) <= now or row is None or not row.active:
        raise AccessDenied("Request has expired")
    registry = Registry(ticket.account, ticket.region)
    ctx = Context(principal_of(row), registry, request_id, now)
    return await layers.find_in_image(app, ctx, RepositoryRef(registry, ticket.repository), ticket.digest)


async def _open(app: App, text: str) -> _Ticket:
    try:
        sealed = from_text(text)
        key = await app.keyring.for_scope(DOWNLOADS)
        return msgspec.json.decode(unseal(key, sealed, _PURPOSE), type=_Ticket)
    except (ValueError, ContentDamaged, msgspec.DecodeError) as error:
        raise AccessDenied("The download URL is not valid") from error
