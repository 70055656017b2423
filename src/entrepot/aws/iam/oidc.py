"""OpenID Connect providers."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam.listing import page_through
from entrepot.aws.iam.paging import start_of
from entrepot.aws.iam.render import seconds, tags
from entrepot.context import App, Context
from entrepot.services.iam import oidc_providers
from entrepot.services.iam.oidc_providers import ProviderRequest


@operation("CreateOpenIDConnectProvider")
async def create_open_id_connect_provider(
    app: App, ctx: Context, req: s.CreateOpenIDConnectProviderRequest
) -> s.CreateOpenIDConnectProviderResponse:
    """Creates a provider."""
    pairs = [(tag.key, tag.value) for tag in req.tags or ()]
    wanted = ProviderRequest(req.url, req.client_id_list or (), req.thumbprint_list or (), pairs)
    row = await oidc_providers.create(app, ctx, wanted)
    return s.CreateOpenIDConnectProviderResponse(
        open_id_connect_provider_arn=row.arn, tags=tags(row.tags) if row.tags else None
    )


@operation("GetOpenIDConnectProvider")
async def get_open_id_connect_provider(
    app: App, ctx: Context, req: s.GetOpenIDConnectProviderRequest
) -> s.GetOpenIDConnectProviderResponse:
    """A provider, its URL without the scheme."""
    row = await oidc_providers.get(app, ctx, req.open_id_connect_provider_arn)
    return s.GetOpenIDConnectProviderResponse(
        url=row.url,
        client_id_list=row.client_ids,
        thumbprint_list=row.thumbprints,
        create_date=seconds(row.created_at),
        tags=tags(row.tags) if row.tags else None,
    )


@operation("ListOpenIDConnectProviders")
async def list_open_id_connect_providers(
    app: App, ctx: Context, req: s.ListOpenIDConnectProvidersRequest
) -> s.ListOpenIDConnectProvidersResponse:
    """The ARNs of all providers."""
    del req
    found = await oidc_providers.list_all(app, ctx)
    return s.ListOpenIDConnectProvidersResponse(
        open_id_connect_provider_list=[s.OpenIDConnectProviderListEntry(arn=row.arn) for row in found]
    )


@operation("DeleteOpenIDConnectProvider")
async def delete_open_id_connect_provider(app: App, ctx: Context, req: s.DeleteOpenIDConnectProviderRequest) -> None:
    """Deletes a provider."""
    await oidc_providers.delete(app, ctx, req.open_id_connect_provider_arn)


@operation("AddClientIDToOpenIDConnectProvider")
async def add_client_id(app: App, ctx: Context, req: s.AddClientIDToOpenIDConnectProviderRequest) -> None:
    """Adds an audience."""
    await oidc_providers.add_client_id(app, ctx, req.open_id_connect_provider_arn, req.client_id)


@operation("RemoveClientIDFromOpenIDConnectProvider")
async def remove_client_id(app: App, ctx: Context, req: s.RemoveClientIDFromOpenIDConnectProviderRequest) -> None:
    """Removes an audience."""
    await oidc_providers.remove_client_id(app, ctx, req.open_id_connect_provider_arn, req.client_id)


@operation("UpdateOpenIDConnectProviderThumbprint")
async def update_thumbprint(app: App, ctx: Context, req: s.UpdateOpenIDConnectProviderThumbprintRequest) -> None:
    """Replaces the thumbprints."""
    await oidc_providers.set_thumbprints(app, ctx, req.open_id_connect_provider_arn, req.thumbprint_list)


@operation("TagOpenIDConnectProvider")
async def tag_open_id_connect_provider(app: App, ctx: Context, req: s.TagOpenIDConnectProviderRequest) -> None:
    """Adds tags, or gives those that are there new values."""
    pairs = [(tag.key, tag.value) for tag in req.tags]
    await oidc_providers.add_tags(app, ctx, req.open_id_connect_provider_arn, pairs)


@operation("UntagOpenIDConnectProvider")
async def untag_open_id_connect_provider(app: App, ctx: Context, req: s.UntagOpenIDConnectProviderRequest) -> None:
    """Removes tags by key."""
    await oidc_providers.remove_tags(app, ctx, req.open_id_connect_provider_arn, req.tag_keys)


@operation("ListOpenIDConnectProviderTags")
async def list_open_id_connect_provider_tags(
    app: App, ctx: Context, req: s.ListOpenIDConnectProviderTagsRequest
) -> s.ListOpenIDConnectProviderTagsResponse:
    """A provider's tags, in pages."""
    arn = req.open_id_connect_provider_arn
    start = start_of(ctx, req, "ListOpenIDConnectProviderTags", arn)
    page = page_through(start, tags(await oidc_providers.tags(app, ctx, arn)), lambda tag: (tag.key,))
    return s.ListOpenIDConnectProviderTagsResponse(
        tags=page.entries, is_truncated=page.is_truncated, marker=page.marker
    )
