"""The structs of 'iam', API version 2010-05-08.

Generated from botocore's model by tools/generate_shapes.py: change the generator, not this file.
"""

# ruff: noqa: D101
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all structs have in common: absent members are None and are not written."""


class AccessKey(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    access_key_id: str = msgspec.field(name="AccessKeyId")
    status: StatusType = msgspec.field(name="Status")
    secret_access_key: str = msgspec.field(name="SecretAccessKey")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")


class AccessKeyLastUsed(Shape, frozen=True, kw_only=True):
    last_used_date: float | None = msgspec.field(default=None, name="LastUsedDate")
    service_name: str = msgspec.field(name="ServiceName")
    region: str = msgspec.field(name="Region")


class AccessKeyMetadata(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")
    access_key_id: str | None = msgspec.field(default=None, name="AccessKeyId")
    status: StatusType | None = msgspec.field(default=None, name="Status")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")


class AddClientIDToOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")
    client_id: str = msgspec.field(name="ClientID")


class AddUserToGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    user_name: str = msgspec.field(name="UserName")


class AttachGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    policy_arn: str = msgspec.field(name="PolicyArn")


class AttachRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_arn: str = msgspec.field(name="PolicyArn")


class AttachUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    policy_arn: str = msgspec.field(name="PolicyArn")


class AttachedPermissionsBoundary(Shape, frozen=True, kw_only=True):
    permissions_boundary_type: PermissionsBoundaryAttachmentType | None = msgspec.field(
        default=None, name="PermissionsBoundaryType"
    )
    permissions_boundary_arn: str | None = msgspec.field(default=None, name="PermissionsBoundaryArn")


class AttachedPolicy(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")
    policy_arn: str | None = msgspec.field(default=None, name="PolicyArn")


AttachmentType: TypeAlias = Literal[
    "user",
    "group",
    "role",
]


class ContextEntry(Shape, frozen=True, kw_only=True):
    context_key_name: str | None = msgspec.field(default=None, name="ContextKeyName")
    context_key_values: Sequence[str] | None = msgspec.field(default=None, name="ContextKeyValues")
    context_key_type: ContextKeyTypeEnum | None = msgspec.field(default=None, name="ContextKeyType")


ContextKeyTypeEnum: TypeAlias = Literal[
    "string",
    "stringList",
    "numeric",
    "numericList",
    "boolean",
    "booleanList",
    "ip",
    "ipList",
    "binary",
    "binaryList",
    "date",
    "dateList",
]


class CreateAccessKeyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")


class CreateAccessKeyResponse(Shape, frozen=True, kw_only=True):
    access_key: AccessKey = msgspec.field(name="AccessKey")


class CreateGroupRequest(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(default=None, name="Path")
    group_name: str = msgspec.field(name="GroupName")


class CreateGroupResponse(Shape, frozen=True, kw_only=True):
    group: Group = msgspec.field(name="Group")


class CreateOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    url: str = msgspec.field(name="Url")
    client_id_list: Sequence[str] | None = msgspec.field(default=None, name="ClientIDList")
    thumbprint_list: Sequence[str] | None = msgspec.field(default=None, name="ThumbprintList")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class CreateOpenIDConnectProviderResponse(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str | None = msgspec.field(default=None, name="OpenIDConnectProviderArn")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class CreatePolicyRequest(Shape, frozen=True, kw_only=True):
    policy_name: str = msgspec.field(name="PolicyName")
    path: str | None = msgspec.field(default=None, name="Path")
    policy_document: str = msgspec.field(name="PolicyDocument")
    description: str | None = msgspec.field(default=None, name="Description")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class CreatePolicyResponse(Shape, frozen=True, kw_only=True):
    policy: Policy | None = msgspec.field(default=None, name="Policy")


class CreatePolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    policy_document: str = msgspec.field(name="PolicyDocument")
    set_as_default: bool | None = msgspec.field(default=None, name="SetAsDefault")


class CreatePolicyVersionResponse(Shape, frozen=True, kw_only=True):
    policy_version: PolicyVersion | None = msgspec.field(default=None, name="PolicyVersion")


class CreateRoleRequest(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(default=None, name="Path")
    role_name: str = msgspec.field(name="RoleName")
    assume_role_policy_document: str = msgspec.field(name="AssumeRolePolicyDocument")
    description: str | None = msgspec.field(default=None, name="Description")
    max_session_duration: int | None = msgspec.field(default=None, name="MaxSessionDuration")
    permissions_boundary: str | None = msgspec.field(default=None, name="PermissionsBoundary")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class CreateRoleResponse(Shape, frozen=True, kw_only=True):
    role: Role = msgspec.field(name="Role")


class CreateUserRequest(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(default=None, name="Path")
    user_name: str = msgspec.field(name="UserName")
    permissions_boundary: str | None = msgspec.field(default=None, name="PermissionsBoundary")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class CreateUserResponse(Shape, frozen=True, kw_only=True):
    user: User | None = msgspec.field(default=None, name="User")


class DeleteAccessKeyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")
    access_key_id: str = msgspec.field(name="AccessKeyId")


class DeleteGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    policy_name: str = msgspec.field(name="PolicyName")


class DeleteGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")


class DeleteOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")


class DeletePolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")


class DeletePolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    version_id: str = msgspec.field(name="VersionId")


class DeleteRolePermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")


class DeleteRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_name: str = msgspec.field(name="PolicyName")


class DeleteRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")


class DeleteUserPermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")


class DeleteUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    policy_name: str = msgspec.field(name="PolicyName")


class DeleteUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")


class DetachGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    policy_arn: str = msgspec.field(name="PolicyArn")


class DetachRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_arn: str = msgspec.field(name="PolicyArn")


class DetachUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    policy_arn: str = msgspec.field(name="PolicyArn")


EntityType: TypeAlias = Literal[
    "User",
    "Role",
    "Group",
    "LocalManagedPolicy",
    "AWSManagedPolicy",
]


class EvaluationResult(Shape, frozen=True, kw_only=True):
    eval_action_name: str = msgspec.field(name="EvalActionName")
    eval_resource_name: str | None = msgspec.field(default=None, name="EvalResourceName")
    eval_decision: PolicyEvaluationDecisionType = msgspec.field(name="EvalDecision")
    matched_statements: Sequence[Statement] | None = msgspec.field(default=None, name="MatchedStatements")
    missing_context_values: Sequence[str] | None = msgspec.field(default=None, name="MissingContextValues")
    organizations_decision_detail: OrganizationsDecisionDetail | None = msgspec.field(
        default=None, name="OrganizationsDecisionDetail"
    )
    permissions_boundary_decision_detail: PermissionsBoundaryDecisionDetail | None = msgspec.field(
        default=None, name="PermissionsBoundaryDecisionDetail"
    )
    eval_decision_details: Mapping[str, PolicyEvaluationDecisionType] | None = msgspec.field(
        default=None, name="EvalDecisionDetails"
    )
    resource_specific_results: Sequence[ResourceSpecificResult] | None = msgspec.field(
        default=None, name="ResourceSpecificResults"
    )


class GetAccessKeyLastUsedRequest(Shape, frozen=True, kw_only=True):
    access_key_id: str = msgspec.field(name="AccessKeyId")


class GetAccessKeyLastUsedResponse(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")
    access_key_last_used: AccessKeyLastUsed | None = msgspec.field(default=None, name="AccessKeyLastUsed")


class GetAccountAuthorizationDetailsRequest(Shape, frozen=True, kw_only=True):
    filter: Sequence[EntityType] | None = msgspec.field(default=None, name="Filter")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")
    marker: str | None = msgspec.field(default=None, name="Marker")


class GetAccountAuthorizationDetailsResponse(Shape, frozen=True, kw_only=True):
    user_detail_list: Sequence[UserDetail] | None = msgspec.field(default=None, name="UserDetailList")
    group_detail_list: Sequence[GroupDetail] | None = msgspec.field(default=None, name="GroupDetailList")
    role_detail_list: Sequence[RoleDetail] | None = msgspec.field(default=None, name="RoleDetailList")
    policies: Sequence[ManagedPolicyDetail] | None = msgspec.field(default=None, name="Policies")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class GetAccountSummaryResponse(Shape, frozen=True, kw_only=True):
    summary_map: Mapping[SummaryKeyType, int] | None = msgspec.field(default=None, name="SummaryMap")


class GetContextKeysForCustomPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_input_list: Sequence[str] = msgspec.field(name="PolicyInputList")


class GetContextKeysForPolicyResponse(Shape, frozen=True, kw_only=True):
    context_key_names: Sequence[str] | None = msgspec.field(default=None, name="ContextKeyNames")


class GetContextKeysForPrincipalPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_source_arn: str = msgspec.field(name="PolicySourceArn")
    policy_input_list: Sequence[str] | None = msgspec.field(default=None, name="PolicyInputList")


class GetGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    policy_name: str = msgspec.field(name="PolicyName")


class GetGroupPolicyResponse(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    policy_name: str = msgspec.field(name="PolicyName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class GetGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class GetGroupResponse(Shape, frozen=True, kw_only=True):
    group: Group = msgspec.field(name="Group")
    users: Sequence[User] = msgspec.field(name="Users")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class GetOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")


class GetOpenIDConnectProviderResponse(Shape, frozen=True, kw_only=True):
    url: str | None = msgspec.field(default=None, name="Url")
    client_id_list: Sequence[str] | None = msgspec.field(default=None, name="ClientIDList")
    thumbprint_list: Sequence[str] | None = msgspec.field(default=None, name="ThumbprintList")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class GetPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")


class GetPolicyResponse(Shape, frozen=True, kw_only=True):
    policy: Policy | None = msgspec.field(default=None, name="Policy")


class GetPolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    version_id: str = msgspec.field(name="VersionId")


class GetPolicyVersionResponse(Shape, frozen=True, kw_only=True):
    policy_version: PolicyVersion | None = msgspec.field(default=None, name="PolicyVersion")


class GetRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_name: str = msgspec.field(name="PolicyName")


class GetRolePolicyResponse(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_name: str = msgspec.field(name="PolicyName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class GetRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")


class GetRoleResponse(Shape, frozen=True, kw_only=True):
    role: Role = msgspec.field(name="Role")


class GetUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    policy_name: str = msgspec.field(name="PolicyName")


class GetUserPolicyResponse(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    policy_name: str = msgspec.field(name="PolicyName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class GetUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")


class GetUserResponse(Shape, frozen=True, kw_only=True):
    user: User = msgspec.field(name="User")


class Group(Shape, frozen=True, kw_only=True):
    path: str = msgspec.field(name="Path")
    group_name: str = msgspec.field(name="GroupName")
    group_id: str = msgspec.field(name="GroupId")
    arn: str = msgspec.field(name="Arn")
    create_date: float = msgspec.field(name="CreateDate")


class GroupDetail(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(default=None, name="Path")
    group_name: str | None = msgspec.field(default=None, name="GroupName")
    group_id: str | None = msgspec.field(default=None, name="GroupId")
    arn: str | None = msgspec.field(default=None, name="Arn")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")
    group_policy_list: Sequence[PolicyDetail] | None = msgspec.field(default=None, name="GroupPolicyList")
    attached_managed_policies: Sequence[AttachedPolicy] | None = msgspec.field(
        default=None, name="AttachedManagedPolicies"
    )


class InlinePolicyIdentifierType(Shape, frozen=True, kw_only=True):
    policy_name: str = msgspec.field(name="PolicyName")
    attachment_type: AttachmentType = msgspec.field(name="AttachmentType")
    attachment_name: str = msgspec.field(name="AttachmentName")


class InstanceProfile(Shape, frozen=True, kw_only=True):
    path: str = msgspec.field(name="Path")
    instance_profile_name: str = msgspec.field(name="InstanceProfileName")
    instance_profile_id: str = msgspec.field(name="InstanceProfileId")
    arn: str = msgspec.field(name="Arn")
    create_date: float = msgspec.field(name="CreateDate")
    roles: Sequence[Role] = msgspec.field(name="Roles")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class ListAccessKeysRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListAccessKeysResponse(Shape, frozen=True, kw_only=True):
    access_key_metadata: Sequence[AccessKeyMetadata] = msgspec.field(name="AccessKeyMetadata")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListAttachedGroupPoliciesRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListAttachedGroupPoliciesResponse(Shape, frozen=True, kw_only=True):
    attached_policies: Sequence[AttachedPolicy] | None = msgspec.field(default=None, name="AttachedPolicies")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListAttachedRolePoliciesRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListAttachedRolePoliciesResponse(Shape, frozen=True, kw_only=True):
    attached_policies: Sequence[AttachedPolicy] | None = msgspec.field(default=None, name="AttachedPolicies")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListAttachedUserPoliciesRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListAttachedUserPoliciesResponse(Shape, frozen=True, kw_only=True):
    attached_policies: Sequence[AttachedPolicy] | None = msgspec.field(default=None, name="AttachedPolicies")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListEntitiesForPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    entity_filter: EntityType | None = msgspec.field(default=None, name="EntityFilter")
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    policy_usage_filter: PolicyUsageType | None = msgspec.field(default=None, name="PolicyUsageFilter")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListEntitiesForPolicyResponse(Shape, frozen=True, kw_only=True):
    policy_groups: Sequence[PolicyGroup] | None = msgspec.field(default=None, name="PolicyGroups")
    policy_users: Sequence[PolicyUser] | None = msgspec.field(default=None, name="PolicyUsers")
    policy_roles: Sequence[PolicyRole] | None = msgspec.field(default=None, name="PolicyRoles")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListGroupPoliciesRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListGroupPoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: Sequence[str] = msgspec.field(name="PolicyNames")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListGroupsForUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListGroupsForUserResponse(Shape, frozen=True, kw_only=True):
    groups: Sequence[Group] = msgspec.field(name="Groups")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListGroupsRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListGroupsResponse(Shape, frozen=True, kw_only=True):
    groups: Sequence[Group] = msgspec.field(name="Groups")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListOpenIDConnectProviderTagsRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListOpenIDConnectProviderTagsResponse(Shape, frozen=True, kw_only=True):
    tags: Sequence[Tag] = msgspec.field(name="Tags")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListOpenIDConnectProvidersRequest(Shape, frozen=True, kw_only=True):
    pass


class ListOpenIDConnectProvidersResponse(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_list: Sequence[OpenIDConnectProviderListEntry] | None = msgspec.field(
        default=None, name="OpenIDConnectProviderList"
    )


class ListPoliciesRequest(Shape, frozen=True, kw_only=True):
    scope: PolicyScopeType | None = msgspec.field(default=None, name="Scope")
    only_attached: bool | None = msgspec.field(default=None, name="OnlyAttached")
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    policy_usage_filter: PolicyUsageType | None = msgspec.field(default=None, name="PolicyUsageFilter")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListPoliciesResponse(Shape, frozen=True, kw_only=True):
    policies: Sequence[Policy] | None = msgspec.field(default=None, name="Policies")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListPolicyTagsRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListPolicyTagsResponse(Shape, frozen=True, kw_only=True):
    tags: Sequence[Tag] = msgspec.field(name="Tags")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListPolicyVersionsRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListPolicyVersionsResponse(Shape, frozen=True, kw_only=True):
    versions: Sequence[PolicyVersion] | None = msgspec.field(default=None, name="Versions")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListRolePoliciesRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListRolePoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: Sequence[str] = msgspec.field(name="PolicyNames")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListRoleTagsRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListRoleTagsResponse(Shape, frozen=True, kw_only=True):
    tags: Sequence[Tag] = msgspec.field(name="Tags")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListRolesRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListRolesResponse(Shape, frozen=True, kw_only=True):
    roles: Sequence[Role] = msgspec.field(name="Roles")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListUserPoliciesRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListUserPoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: Sequence[str] = msgspec.field(name="PolicyNames")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListUserTagsRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListUserTagsResponse(Shape, frozen=True, kw_only=True):
    tags: Sequence[Tag] = msgspec.field(name="Tags")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListUsersRequest(Shape, frozen=True, kw_only=True):
    path_prefix: str | None = msgspec.field(default=None, name="PathPrefix")
    marker: str | None = msgspec.field(default=None, name="Marker")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")


class ListUsersResponse(Shape, frozen=True, kw_only=True):
    users: Sequence[User] = msgspec.field(name="Users")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ManagedPolicyDetail(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")
    policy_id: str | None = msgspec.field(default=None, name="PolicyId")
    arn: str | None = msgspec.field(default=None, name="Arn")
    path: str | None = msgspec.field(default=None, name="Path")
    default_version_id: str | None = msgspec.field(default=None, name="DefaultVersionId")
    attachment_count: int | None = msgspec.field(default=None, name="AttachmentCount")
    permissions_boundary_usage_count: int | None = msgspec.field(default=None, name="PermissionsBoundaryUsageCount")
    is_attachable: bool | None = msgspec.field(default=None, name="IsAttachable")
    description: str | None = msgspec.field(default=None, name="Description")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")
    update_date: float | None = msgspec.field(default=None, name="UpdateDate")
    policy_version_list: Sequence[PolicyVersion] | None = msgspec.field(default=None, name="PolicyVersionList")


class OpenIDConnectProviderListEntry(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(default=None, name="Arn")


class OrderedOrganizationPolicyType(Shape, frozen=True, kw_only=True):
    service_control_policy_input_list: Sequence[str] | None = msgspec.field(
        default=None, name="ServiceControlPolicyInputList"
    )


class OrganizationsDecisionDetail(Shape, frozen=True, kw_only=True):
    allowed_by_organizations: bool | None = msgspec.field(default=None, name="AllowedByOrganizations")


PermissionsBoundaryAttachmentType: TypeAlias = Literal["PermissionsBoundaryPolicy"]


class PermissionsBoundaryDecisionDetail(Shape, frozen=True, kw_only=True):
    allowed_by_permissions_boundary: bool | None = msgspec.field(default=None, name="AllowedByPermissionsBoundary")


class Policy(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")
    policy_id: str | None = msgspec.field(default=None, name="PolicyId")
    arn: str | None = msgspec.field(default=None, name="Arn")
    path: str | None = msgspec.field(default=None, name="Path")
    default_version_id: str | None = msgspec.field(default=None, name="DefaultVersionId")
    attachment_count: int | None = msgspec.field(default=None, name="AttachmentCount")
    permissions_boundary_usage_count: int | None = msgspec.field(default=None, name="PermissionsBoundaryUsageCount")
    is_attachable: bool | None = msgspec.field(default=None, name="IsAttachable")
    description: str | None = msgspec.field(default=None, name="Description")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")
    update_date: float | None = msgspec.field(default=None, name="UpdateDate")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class PolicyDetail(Shape, frozen=True, kw_only=True):
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")
    policy_document: str | None = msgspec.field(default=None, name="PolicyDocument")


PolicyEvaluationDecisionType: TypeAlias = Literal[
    "allowed",
    "explicitDeny",
    "implicitDeny",
]


class PolicyGroup(Shape, frozen=True, kw_only=True):
    group_name: str | None = msgspec.field(default=None, name="GroupName")
    group_id: str | None = msgspec.field(default=None, name="GroupId")


class PolicyIdentifier(Shape, frozen=True, kw_only=True):
    policy_type: PolicyIdentifierPolicyType | None = msgspec.field(default=None, name="PolicyType")
    policy_arn: str | None = msgspec.field(default=None, name="PolicyArn")
    inline_policy_identifier: InlinePolicyIdentifierType | None = msgspec.field(
        default=None, name="InlinePolicyIdentifier"
    )


PolicyIdentifierPolicyType: TypeAlias = Literal[
    "inline",
    "aws-managed",
    "user-managed",
    "permission-boundary",
    "scp",
    "rcp",
]


class PolicyRole(Shape, frozen=True, kw_only=True):
    role_name: str | None = msgspec.field(default=None, name="RoleName")
    role_id: str | None = msgspec.field(default=None, name="RoleId")


PolicyScopeType: TypeAlias = Literal[
    "All",
    "AWS",
    "Local",
]


PolicySourceType: TypeAlias = Literal[
    "user",
    "group",
    "role",
    "aws-managed",
    "user-managed",
    "resource",
    "none",
]


PolicyUsageType: TypeAlias = Literal[
    "PermissionsPolicy",
    "PermissionsBoundary",
]


class PolicyUser(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")
    user_id: str | None = msgspec.field(default=None, name="UserId")


class PolicyVersion(Shape, frozen=True, kw_only=True):
    document: str | None = msgspec.field(default=None, name="Document")
    version_id: str | None = msgspec.field(default=None, name="VersionId")
    is_default_version: bool | None = msgspec.field(default=None, name="IsDefaultVersion")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")


class Position(Shape, frozen=True, kw_only=True):
    line: int | None = msgspec.field(default=None, name="Line")
    column: int | None = msgspec.field(default=None, name="Column")


class PutGroupPolicyRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    policy_name: str = msgspec.field(name="PolicyName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class PutRolePermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    permissions_boundary: str = msgspec.field(name="PermissionsBoundary")


class PutRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_name: str = msgspec.field(name="PolicyName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class PutUserPermissionsBoundaryRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    permissions_boundary: str = msgspec.field(name="PermissionsBoundary")


class PutUserPolicyRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    policy_name: str = msgspec.field(name="PolicyName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class RemoveClientIDFromOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")
    client_id: str = msgspec.field(name="ClientID")


class RemoveUserFromGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    user_name: str = msgspec.field(name="UserName")


class ResourceSpecificResult(Shape, frozen=True, kw_only=True):
    eval_resource_name: str = msgspec.field(name="EvalResourceName")
    eval_resource_decision: PolicyEvaluationDecisionType = msgspec.field(name="EvalResourceDecision")
    matched_statements: Sequence[Statement] | None = msgspec.field(default=None, name="MatchedStatements")
    missing_context_values: Sequence[str] | None = msgspec.field(default=None, name="MissingContextValues")
    eval_decision_details: Mapping[str, PolicyEvaluationDecisionType] | None = msgspec.field(
        default=None, name="EvalDecisionDetails"
    )
    permissions_boundary_decision_detail: PermissionsBoundaryDecisionDetail | None = msgspec.field(
        default=None, name="PermissionsBoundaryDecisionDetail"
    )


class Role(Shape, frozen=True, kw_only=True):
    path: str = msgspec.field(name="Path")
    role_name: str = msgspec.field(name="RoleName")
    role_id: str = msgspec.field(name="RoleId")
    arn: str = msgspec.field(name="Arn")
    create_date: float = msgspec.field(name="CreateDate")
    assume_role_policy_document: str | None = msgspec.field(default=None, name="AssumeRolePolicyDocument")
    description: str | None = msgspec.field(default=None, name="Description")
    max_session_duration: int | None = msgspec.field(default=None, name="MaxSessionDuration")
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(default=None, name="PermissionsBoundary")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")
    role_last_used: RoleLastUsed | None = msgspec.field(default=None, name="RoleLastUsed")
    source_role_template: SourceRoleTemplate | None = msgspec.field(default=None, name="SourceRoleTemplate")


class RoleDetail(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(default=None, name="Path")
    role_name: str | None = msgspec.field(default=None, name="RoleName")
    role_id: str | None = msgspec.field(default=None, name="RoleId")
    arn: str | None = msgspec.field(default=None, name="Arn")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")
    assume_role_policy_document: str | None = msgspec.field(default=None, name="AssumeRolePolicyDocument")
    instance_profile_list: Sequence[InstanceProfile] | None = msgspec.field(default=None, name="InstanceProfileList")
    role_policy_list: Sequence[PolicyDetail] | None = msgspec.field(default=None, name="RolePolicyList")
    attached_managed_policies: Sequence[AttachedPolicy] | None = msgspec.field(
        default=None, name="AttachedManagedPolicies"
    )
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(default=None, name="PermissionsBoundary")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")
    role_last_used: RoleLastUsed | None = msgspec.field(default=None, name="RoleLastUsed")


class RoleLastUsed(Shape, frozen=True, kw_only=True):
    last_used_date: float | None = msgspec.field(default=None, name="LastUsedDate")
    region: str | None = msgspec.field(default=None, name="Region")


class SetDefaultPolicyVersionRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    version_id: str = msgspec.field(name="VersionId")


class SimulateCustomPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_input_list: Sequence[str] = msgspec.field(name="PolicyInputList")
    permissions_boundary_policy_input_list: Sequence[str] | None = msgspec.field(
        default=None, name="PermissionsBoundaryPolicyInputList"
    )
    ordered_organization_policy_input_list: Sequence[OrderedOrganizationPolicyType] | None = msgspec.field(
        default=None, name="OrderedOrganizationPolicyInputList"
    )
    action_names: Sequence[str] = msgspec.field(name="ActionNames")
    resource_arns: Sequence[str] | None = msgspec.field(default=None, name="ResourceArns")
    resource_policy: str | None = msgspec.field(default=None, name="ResourcePolicy")
    resource_owner: str | None = msgspec.field(default=None, name="ResourceOwner")
    caller_arn: str | None = msgspec.field(default=None, name="CallerArn")
    context_entries: Sequence[ContextEntry] | None = msgspec.field(default=None, name="ContextEntries")
    resource_handling_option: str | None = msgspec.field(default=None, name="ResourceHandlingOption")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")
    marker: str | None = msgspec.field(default=None, name="Marker")


class SimulatePolicyResponse(Shape, frozen=True, kw_only=True):
    evaluation_results: Sequence[EvaluationResult] | None = msgspec.field(default=None, name="EvaluationResults")
    is_truncated: bool | None = msgspec.field(default=None, name="IsTruncated")
    marker: str | None = msgspec.field(default=None, name="Marker")


class SimulatePrincipalPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_source_arn: str = msgspec.field(name="PolicySourceArn")
    policy_input_list: Sequence[str] | None = msgspec.field(default=None, name="PolicyInputList")
    permissions_boundary_policy_input_list: Sequence[str] | None = msgspec.field(
        default=None, name="PermissionsBoundaryPolicyInputList"
    )
    policy_exclusion_list: Sequence[PolicyIdentifier] | None = msgspec.field(default=None, name="PolicyExclusionList")
    action_names: Sequence[str] = msgspec.field(name="ActionNames")
    resource_arns: Sequence[str] | None = msgspec.field(default=None, name="ResourceArns")
    resource_policy: str | None = msgspec.field(default=None, name="ResourcePolicy")
    resource_owner: str | None = msgspec.field(default=None, name="ResourceOwner")
    caller_arn: str | None = msgspec.field(default=None, name="CallerArn")
    context_entries: Sequence[ContextEntry] | None = msgspec.field(default=None, name="ContextEntries")
    resource_handling_option: str | None = msgspec.field(default=None, name="ResourceHandlingOption")
    max_items: int | None = msgspec.field(default=None, name="MaxItems")
    marker: str | None = msgspec.field(default=None, name="Marker")


class SourceRoleTemplate(Shape, frozen=True, kw_only=True):
    template_arn: str = msgspec.field(name="TemplateArn")
    template_minor_version: int = msgspec.field(name="TemplateMinorVersion")


class Statement(Shape, frozen=True, kw_only=True):
    source_policy_id: str | None = msgspec.field(default=None, name="SourcePolicyId")
    source_policy_type: PolicySourceType | None = msgspec.field(default=None, name="SourcePolicyType")
    start_position: Position | None = msgspec.field(default=None, name="StartPosition")
    end_position: Position | None = msgspec.field(default=None, name="EndPosition")


StatusType: TypeAlias = Literal[
    "Active",
    "Inactive",
    "Expired",
]


SummaryKeyType: TypeAlias = Literal[
    "Users",
    "UsersQuota",
    "Groups",
    "GroupsQuota",
    "ServerCertificates",
    "ServerCertificatesQuota",
    "UserPolicySizeQuota",
    "GroupPolicySizeQuota",
    "GroupsPerUserQuota",
    "SigningCertificatesPerUserQuota",
    "AccessKeysPerUserQuota",
    "MFADevices",
    "MFADevicesInUse",
    "AccountMFAEnabled",
    "AccountAccessKeysPresent",
    "AccountPasswordPresent",
    "AccountSigningCertificatesPresent",
    "AttachedPoliciesPerGroupQuota",
    "AttachedPoliciesPerRoleQuota",
    "AttachedPoliciesPerUserQuota",
    "Policies",
    "PoliciesQuota",
    "PolicySizeQuota",
    "PolicyVersionsInUse",
    "PolicyVersionsInUseQuota",
    "VersionsPerPolicyQuota",
    "GlobalEndpointTokenVersion",
    "AssumeRolePolicySizeQuota",
    "InstanceProfiles",
    "InstanceProfilesQuota",
    "Providers",
    "RolePolicySizeQuota",
    "Roles",
    "RolesQuota",
]


class Tag(Shape, frozen=True, kw_only=True):
    key: str = msgspec.field(name="Key")
    value: str = msgspec.field(name="Value")


class TagOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")
    tags: Sequence[Tag] = msgspec.field(name="Tags")


class TagPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    tags: Sequence[Tag] = msgspec.field(name="Tags")


class TagRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    tags: Sequence[Tag] = msgspec.field(name="Tags")


class TagUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    tags: Sequence[Tag] = msgspec.field(name="Tags")


class UntagOpenIDConnectProviderRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")
    tag_keys: Sequence[str] = msgspec.field(name="TagKeys")


class UntagPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_arn: str = msgspec.field(name="PolicyArn")
    tag_keys: Sequence[str] = msgspec.field(name="TagKeys")


class UntagRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    tag_keys: Sequence[str] = msgspec.field(name="TagKeys")


class UntagUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    tag_keys: Sequence[str] = msgspec.field(name="TagKeys")


class UpdateAccessKeyRequest(Shape, frozen=True, kw_only=True):
    user_name: str | None = msgspec.field(default=None, name="UserName")
    access_key_id: str = msgspec.field(name="AccessKeyId")
    status: StatusType = msgspec.field(name="Status")


class UpdateAssumeRolePolicyRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    policy_document: str = msgspec.field(name="PolicyDocument")


class UpdateGroupRequest(Shape, frozen=True, kw_only=True):
    group_name: str = msgspec.field(name="GroupName")
    new_path: str | None = msgspec.field(default=None, name="NewPath")
    new_group_name: str | None = msgspec.field(default=None, name="NewGroupName")


class UpdateOpenIDConnectProviderThumbprintRequest(Shape, frozen=True, kw_only=True):
    open_id_connect_provider_arn: str = msgspec.field(name="OpenIDConnectProviderArn")
    thumbprint_list: Sequence[str] = msgspec.field(name="ThumbprintList")


class UpdateRoleDescriptionRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    description: str = msgspec.field(name="Description")


class UpdateRoleDescriptionResponse(Shape, frozen=True, kw_only=True):
    role: Role | None = msgspec.field(default=None, name="Role")


class UpdateRoleRequest(Shape, frozen=True, kw_only=True):
    role_name: str = msgspec.field(name="RoleName")
    description: str | None = msgspec.field(default=None, name="Description")
    max_session_duration: int | None = msgspec.field(default=None, name="MaxSessionDuration")


class UpdateRoleResponse(Shape, frozen=True, kw_only=True):
    pass


class UpdateUserRequest(Shape, frozen=True, kw_only=True):
    user_name: str = msgspec.field(name="UserName")
    new_path: str | None = msgspec.field(default=None, name="NewPath")
    new_user_name: str | None = msgspec.field(default=None, name="NewUserName")


class User(Shape, frozen=True, kw_only=True):
    path: str = msgspec.field(name="Path")
    user_name: str = msgspec.field(name="UserName")
    user_id: str = msgspec.field(name="UserId")
    arn: str = msgspec.field(name="Arn")
    create_date: float = msgspec.field(name="CreateDate")
    password_last_used: float | None = msgspec.field(default=None, name="PasswordLastUsed")
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(default=None, name="PermissionsBoundary")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class UserDetail(Shape, frozen=True, kw_only=True):
    path: str | None = msgspec.field(default=None, name="Path")
    user_name: str | None = msgspec.field(default=None, name="UserName")
    user_id: str | None = msgspec.field(default=None, name="UserId")
    arn: str | None = msgspec.field(default=None, name="Arn")
    create_date: float | None = msgspec.field(default=None, name="CreateDate")
    user_policy_list: Sequence[PolicyDetail] | None = msgspec.field(default=None, name="UserPolicyList")
    group_list: Sequence[str] | None = msgspec.field(default=None, name="GroupList")
    attached_managed_policies: Sequence[AttachedPolicy] | None = msgspec.field(
        default=None, name="AttachedManagedPolicies"
    )
    permissions_boundary: AttachedPermissionsBoundary | None = msgspec.field(default=None, name="PermissionsBoundary")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")


class NoInput(Shape, frozen=True, kw_only=True):
    pass


INPUTS: Mapping[str, type[msgspec.Struct]] = {
    "AddClientIDToOpenIDConnectProvider": AddClientIDToOpenIDConnectProviderRequest,
    "AddUserToGroup": AddUserToGroupRequest,
    "AttachGroupPolicy": AttachGroupPolicyRequest,
    "AttachRolePolicy": AttachRolePolicyRequest,
    "AttachUserPolicy": AttachUserPolicyRequest,
    "CreateAccessKey": CreateAccessKeyRequest,
    "CreateGroup": CreateGroupRequest,
    "CreateOpenIDConnectProvider": CreateOpenIDConnectProviderRequest,
    "CreatePolicy": CreatePolicyRequest,
    "CreatePolicyVersion": CreatePolicyVersionRequest,
    "CreateRole": CreateRoleRequest,
    "CreateUser": CreateUserRequest,
    "DeleteAccessKey": DeleteAccessKeyRequest,
    "DeleteGroup": DeleteGroupRequest,
    "DeleteGroupPolicy": DeleteGroupPolicyRequest,
    "DeleteOpenIDConnectProvider": DeleteOpenIDConnectProviderRequest,
    "DeletePolicy": DeletePolicyRequest,
    "DeletePolicyVersion": DeletePolicyVersionRequest,
    "DeleteRole": DeleteRoleRequest,
    "DeleteRolePermissionsBoundary": DeleteRolePermissionsBoundaryRequest,
    "DeleteRolePolicy": DeleteRolePolicyRequest,
    "DeleteUser": DeleteUserRequest,
    "DeleteUserPermissionsBoundary": DeleteUserPermissionsBoundaryRequest,
    "DeleteUserPolicy": DeleteUserPolicyRequest,
    "DetachGroupPolicy": DetachGroupPolicyRequest,
    "DetachRolePolicy": DetachRolePolicyRequest,
    "DetachUserPolicy": DetachUserPolicyRequest,
    "GetAccessKeyLastUsed": GetAccessKeyLastUsedRequest,
    "GetAccountAuthorizationDetails": GetAccountAuthorizationDetailsRequest,
    "GetAccountSummary": NoInput,
    "GetContextKeysForCustomPolicy": GetContextKeysForCustomPolicyRequest,
    "GetContextKeysForPrincipalPolicy": GetContextKeysForPrincipalPolicyRequest,
    "GetGroup": GetGroupRequest,
    "GetGroupPolicy": GetGroupPolicyRequest,
    "GetOpenIDConnectProvider": GetOpenIDConnectProviderRequest,
    "GetPolicy": GetPolicyRequest,
    "GetPolicyVersion": GetPolicyVersionRequest,
    "GetRole": GetRoleRequest,
    "GetRolePolicy": GetRolePolicyRequest,
    "GetUser": GetUserRequest,
    "GetUserPolicy": GetUserPolicyRequest,
    "ListAccessKeys": ListAccessKeysRequest,
    "ListAttachedGroupPolicies": ListAttachedGroupPoliciesRequest,
    "ListAttachedRolePolicies": ListAttachedRolePoliciesRequest,
    "ListAttachedUserPolicies": ListAttachedUserPoliciesRequest,
    "ListEntitiesForPolicy": ListEntitiesForPolicyRequest,
    "ListGroupPolicies": ListGroupPoliciesRequest,
    "ListGroups": ListGroupsRequest,
    "ListGroupsForUser": ListGroupsForUserRequest,
    "ListOpenIDConnectProviderTags": ListOpenIDConnectProviderTagsRequest,
    "ListOpenIDConnectProviders": ListOpenIDConnectProvidersRequest,
    "ListPolicies": ListPoliciesRequest,
    "ListPolicyTags": ListPolicyTagsRequest,
    "ListPolicyVersions": ListPolicyVersionsRequest,
    "ListRolePolicies": ListRolePoliciesRequest,
    "ListRoleTags": ListRoleTagsRequest,
    "ListRoles": ListRolesRequest,
    "ListUserPolicies": ListUserPoliciesRequest,
    "ListUserTags": ListUserTagsRequest,
    "ListUsers": ListUsersRequest,
    "PutGroupPolicy": PutGroupPolicyRequest,
    "PutRolePermissionsBoundary": PutRolePermissionsBoundaryRequest,
    "PutRolePolicy": PutRolePolicyRequest,
    "PutUserPermissionsBoundary": PutUserPermissionsBoundaryRequest,
    "PutUserPolicy": PutUserPolicyRequest,
    "RemoveClientIDFromOpenIDConnectProvider": RemoveClientIDFromOpenIDConnectProviderRequest,
    "RemoveUserFromGroup": RemoveUserFromGroupRequest,
    "SetDefaultPolicyVersion": SetDefaultPolicyVersionRequest,
    "SimulateCustomPolicy": SimulateCustomPolicyRequest,
    "SimulatePrincipalPolicy": SimulatePrincipalPolicyRequest,
    "TagOpenIDConnectProvider": TagOpenIDConnectProviderRequest,
    "TagPolicy": TagPolicyRequest,
    "TagRole": TagRoleRequest,
    "TagUser": TagUserRequest,
    "UntagOpenIDConnectProvider": UntagOpenIDConnectProviderRequest,
    "UntagPolicy": UntagPolicyRequest,
    "UntagRole": UntagRoleRequest,
    "UntagUser": UntagUserRequest,
    "UpdateAccessKey": UpdateAccessKeyRequest,
    "UpdateAssumeRolePolicy": UpdateAssumeRolePolicyRequest,
    "UpdateGroup": UpdateGroupRequest,
    "UpdateOpenIDConnectProviderThumbprint": UpdateOpenIDConnectProviderThumbprintRequest,
    "UpdateRole": UpdateRoleRequest,
    "UpdateRoleDescription": UpdateRoleDescriptionRequest,
    "UpdateUser": UpdateUserRequest,
}


OUTPUTS: Mapping[str, type[msgspec.Struct]] = {
    "CreateAccessKey": CreateAccessKeyResponse,
    "CreateGroup": CreateGroupResponse,
    "CreateOpenIDConnectProvider": CreateOpenIDConnectProviderResponse,
    "CreatePolicy": CreatePolicyResponse,
    "CreatePolicyVersion": CreatePolicyVersionResponse,
    "CreateRole": CreateRoleResponse,
    "CreateUser": CreateUserResponse,
    "GetAccessKeyLastUsed": GetAccessKeyLastUsedResponse,
    "GetAccountAuthorizationDetails": GetAccountAuthorizationDetailsResponse,
    "GetAccountSummary": GetAccountSummaryResponse,
    "GetContextKeysForCustomPolicy": GetContextKeysForPolicyResponse,
    "GetContextKeysForPrincipalPolicy": GetContextKeysForPolicyResponse,
    "GetGroup": GetGroupResponse,
    "GetGroupPolicy": GetGroupPolicyResponse,
    "GetOpenIDConnectProvider": GetOpenIDConnectProviderResponse,
    "GetPolicy": GetPolicyResponse,
    "GetPolicyVersion": GetPolicyVersionResponse,
    "GetRole": GetRoleResponse,
    "GetRolePolicy": GetRolePolicyResponse,
    "GetUser": GetUserResponse,
    "GetUserPolicy": GetUserPolicyResponse,
    "ListAccessKeys": ListAccessKeysResponse,
    "ListAttachedGroupPolicies": ListAttachedGroupPoliciesResponse,
    "ListAttachedRolePolicies": ListAttachedRolePoliciesResponse,
    "ListAttachedUserPolicies": ListAttachedUserPoliciesResponse,
    "ListEntitiesForPolicy": ListEntitiesForPolicyResponse,
    "ListGroupPolicies": ListGroupPoliciesResponse,
    "ListGroups": ListGroupsResponse,
    "ListGroupsForUser": ListGroupsForUserResponse,
    "ListOpenIDConnectProviderTags": ListOpenIDConnectProviderTagsResponse,
    "ListOpenIDConnectProviders": ListOpenIDConnectProvidersResponse,
    "ListPolicies": ListPoliciesResponse,
    "ListPolicyTags": ListPolicyTagsResponse,
    "ListPolicyVersions": ListPolicyVersionsResponse,
    "ListRolePolicies": ListRolePoliciesResponse,
    "ListRoleTags": ListRoleTagsResponse,
    "ListRoles": ListRolesResponse,
    "ListUserPolicies": ListUserPoliciesResponse,
    "ListUserTags": ListUserTagsResponse,
    "ListUsers": ListUsersResponse,
    "SimulateCustomPolicy": SimulatePolicyResponse,
    "SimulatePrincipalPolicy": SimulatePolicyResponse,
    "UpdateRole": UpdateRoleResponse,
    "UpdateRoleDescription": UpdateRoleDescriptionResponse,
}
