"""OpenID Connect providers: the issuers whose tokens roles may trust."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, Context, Resource
from entrepot.errors import EntityAlreadyExists, InvalidInput, NoSuchEntity
from entrepot.meta import oidc_providers as rows
from entrepot.meta.access_versions import raise_version
from entrepot.meta.oidc_providers import ProviderRow, provider_arn
from entrepot.meta.times import to_micros
from entrepot.rules.iam_limits import PROVIDERS, check_quota
from entrepot.rules.oidc import check_client_ids, check_thumbprints, provider_url
from entrepot.rules.resource_tags import check_tag_keys, merge_tags
from entrepot.services.access import authorize
from entrepot.services.iam.policy_lookup import request_tag_keys, tag_keys

_ARN = re.compile(r"arn:aws:iam::(\d{12}):oidc-provider/(\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """What CreateOpenIDConnectProvider is given."""

    url: str
    client_ids: Sequence[str]
    thumbprints: Sequence[str]
    tags: Sequence[tuple[str, str]]


async def create(app: App, ctx: Context, req: ProviderRequest) -> ProviderRow:
    """Creates a provider. Raises InvalidInput, EntityAlreadyExists, LimitExceeded.

    Its issuer is not asked anything before the first token comes.
    """
    account, url = ctx.principal.account, provider_url(req.url)
    resource, keys = Resource(account, provider_arn(account, url)), request_tag_keys(dict(req.tags))
    await authorize(app, ctx, "iam:CreateOpenIDConnectProvider", resource, keys)
    if req.tags:
        await authorize(app, ctx, "iam:TagOpenIDConnectProvider", resource, keys)
    client_ids, thumbprints = check_client_ids(req.client_ids), check_thumbprints(req.thumbprints)
    tags, now = merge_tags({}, req.tags), to_micros(ctx.now)

    def create_txn(connection: Connection) -> ProviderRow:
        added = rows.add_provider(
            connection, account, url, client_ids=client_ids, thumbprints=thumbprints, tags=tags, now=now
        )
        if not added:
            raise EntityAlreadyExists(f"Provider with url https://{url} already exists.")
        check_quota("OpenIdConnectProvidersPerAccount", rows.count_providers(connection, account), PROVIDERS)
        raise_version(connection, account)
        return _require(connection, resource.arn)

    return await app.db.write(create_txn)


async def get(app: App, ctx: Context, arn: str) -> ProviderRow:
    """A provider. Raises NoSuchEntity, InvalidInput."""
    await _authorize(app, ctx, "iam:GetOpenIDConnectProvider", arn)
    return await app.db.read(_require, arn)


async def tags(app: App, ctx: Context, arn: str) -> Mapping[str, str]:
    """The tags of a provider. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:ListOpenIDConnectProviderTags", arn)
    return (await app.db.read(_require, arn)).tags


async def list_all(app: App, ctx: Context) -> list[ProviderRow]:
    """Every provider of the caller's account."""
    account = ctx.principal.account
    await authorize(app, ctx, "iam:ListOpenIDConnectProviders", Resource(account, "*"))
    return await app.db.read(rows.all_providers, account)


async def delete(app: App, ctx: Context, arn: str) -> None:
    """Deletes a provider; from then on no role trusts its tokens. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:DeleteOpenIDConnectProvider", arn)
    await _change(app, arn, lambda connection, row: rows.delete_provider(connection, row.id))


async def add_client_id(app: App, ctx: Context, arn: str, client_id: str) -> None:
    """Adds an audience; one that is there already is no error. Raises NoSuchEntity, LimitExceeded."""
    await _authorize(app, ctx, "iam:AddClientIDToOpenIDConnectProvider", arn)

    def add(connection: Connection, row: ProviderRow) -> None:
        rows.set_client_ids(connection, row.id, check_client_ids([*row.client_ids, client_id]))

    await _change(app, arn, add)


async def remove_client_id(app: App, ctx: Context, arn: str, client_id: str) -> None:
    """Removes an audience; one that is not there is no error. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:RemoveClientIDFromOpenIDConnectProvider", arn)

    def remove(connection: Connection, row: ProviderRow) -> None:
        rows.set_client_ids(connection, row.id, [each for each in row.client_ids if each != client_id])

    await _change(app, arn, remove)


async def set_thumbprints(app: App, ctx: Context, arn: str, thumbprints: Sequence[str]) -> None:
    """Replaces the thumbprints. Raises NoSuchEntity, InvalidInput."""
    await _authorize(app, ctx, "iam:UpdateOpenIDConnectProviderThumbprint", arn)
    checked = check_thumbprints(thumbprints)
    await _change(app, arn, lambda connection, row: rows.set_thumbprints(connection, row.id, checked))


async def add_tags(app: App, ctx: Context, arn: str, new: Sequence[tuple[str, str]]) -> None:
    """Adds tags or gives those that are there new values. Raises NoSuchEntity, InvalidTagParameter, TooManyTags."""
    await _authorize(app, ctx, "iam:TagOpenIDConnectProvider", arn, request_tag_keys(dict(new)))
    await _change(app, arn, lambda connection, row: rows.set_tags(connection, row.id, merge_tags(row.tags, new)))


async def remove_tags(app: App, ctx: Context, arn: str, keys: Sequence[str]) -> None:
    """Removes tags; keys that are not there are no error. Raises NoSuchEntity."""
    await _authorize(app, ctx, "iam:UntagOpenIDConnectProvider", arn, {"aws:TagKeys": tuple(keys)})
    check_tag_keys(keys)

    def remove(connection: Connection, row: ProviderRow) -> None:
        rows.set_tags(connection, row.id, {key: value for key, value in row.tags.items() if key not in keys})

    await _change(app, arn, remove)


async def _authorize(
    app: App, ctx: Context, action: str, arn: str, keys: Mapping[str, str | tuple[str, ...]] | None = None
) -> None:
    account, url = _parts(arn)
    row = await app.db.read(rows.find_provider, account, url)
    await authorize(app, ctx, action, Resource(account, arn), {**tag_keys(row.tags if row else {}), **(keys or {})})


async def _change(app: App, arn: str, change: Callable[[Connection, ProviderRow], None]) -> None:
    def change_txn(connection: Connection) -> None:
        row = _require(connection, arn)
        change(connection, row)
        raise_version(connection, row.account_id)

    await app.db.write(change_txn)


def _require(connection: Connection, arn: str) -> ProviderRow:
    row = rows.find_provider(connection, *_parts(arn))
    if row is None:
        raise NoSuchEntity(f"OpenIDConnect Provider not found for arn {arn}")
    return row


def _parts(arn: str) -> tuple[str, str]:
    match = _ARN.fullmatch(arn)
    if match is None:
        raise InvalidInput(f"Invalid ARN: {arn}")
    return match[1], match[2]
