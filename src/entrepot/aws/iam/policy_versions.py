"""Versions of managed policies."""

from __future__ import annotations

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import policy_render as render
from entrepot.aws.iam.listing import page_through
from entrepot.aws.iam.paging import start_of
from entrepot.context import App, Context
from entrepot.services.iam import policy_versions
from entrepot.services.iam.policy_versions import PolicyVersion

_NUMBERS = 10**10


@operation("CreatePolicyVersion")
async def create_policy_version(
    app: App, ctx: Context, req: s.CreatePolicyVersionRequest
) -> s.CreatePolicyVersionResponse:
    """Adds a version."""
    default = bool(req.set_as_default)
    made = await policy_versions.create(app, ctx, req.policy_arn, req.policy_document, default=default)
    return s.CreatePolicyVersionResponse(policy_version=render.version(made))


@operation("GetPolicyVersion")
async def get_policy_version(app: App, ctx: Context, req: s.GetPolicyVersionRequest) -> s.GetPolicyVersionResponse:
    """A version with its document."""
    found = await policy_versions.get(app, ctx, req.policy_arn, req.version_id)
    return s.GetPolicyVersionResponse(policy_version=render.whole_version(found.row, default=found.is_default))


@operation("ListPolicyVersions")
async def list_policy_versions(
    app: App, ctx: Context, req: s.ListPolicyVersionsRequest
) -> s.ListPolicyVersionsResponse:
    """Versions without their documents, the newest first, in pages."""
    start = start_of(ctx, req, "ListPolicyVersions", req.policy_arn)
    page = page_through(start, await policy_versions.list_all(app, ctx, req.policy_arn), _newest_first)
    return s.ListPolicyVersionsResponse(
        versions=[render.version(each) for each in page.entries], is_truncated=page.is_truncated, marker=page.marker
    )


@operation("SetDefaultPolicyVersion")
async def set_default_policy_version(app: App, ctx: Context, req: s.SetDefaultPolicyVersionRequest) -> None:
    """Chooses the version that counts."""
    await policy_versions.set_default(app, ctx, req.policy_arn, req.version_id)


@operation("DeletePolicyVersion")
async def delete_policy_version(app: App, ctx: Context, req: s.DeletePolicyVersionRequest) -> None:
    """Deletes a version other than the default."""
    await policy_versions.delete(app, ctx, req.policy_arn, req.version_id)


def _newest_first(found: PolicyVersion) -> tuple[str, ...]:
    return (str(_NUMBERS - found.row.version).zfill(11),)
