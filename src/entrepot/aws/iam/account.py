"""The account as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from entrepot.aws import shapes_iam as s
from entrepot.aws.dispatch import operation
from entrepot.aws.iam import policy_render as render
from entrepot.aws.iam.paging import page_of, start_of
from entrepot.aws.iam.render import boundary, seconds, tags
from entrepot.context import App, Context
from entrepot.services.iam import account, authorization_details
from entrepot.services.iam.authorization_details import EntityType, IdentityDetail, PolicyDetail

_ALL: tuple[EntityType, ...] = get_args(EntityType)


@operation("GetAccountSummary")
async def get_account_summary(app: App, ctx: Context, req: s.NoInput) -> s.GetAccountSummaryResponse:
    """How much there is, and how much there may be."""
    del req
    return s.GetAccountSummaryResponse(summary_map=_named(await account.summary(app, ctx)))


@operation("GetAccountAuthorizationDetails")
async def get_account_authorization_details(
    app: App, ctx: Context, req: s.GetAccountAuthorizationDetailsRequest
) -> s.GetAccountAuthorizationDetailsResponse:
    """Users, groups, roles and policies with all that they hold, in pages."""
    wanted = sorted(set(req.filter or _ALL))
    start = start_of(ctx, req, "GetAccountAuthorizationDetails", *wanted, first=("", ""))
    after = start.position[0], start.position[1]
    found = await authorization_details.page(app, ctx, wanted, after, start.count + 1)
    page = page_of(start, found, lambda detail: detail.position)
    identities = [each for each in page.entries if isinstance(each, IdentityDetail)]
    return s.GetAccountAuthorizationDetailsResponse(
        user_detail_list=[_user(each) for each in identities if each.row.kind == "user"],
        group_detail_list=[_group(each) for each in identities if each.row.kind == "group"],
        role_detail_list=[_role(each) for each in identities if each.row.kind == "role"],
        policies=[_policy(each) for each in page.entries if isinstance(each, PolicyDetail)],
        is_truncated=page.is_truncated,
        marker=page.marker,
    )


def _named(numbers: Mapping[str, int]) -> Mapping[s.SummaryKeyType, int]:
    return {name: numbers[name] for name in get_args(s.SummaryKeyType) if name in numbers}


def _user(found: IdentityDetail) -> s.UserDetail:
    row = found.row
    return s.UserDetail(
        path=row.path,
        user_name=row.name,
        user_id=row.unique_id,
        arn=row.arn,
        create_date=seconds(row.created_at),
        user_policy_list=_inline(found),
        group_list=list(found.groups),
        attached_managed_policies=[render.attached(arn) for arn in found.attached],
        permissions_boundary=boundary(row.boundary_arn),
        tags=tags(found.tags),
    )


def _group(found: IdentityDetail) -> s.GroupDetail:
    row = found.row
    return s.GroupDetail(
        path=row.path,
        group_name=row.name,
        group_id=row.unique_id,
        arn=row.arn,
        create_date=seconds(row.created_at),
        group_policy_list=_inline(found),
        attached_managed_policies=[render.attached(arn) for arn in found.attached],
    )


def _role(found: IdentityDetail) -> s.RoleDetail:
    row = found.row
    return s.RoleDetail(
        path=row.path,
        role_name=row.name,
        role_id=row.unique_id,
        arn=row.arn,
        create_date=seconds(row.created_at),
        assume_role_policy_document=render.document(row.trust_policy or ""),
        instance_profile_list=[],
        role_policy_list=_inline(found),
        attached_managed_policies=[render.attached(arn) for arn in found.attached],
        permissions_boundary=boundary(row.boundary_arn),
        tags=tags(found.tags),
        role_last_used=render.last_used(row),
    )


def _policy(found: PolicyDetail) -> s.ManagedPolicyDetail:
    policy = found.policy
    return s.ManagedPolicyDetail(
        policy_name=policy.name,
        policy_id=policy.unique_id,
        arn=policy.arn,
        path=policy.path,
        default_version_id=render.version_id(policy.default_version),
        attachment_count=policy.usage.attached,
        permissions_boundary_usage_count=policy.usage.boundaries,
        is_attachable=True,
        description=policy.description,
        create_date=seconds(policy.created_at),
        update_date=seconds(policy.updated_at),
        policy_version_list=[
            render.whole_version(row, default=row.version == policy.default_version) for row in found.versions
        ],
    )


def _inline(found: IdentityDetail) -> list[s.PolicyDetail]:
    return [
        s.PolicyDetail(policy_name=name, policy_document=render.document(text)) for name, text in found.inline.items()
    ]
