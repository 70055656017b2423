"""Access keys of users and of the account's root."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam.paging import page_of, start_of
from entrepot.aws.iam.render import seconds
from entrepot.context import App, Context
from entrepot.meta.access_key_pages import KeyInfo
from entrepot.services.iam import access_keys

_NEVER = "N/A"  # what GetAccessKeyLastUsed says in place of service and Region


@operation("CreateAccessKey")
async def create_access_key(app: App, ctx: Context, req: s.CreateAccessKeyRequest) -> s.CreateAccessKeyResponse:
    """Makes a key for a user or for whoever calls: the only answer with its secret."""
    key = await access_keys.create(app, ctx, req.user_name)
    shown = s.AccessKey(
        user_name=key.user_name,
        access_key_id=key.access_key_id,
        status="Active",
        secret_access_key=key.secret,
        create_date=seconds(key.created_at),
    )
    return s.CreateAccessKeyResponse(access_key=shown)


@operation("ListAccessKeys")
async def list_access_keys(app: App, ctx: Context, req: s.ListAccessKeysRequest) -> s.ListAccessKeysResponse:
    """The keys of a user or of whoever calls, in pages."""
    start = start_of(ctx, req, "ListAccessKeys", req.user_name or "")
    name, found = await access_keys.page(app, ctx, req.user_name, start.position[0], start.count + 1)
    page = page_of(start, found, lambda info: (info.access_key_id,))
    return s.ListAccessKeysResponse(
        access_key_metadata=[_metadata(name, info) for info in page.entries],
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


@operation("UpdateAccessKey")
async def update_access_key(app: App, ctx: Context, req: s.UpdateAccessKeyRequest) -> None:
    """Enables or disables a key."""
    await access_keys.set_status(app, ctx, req.user_name, req.access_key_id, req.status)


@operation("DeleteAccessKey")
async def delete_access_key(app: App, ctx: Context, req: s.DeleteAccessKeyRequest) -> None:
    """Deletes a key."""
    await access_keys.delete(app, ctx, req.user_name, req.access_key_id)


@operation("GetAccessKeyLastUsed")
async def get_access_key_last_used(
    app: App, ctx: Context, req: s.GetAccessKeyLastUsedRequest
) -> s.GetAccessKeyLastUsedResponse:
    """When, where and for what a key was used last."""
    name, use = await access_keys.last_used(app, ctx, req.access_key_id)
    shown = s.AccessKeyLastUsed(
        last_used_date=seconds(use.at) if use else None,
        service_name=use.service if use else _NEVER,
        region=use.region if use else _NEVER,
    )
    return s.GetAccessKeyLastUsedResponse(user_name=name, access_key_last_used=shown)


def _metadata(name: str, info: KeyInfo) -> s.AccessKeyMetadata:
    return s.AccessKeyMetadata(
        user_name=name,
        access_key_id=info.access_key_id,
        status="Active" if info.active else "Inactive",
        create_date=seconds(info.created_at),
    )
