"""The structs of 'sts', API version 2011-06-15.

Generated from botocore's model by tools/generate_shapes.py: change the generator, not this file.
"""

# ruff: noqa: D101
from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all structs have in common: absent members are None and are not written."""


class AssumeRoleRequest(Shape, frozen=True, kw_only=True):
    role_arn: str = msgspec.field(name="RoleArn")
    role_session_name: str = msgspec.field(name="RoleSessionName")
    policy_arns: Sequence[PolicyDescriptorType] | None = msgspec.field(default=None, name="PolicyArns")
    policy: str | None = msgspec.field(default=None, name="Policy")
    duration_seconds: int | None = msgspec.field(default=None, name="DurationSeconds")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")
    transitive_tag_keys: Sequence[str] | None = msgspec.field(default=None, name="TransitiveTagKeys")
    external_id: str | None = msgspec.field(default=None, name="ExternalId")
    serial_number: str | None = msgspec.field(default=None, name="SerialNumber")
    token_code: str | None = msgspec.field(default=None, name="TokenCode")
    source_identity: str | None = msgspec.field(default=None, name="SourceIdentity")
    provided_contexts: Sequence[ProvidedContext] | None = msgspec.field(default=None, name="ProvidedContexts")
    minimum_session_token_size: int | None = msgspec.field(default=None, name="MinimumSessionTokenSize")


class AssumeRoleResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(default=None, name="Credentials")
    assumed_role_user: AssumedRoleUser | None = msgspec.field(default=None, name="AssumedRoleUser")
    packed_policy_size: int | None = msgspec.field(default=None, name="PackedPolicySize")
    source_identity: str | None = msgspec.field(default=None, name="SourceIdentity")
    session_token_utilization: int | None = msgspec.field(default=None, name="SessionTokenUtilization")
    session_token_size: int | None = msgspec.field(default=None, name="SessionTokenSize")


class AssumeRoleWithWebIdentityRequest(Shape, frozen=True, kw_only=True):
    role_arn: str = msgspec.field(name="RoleArn")
    role_session_name: str = msgspec.field(name="RoleSessionName")
    web_identity_token: str = msgspec.field(name="WebIdentityToken")
    provider_id: str | None = msgspec.field(default=None, name="ProviderId")
    policy_arns: Sequence[PolicyDescriptorType] | None = msgspec.field(default=None, name="PolicyArns")
    policy: str | None = msgspec.field(default=None, name="Policy")
    duration_seconds: int | None = msgspec.field(default=None, name="DurationSeconds")
    minimum_session_token_size: int | None = msgspec.field(default=None, name="MinimumSessionTokenSize")


class AssumeRoleWithWebIdentityResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(default=None, name="Credentials")
    subject_from_web_identity_token: str | None = msgspec.field(default=None, name="SubjectFromWebIdentityToken")
    assumed_role_user: AssumedRoleUser | None = msgspec.field(default=None, name="AssumedRoleUser")
    packed_policy_size: int | None = msgspec.field(default=None, name="PackedPolicySize")
    provider: str | None = msgspec.field(default=None, name="Provider")
    audience: str | None = msgspec.field(default=None, name="Audience")
    source_identity: str | None = msgspec.field(default=None, name="SourceIdentity")
    session_token_utilization: int | None = msgspec.field(default=None, name="SessionTokenUtilization")
    session_token_size: int | None = msgspec.field(default=None, name="SessionTokenSize")


class AssumedRoleUser(Shape, frozen=True, kw_only=True):
    assumed_role_id: str = msgspec.field(name="AssumedRoleId")
    arn: str = msgspec.field(name="Arn")


class Credentials(Shape, frozen=True, kw_only=True):
    access_key_id: str = msgspec.field(name="AccessKeyId")
    secret_access_key: str = msgspec.field(name="SecretAccessKey")
    session_token: str = msgspec.field(name="SessionToken")
    expiration: float = msgspec.field(name="Expiration")


class GetAccessKeyInfoRequest(Shape, frozen=True, kw_only=True):
    access_key_id: str = msgspec.field(name="AccessKeyId")


class GetAccessKeyInfoResponse(Shape, frozen=True, kw_only=True):
    account: str | None = msgspec.field(default=None, name="Account")


class GetCallerIdentityRequest(Shape, frozen=True, kw_only=True):
    pass


class GetCallerIdentityResponse(Shape, frozen=True, kw_only=True):
    user_id: str | None = msgspec.field(default=None, name="UserId")
    account: str | None = msgspec.field(default=None, name="Account")
    arn: str | None = msgspec.field(default=None, name="Arn")


class GetSessionTokenRequest(Shape, frozen=True, kw_only=True):
    duration_seconds: int | None = msgspec.field(default=None, name="DurationSeconds")
    serial_number: str | None = msgspec.field(default=None, name="SerialNumber")
    token_code: str | None = msgspec.field(default=None, name="TokenCode")
    minimum_session_token_size: int | None = msgspec.field(default=None, name="MinimumSessionTokenSize")


class GetSessionTokenResponse(Shape, frozen=True, kw_only=True):
    credentials: Credentials | None = msgspec.field(default=None, name="Credentials")
    session_token_utilization: int | None = msgspec.field(default=None, name="SessionTokenUtilization")
    session_token_size: int | None = msgspec.field(default=None, name="SessionTokenSize")


class PolicyDescriptorType(Shape, frozen=True, kw_only=True):
    arn: str | None = None


class ProvidedContext(Shape, frozen=True, kw_only=True):
    provider_arn: str | None = msgspec.field(default=None, name="ProviderArn")
    context_assertion: str | None = msgspec.field(default=None, name="ContextAssertion")


class Tag(Shape, frozen=True, kw_only=True):
    key: str = msgspec.field(name="Key")
    value: str = msgspec.field(name="Value")


INPUTS: Mapping[str, type[msgspec.Struct]] = {
    "AssumeRole": AssumeRoleRequest,
    "AssumeRoleWithWebIdentity": AssumeRoleWithWebIdentityRequest,
    "GetAccessKeyInfo": GetAccessKeyInfoRequest,
    "GetCallerIdentity": GetCallerIdentityRequest,
    "GetSessionToken": GetSessionTokenRequest,
}


OUTPUTS: Mapping[str, type[msgspec.Struct]] = {
    "AssumeRole": AssumeRoleResponse,
    "AssumeRoleWithWebIdentity": AssumeRoleWithWebIdentityResponse,
    "GetAccessKeyInfo": GetAccessKeyInfoResponse,
    "GetCallerIdentity": GetCallerIdentityResponse,
    "GetSessionToken": GetSessionTokenResponse,
}
