"""Short-lived URLs for layers: what GetDownloadUrlForLayer answers, as ECR's presigned ones.

A URL of ours seals who asked, for which layer and until when; it needs no other credentials. It carries no more rights
than whoever asked still has when it is used. One of the store's own, as S3 gives them out, is ECR's in this as well: it
is good until it ends, whatever becomes of the rights of whoever asked.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from entrepot.context import App, Client, Context, Registry, RepositoryRef
from entrepot.errors import AccessDenied, ContentDamaged
from entrepot.meta.blobs import BlobRow
from entrepot.services import layers, sealed_text
from entrepot.services.credentials import find_holder
from entrepot.services.keyring import DOWNLOADS

LIFETIME = timedelta(hours=1)
_PURPOSE = b"layer download"
_LONGEST = 8192  # a session token of 4096 letters, sealed once more


class _Ticket(msgspec.Struct, frozen=True, array_like=True):
    access_key_id: str
    session_token: str
    account: str
    region: str
    repository: str
    digest: str
    expires: int


async def url_for_layer(app: App, ctx: Context, repo: RepositoryRef, digest: str) -> str:
    """A URL that serves one layer for an hour, or while the session lasts: ours, or the store's own.

    Raises LayerNotFound, LayerInaccessible.
    """
    row = await layers.find_in_image(app, ctx, repo, digest)
    principal, registry, end = ctx.principal, repo.registry, ctx.now + LIFETIME
    token = ""
    if principal.session:
        token, end = principal.session.token, min(end, principal.session.expires)
    direct = await layers.url(app, row, max(1, int((end - ctx.now).total_seconds())))
    if direct:
        return direct
    place = (registry.account, registry.region, repo.name, digest)
    ticket = _Ticket(principal.access_key_id, token, *place, int(end.timestamp()))
    sealed = await sealed_text.write(app.keyring, DOWNLOADS, msgspec.msgpack.encode(ticket), _PURPOSE)
    return f"{app.naming.proxy_endpoint(repo.registry)}/layers/{sealed}"


async def redeem(app: App, text: str, request_id: str, client: Client) -> BlobRow:
    """The blob that a URL's last segment stands for. Raises AccessDenied for one that is forged or has run out."""
    now = app.clock()
    ticket = await _open(app, text)
    principal = await find_holder(app, ticket.access_key_id, ticket.session_token, now)
    if datetime.fromtimestamp(ticket.expires, UTC) <= now or principal is None:
        raise AccessDenied("Request has expired")
    registry = Registry(ticket.account, ticket.region)
    ctx = Context(principal, registry, request_id, now, client)
    return await layers.find_in_image(app, ctx, RepositoryRef(registry, ticket.repository), ticket.digest)


async def _open(app: App, text: str) -> _Ticket:
    try:
        return msgspec.msgpack.decode(await sealed_text.read(app.keyring, text, _PURPOSE, _LONGEST), type=_Ticket)
    except (ContentDamaged, msgspec.DecodeError) as error:
        raise AccessDenied("The download URL is not valid") from error
