"""The structs of 'ecr', API version 2015-09-21.

Generated from botocore's model by tools/generate_shapes.py: change the generator, not this file.
"""

# ruff: noqa: D101
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all structs have in common: absent members are None and are not written."""


ArtifactStatus: TypeAlias = Literal[
    "ACTIVE",
    "ARCHIVED",
    "ACTIVATING",
]


ArtifactStatusFilter: TypeAlias = Literal[
    "ACTIVE",
    "ARCHIVED",
    "ACTIVATING",
    "ANY",
]


class Attribute(Shape, frozen=True, kw_only=True):
    key: str
    value: str | None = None


class AuthorizationData(Shape, frozen=True, kw_only=True):
    authorization_token: str | None = None
    expires_at: float | None = None
    proxy_endpoint: str | None = None


class AwsEcrContainerImageDetails(Shape, frozen=True, kw_only=True):
    architecture: str | None = None
    author: str | None = None
    image_hash: str | None = None
    image_tags: Sequence[str] | None = None
    platform: str | None = None
    pushed_at: float | None = None
    last_in_use_at: float | None = None
    in_use_count: int | None = None
    registry: str | None = None
    repository_name: str | None = None


class BatchCheckLayerAvailabilityRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    layer_digests: Sequence[str]


class BatchCheckLayerAvailabilityResponse(Shape, frozen=True, kw_only=True):
    layers: Sequence[Layer] | None = None
    failures: Sequence[LayerFailure] | None = None


class BatchDeleteImageRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_ids: Sequence[ImageIdentifier]


class BatchDeleteImageResponse(Shape, frozen=True, kw_only=True):
    image_ids: Sequence[ImageIdentifier] | None = None
    failures: Sequence[ImageFailure] | None = None


class BatchGetImageRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_ids: Sequence[ImageIdentifier]
    accepted_media_types: Sequence[str] | None = None


class BatchGetImageResponse(Shape, frozen=True, kw_only=True):
    images: Sequence[Image] | None = None
    failures: Sequence[ImageFailure] | None = None


class BatchGetRepositoryScanningConfigurationRequest(Shape, frozen=True, kw_only=True):
    repository_names: Sequence[str]


class BatchGetRepositoryScanningConfigurationResponse(Shape, frozen=True, kw_only=True):
    scanning_configurations: Sequence[RepositoryScanningConfiguration] | None = None
    failures: Sequence[RepositoryScanningConfigurationFailure] | None = None


class CompleteLayerUploadRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    upload_id: str
    layer_digests: Sequence[str]


class CompleteLayerUploadResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    upload_id: str | None = None
    layer_digest: str | None = None


class CreatePullThroughCacheRuleRequest(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str
    upstream_registry_url: str
    registry_id: str | None = None
    upstream_registry: UpstreamRegistry | None = None
    credential_arn: str | None = None
    custom_role_arn: str | None = None
    upstream_repository_prefix: str | None = None


class CreatePullThroughCacheRuleResponse(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str | None = None
    upstream_registry_url: str | None = None
    created_at: float | None = None
    registry_id: str | None = None
    upstream_registry: UpstreamRegistry | None = None
    credential_arn: str | None = None
    custom_role_arn: str | None = None
    upstream_repository_prefix: str | None = None


class CreateRepositoryCreationTemplateRequest(Shape, frozen=True, kw_only=True):
    prefix: str
    description: str | None = None
    encryption_configuration: EncryptionConfigurationForRepositoryCreationTemplate | None = None
    resource_tags: Sequence[Tag] | None = None
    image_tag_mutability: ImageTagMutability | None = None
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None
    repository_policy: str | None = None
    lifecycle_policy: str | None = None
    applied_for: Sequence[RCTAppliedFor]
    custom_role_arn: str | None = None


class CreateRepositoryCreationTemplateResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_creation_template: RepositoryCreationTemplate | None = None


class CreateRepositoryRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    tags: Sequence[Tag] | None = None
    image_tag_mutability: ImageTagMutability | None = None
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None
    image_scanning_configuration: ImageScanningConfiguration | None = None
    encryption_configuration: EncryptionConfiguration | None = None


class CreateRepositoryResponse(Shape, frozen=True, kw_only=True):
    repository: Repository | None = None


class CvssScore(Shape, frozen=True, kw_only=True):
    base_score: float | None = None
    scoring_vector: str | None = None
    source: str | None = None
    version: str | None = None


class CvssScoreAdjustment(Shape, frozen=True, kw_only=True):
    metric: str | None = None
    reason: str | None = None


class CvssScoreDetails(Shape, frozen=True, kw_only=True):
    adjustments: Sequence[CvssScoreAdjustment] | None = None
    score: float | None = None
    score_source: str | None = None
    scoring_vector: str | None = None
    version: str | None = None


class DeleteLifecyclePolicyRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str


class DeleteLifecyclePolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    lifecycle_policy_text: str | None = None
    last_evaluated_at: float | None = None


class DeletePullThroughCacheRuleRequest(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str
    registry_id: str | None = None


class DeletePullThroughCacheRuleResponse(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str | None = None
    upstream_registry_url: str | None = None
    created_at: float | None = None
    registry_id: str | None = None
    credential_arn: str | None = None
    custom_role_arn: str | None = None
    upstream_repository_prefix: str | None = None


class DeleteRegistryPolicyRequest(Shape, frozen=True, kw_only=True):
    pass


class DeleteRegistryPolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    policy_text: str | None = None


class DeleteReplication(Shape, frozen=True, kw_only=True):
    enabled: bool


class DeleteRepositoryCreationTemplateRequest(Shape, frozen=True, kw_only=True):
    prefix: str


class DeleteRepositoryCreationTemplateResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_creation_template: RepositoryCreationTemplate | None = None


class DeleteRepositoryPolicyRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str


class DeleteRepositoryPolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    policy_text: str | None = None


class DeleteRepositoryRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    force: bool | None = None


class DeleteRepositoryResponse(Shape, frozen=True, kw_only=True):
    repository: Repository | None = None


class DeleteSigningConfigurationRequest(Shape, frozen=True, kw_only=True):
    pass


class DeleteSigningConfigurationResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    signing_configuration: SigningConfiguration | None = None


class DeregisterPullTimeUpdateExclusionRequest(Shape, frozen=True, kw_only=True):
    principal_arn: str


class DeregisterPullTimeUpdateExclusionResponse(Shape, frozen=True, kw_only=True):
    principal_arn: str | None = None


class DescribeImageReplicationStatusRequest(Shape, frozen=True, kw_only=True):
    repository_name: str
    image_id: ImageIdentifier
    registry_id: str | None = None


class DescribeImageReplicationStatusResponse(Shape, frozen=True, kw_only=True):
    repository_name: str | None = None
    image_id: ImageIdentifier | None = None
    replication_statuses: Sequence[ImageReplicationStatus] | None = None


class DescribeImageScanFindingsRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_id: ImageIdentifier
    next_token: str | None = None
    max_results: int | None = None


class DescribeImageScanFindingsResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_id: ImageIdentifier | None = None
    image_scan_status: ImageScanStatus | None = None
    image_scan_findings: ImageScanFindings | None = None
    next_token: str | None = None


class DescribeImageSigningStatusRequest(Shape, frozen=True, kw_only=True):
    repository_name: str
    image_id: ImageIdentifier
    registry_id: str | None = None


class DescribeImageSigningStatusResponse(Shape, frozen=True, kw_only=True):
    repository_name: str | None = None
    image_id: ImageIdentifier | None = None
    registry_id: str | None = None
    signing_statuses: Sequence[ImageSigningStatus] | None = None


class DescribeImagesFilter(Shape, frozen=True, kw_only=True):
    tag_status: TagStatus | None = None
    image_status: ImageStatusFilter | None = None


class DescribeImagesRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_ids: Sequence[ImageIdentifier] | None = None
    next_token: str | None = None
    max_results: int | None = None
    filter: DescribeImagesFilter | None = None


class DescribeImagesResponse(Shape, frozen=True, kw_only=True):
    image_details: Sequence[ImageDetail] | None = None
    next_token: str | None = None


class DescribePullThroughCacheRulesRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    ecr_repository_prefixes: Sequence[str] | None = None
    next_token: str | None = None
    max_results: int | None = None


class DescribePullThroughCacheRulesResponse(Shape, frozen=True, kw_only=True):
    pull_through_cache_rules: Sequence[PullThroughCacheRule] | None = None
    next_token: str | None = None


class DescribeRegistryRequest(Shape, frozen=True, kw_only=True):
    pass


class DescribeRegistryResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    replication_configuration: ReplicationConfiguration | None = None


class DescribeReplicationBackfillResultsRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    replication_backfill_id: str
    result_status_filter: ReplicationBackfillResultStatus | None = None
    max_results: int | None = None
    next_token: str | None = None


class DescribeReplicationBackfillResultsResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    replication_backfill_id: str | None = None
    destination: ReplicationDestination | None = None
    status: ReplicationBackfillStatus | None = None
    failure_code: str | None = None
    progress: ReplicationBackfillProgress | None = None
    results: Sequence[ReplicationBackfillResult] | None = None
    started_at: float | None = None
    ended_at: float | None = None
    next_token: str | None = None


class DescribeRepositoriesRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_names: Sequence[str] | None = None
    next_token: str | None = None
    max_results: int | None = None


class DescribeRepositoriesResponse(Shape, frozen=True, kw_only=True):
    repositories: Sequence[Repository] | None = None
    next_token: str | None = None


class DescribeRepositoryCreationTemplatesRequest(Shape, frozen=True, kw_only=True):
    prefixes: Sequence[str] | None = None
    next_token: str | None = None
    max_results: int | None = None


class DescribeRepositoryCreationTemplatesResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_creation_templates: Sequence[RepositoryCreationTemplate] | None = None
    next_token: str | None = None


class EncryptionConfiguration(Shape, frozen=True, kw_only=True):
    encryption_type: EncryptionType
    kms_key: str | None = None


class EncryptionConfigurationForRepositoryCreationTemplate(Shape, frozen=True, kw_only=True):
    encryption_type: EncryptionType
    kms_key: str | None = None


EncryptionType: TypeAlias = Literal[
    "AES256",
    "KMS",
    "KMS_DSSE",
]


class EnhancedImageScanFinding(Shape, frozen=True, kw_only=True):
    aws_account_id: str | None = None
    description: str | None = None
    finding_arn: str | None = None
    first_observed_at: float | None = None
    last_observed_at: float | None = None
    package_vulnerability_details: PackageVulnerabilityDetails | None = None
    remediation: Remediation | None = None
    resources: Sequence[Resource] | None = None
    score: float | None = None
    score_details: ScoreDetails | None = None
    severity: str | None = None
    status: str | None = None
    title: str | None = None
    type: str | None = None
    updated_at: float | None = None
    fix_available: str | None = None
    exploit_available: str | None = None


FindingSeverity: TypeAlias = Literal[
    "INFORMATIONAL",
    "LOW",
    "MEDIUM",
    "HIGH",
    "CRITICAL",
    "UNDEFINED",
]


class GetAccountSettingRequest(Shape, frozen=True, kw_only=True):
    name: str


class GetAccountSettingResponse(Shape, frozen=True, kw_only=True):
    name: str | None = None
    value: str | None = None


class GetAuthorizationTokenRequest(Shape, frozen=True, kw_only=True):
    registry_ids: Sequence[str] | None = None


class GetAuthorizationTokenResponse(Shape, frozen=True, kw_only=True):
    authorization_data: Sequence[AuthorizationData] | None = None


class GetDownloadUrlForLayerRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    layer_digest: str


class GetDownloadUrlForLayerResponse(Shape, frozen=True, kw_only=True):
    download_url: str | None = None
    layer_digest: str | None = None


class GetLifecyclePolicyPreviewRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_ids: Sequence[ImageIdentifier] | None = None
    next_token: str | None = None
    max_results: int | None = None
    filter: LifecyclePolicyPreviewFilter | None = None


class GetLifecyclePolicyPreviewResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    lifecycle_policy_text: str | None = None
    status: LifecyclePolicyPreviewStatus | None = None
    next_token: str | None = None
    preview_results: Sequence[LifecyclePolicyPreviewResult] | None = None
    summary: LifecyclePolicyPreviewSummary | None = None


class GetLifecyclePolicyRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str


class GetLifecyclePolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    lifecycle_policy_text: str | None = None
    last_evaluated_at: float | None = None


class GetRegistryPolicyRequest(Shape, frozen=True, kw_only=True):
    pass


class GetRegistryPolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    policy_text: str | None = None


class GetRegistryScanningConfigurationRequest(Shape, frozen=True, kw_only=True):
    pass


class GetRegistryScanningConfigurationResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    scanning_configuration: RegistryScanningConfiguration | None = None


class GetRepositoryPolicyRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str


class GetRepositoryPolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    policy_text: str | None = None


class GetSigningConfigurationRequest(Shape, frozen=True, kw_only=True):
    pass


class GetSigningConfigurationResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    signing_configuration: SigningConfiguration | None = None


class Image(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_id: ImageIdentifier | None = None
    image_manifest: str | None = None
    image_manifest_media_type: str | None = None


ImageActionType: TypeAlias = Literal[
    "EXPIRE",
    "TRANSITION",
]


class ImageDetail(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_digest: str | None = None
    image_tags: Sequence[str] | None = None
    image_size_in_bytes: int | None = None
    image_pushed_at: float | None = None
    image_scan_status: ImageScanStatus | None = None
    image_scan_findings_summary: ImageScanFindingsSummary | None = None
    image_manifest_media_type: str | None = None
    artifact_media_type: str | None = None
    last_recorded_pull_time: float | None = None
    subject_manifest_digest: str | None = None
    image_status: ImageStatus | None = None
    last_archived_at: float | None = None
    last_activated_at: float | None = None


class ImageFailure(Shape, frozen=True, kw_only=True):
    image_id: ImageIdentifier | None = None
    failure_code: ImageFailureCode | None = None
    failure_reason: str | None = None


ImageFailureCode: TypeAlias = Literal[
    "InvalidImageDigest",
    "InvalidImageTag",
    "ImageTagDoesNotMatchDigest",
    "ImageNotFound",
    "MissingDigestAndTag",
    "ImageReferencedByManifestList",
    "KmsError",
    "UpstreamAccessDenied",
    "UpstreamTooManyRequests",
    "UpstreamUnavailable",
    "ImageInaccessible",
]


class ImageIdentifier(Shape, frozen=True, kw_only=True):
    image_digest: str | None = None
    image_tag: str | None = None


class ImageReferrer(Shape, frozen=True, kw_only=True):
    digest: str
    media_type: str
    artifact_type: str | None = None
    size: int
    annotations: Mapping[str, str] | None = None
    artifact_status: ArtifactStatus | None = None


class ImageReplicationStatus(Shape, frozen=True, kw_only=True):
    region: str | None = None
    registry_id: str | None = None
    status: ReplicationStatus | None = None
    failure_code: str | None = None


class ImageScanFinding(Shape, frozen=True, kw_only=True):
    name: str | None = None
    description: str | None = None
    uri: str | None = None
    severity: FindingSeverity | None = None
    attributes: Sequence[Attribute] | None = None


class ImageScanFindings(Shape, frozen=True, kw_only=True):
    image_scan_completed_at: float | None = None
    vulnerability_source_updated_at: float | None = None
    finding_severity_counts: Mapping[FindingSeverity, int] | None = None
    findings: Sequence[ImageScanFinding] | None = None
    enhanced_findings: Sequence[EnhancedImageScanFinding] | None = None


class ImageScanFindingsSummary(Shape, frozen=True, kw_only=True):
    image_scan_completed_at: float | None = None
    vulnerability_source_updated_at: float | None = None
    finding_severity_counts: Mapping[FindingSeverity, int] | None = None


class ImageScanStatus(Shape, frozen=True, kw_only=True):
    status: ScanStatus | None = None
    description: str | None = None


class ImageScanningConfiguration(Shape, frozen=True, kw_only=True):
    scan_on_push: bool | None = None


class ImageSigningStatus(Shape, frozen=True, kw_only=True):
    signing_profile_arn: str | None = None
    failure_code: str | None = None
    failure_reason: str | None = None
    status: SigningStatus | None = None


ImageStatus: TypeAlias = Literal[
    "ACTIVE",
    "ARCHIVED",
    "ACTIVATING",
]


ImageStatusFilter: TypeAlias = Literal[
    "ACTIVE",
    "ARCHIVED",
    "ACTIVATING",
    "ANY",
]


ImageTagMutability: TypeAlias = Literal[
    "MUTABLE",
    "IMMUTABLE",
    "IMMUTABLE_WITH_EXCLUSION",
    "MUTABLE_WITH_EXCLUSION",
]


class ImageTagMutabilityExclusionFilter(Shape, frozen=True, kw_only=True):
    filter_type: ImageTagMutabilityExclusionFilterType
    filter: str


ImageTagMutabilityExclusionFilterType: TypeAlias = Literal["WILDCARD"]


class InitiateLayerUploadRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str


class InitiateLayerUploadResponse(Shape, frozen=True, kw_only=True):
    upload_id: str | None = None
    part_size: int | None = None


class Layer(Shape, frozen=True, kw_only=True):
    layer_digest: str | None = None
    layer_availability: LayerAvailability | None = None
    layer_size: int | None = None
    media_type: str | None = None


LayerAvailability: TypeAlias = Literal[
    "AVAILABLE",
    "UNAVAILABLE",
    "ARCHIVED",
]


class LayerFailure(Shape, frozen=True, kw_only=True):
    layer_digest: str | None = None
    failure_code: LayerFailureCode | None = None
    failure_reason: str | None = None


LayerFailureCode: TypeAlias = Literal[
    "InvalidLayerDigest",
    "MissingLayerDigest",
]


class LifecyclePolicyPreviewFilter(Shape, frozen=True, kw_only=True):
    tag_status: TagStatus | None = None


class LifecyclePolicyPreviewResult(Shape, frozen=True, kw_only=True):
    image_tags: Sequence[str] | None = None
    image_digest: str | None = None
    image_pushed_at: float | None = None
    action: LifecyclePolicyRuleAction | None = None
    applied_rule_priority: int | None = None
    storage_class: LifecyclePolicyStorageClass | None = None


LifecyclePolicyPreviewStatus: TypeAlias = Literal[
    "IN_PROGRESS",
    "COMPLETE",
    "EXPIRED",
    "FAILED",
]


class LifecyclePolicyPreviewSummary(Shape, frozen=True, kw_only=True):
    expiring_image_total_count: int | None = None
    transitioning_image_total_counts: Sequence[TransitioningImageTotalCount] | None = None


class LifecyclePolicyRuleAction(Shape, frozen=True, kw_only=True):
    type: ImageActionType | None = None
    target_storage_class: LifecyclePolicyTargetStorageClass | None = None


LifecyclePolicyStorageClass: TypeAlias = Literal[
    "ARCHIVE",
    "STANDARD",
]


LifecyclePolicyTargetStorageClass: TypeAlias = Literal["ARCHIVE"]


class ListImageReferrersFilter(Shape, frozen=True, kw_only=True):
    artifact_types: Sequence[str] | None = None
    artifact_status: ArtifactStatusFilter | None = None


class ListImageReferrersRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    subject_id: SubjectIdentifier
    filter: ListImageReferrersFilter | None = None
    next_token: str | None = None
    max_results: int | None = None


class ListImageReferrersResponse(Shape, frozen=True, kw_only=True):
    referrers: Sequence[ImageReferrer] | None = None
    next_token: str | None = None


class ListImagesFilter(Shape, frozen=True, kw_only=True):
    tag_status: TagStatus | None = None
    image_status: ImageStatusFilter | None = None


class ListImagesRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    next_token: str | None = None
    max_results: int | None = None
    filter: ListImagesFilter | None = None


class ListImagesResponse(Shape, frozen=True, kw_only=True):
    image_ids: Sequence[ImageIdentifier] | None = None
    next_token: str | None = None


class ListPullTimeUpdateExclusionsRequest(Shape, frozen=True, kw_only=True):
    max_results: int | None = None
    next_token: str | None = None


class ListPullTimeUpdateExclusionsResponse(Shape, frozen=True, kw_only=True):
    pull_time_update_exclusions: Sequence[str] | None = None
    next_token: str | None = None


class ListReplicationBackfillsRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    max_results: int | None = None
    next_token: str | None = None


class ListReplicationBackfillsResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    backfills: Sequence[ReplicationBackfillSummary] | None = None
    next_token: str | None = None


class ListTagsForResourceRequest(Shape, frozen=True, kw_only=True):
    resource_arn: str


class ListTagsForResourceResponse(Shape, frozen=True, kw_only=True):
    tags: Sequence[Tag] | None = None


class PackageVulnerabilityDetails(Shape, frozen=True, kw_only=True):
    cvss: Sequence[CvssScore] | None = None
    reference_urls: Sequence[str] | None = None
    related_vulnerabilities: Sequence[str] | None = None
    source: str | None = None
    source_url: str | None = None
    vendor_created_at: float | None = None
    vendor_severity: str | None = None
    vendor_updated_at: float | None = None
    vulnerability_id: str | None = None
    vulnerable_packages: Sequence[VulnerablePackage] | None = None


class PullThroughCacheRule(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str | None = None
    upstream_registry_url: str | None = None
    created_at: float | None = None
    registry_id: str | None = None
    credential_arn: str | None = None
    custom_role_arn: str | None = None
    upstream_repository_prefix: str | None = None
    upstream_registry: UpstreamRegistry | None = None
    updated_at: float | None = None


class PutAccountSettingRequest(Shape, frozen=True, kw_only=True):
    name: str
    value: str


class PutAccountSettingResponse(Shape, frozen=True, kw_only=True):
    name: str | None = None
    value: str | None = None


class PutImageRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_manifest: str
    image_manifest_media_type: str | None = None
    image_tag: str | None = None
    image_digest: str | None = None


class PutImageResponse(Shape, frozen=True, kw_only=True):
    image: Image | None = None


class PutImageScanningConfigurationRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_scanning_configuration: ImageScanningConfiguration


class PutImageScanningConfigurationResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_scanning_configuration: ImageScanningConfiguration | None = None


class PutImageTagMutabilityRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_tag_mutability: ImageTagMutability
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None


class PutImageTagMutabilityResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_tag_mutability: ImageTagMutability | None = None
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None


class PutLifecyclePolicyRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    lifecycle_policy_text: str


class PutLifecyclePolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    lifecycle_policy_text: str | None = None


class PutRegistryPolicyRequest(Shape, frozen=True, kw_only=True):
    policy_text: str


class PutRegistryPolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    policy_text: str | None = None


class PutRegistryScanningConfigurationRequest(Shape, frozen=True, kw_only=True):
    scan_type: ScanType | None = None
    rules: Sequence[RegistryScanningRule] | None = None


class PutRegistryScanningConfigurationResponse(Shape, frozen=True, kw_only=True):
    registry_scanning_configuration: RegistryScanningConfiguration | None = None


class PutReplicationConfigurationRequest(Shape, frozen=True, kw_only=True):
    replication_configuration: ReplicationConfiguration


class PutReplicationConfigurationResponse(Shape, frozen=True, kw_only=True):
    replication_configuration: ReplicationConfiguration | None = None


class PutSigningConfigurationRequest(Shape, frozen=True, kw_only=True):
    signing_configuration: SigningConfiguration


class PutSigningConfigurationResponse(Shape, frozen=True, kw_only=True):
    signing_configuration: SigningConfiguration | None = None


RCTAppliedFor: TypeAlias = Literal[
    "REPLICATION",
    "PULL_THROUGH_CACHE",
    "CREATE_ON_PUSH",
]


class Recommendation(Shape, frozen=True, kw_only=True):
    url: str | None = None
    text: str | None = None


class RegisterPullTimeUpdateExclusionRequest(Shape, frozen=True, kw_only=True):
    principal_arn: str


class RegisterPullTimeUpdateExclusionResponse(Shape, frozen=True, kw_only=True):
    principal_arn: str | None = None
    created_at: float | None = None


class RegistryScanningConfiguration(Shape, frozen=True, kw_only=True):
    scan_type: ScanType | None = None
    rules: Sequence[RegistryScanningRule] | None = None


class RegistryScanningRule(Shape, frozen=True, kw_only=True):
    scan_frequency: ScanFrequency
    repository_filters: Sequence[ScanningRepositoryFilter]


class Remediation(Shape, frozen=True, kw_only=True):
    recommendation: Recommendation | None = None


class ReplicationBackfillProgress(Shape, frozen=True, kw_only=True):
    total_replication_count: int
    completed_replication_count: int
    failed_replication_count: int
    failure_codes: Sequence[str]


class ReplicationBackfillResult(Shape, frozen=True, kw_only=True):
    repository_name: str
    image_id: ImageIdentifier
    status: ReplicationBackfillResultStatus
    failure_code: str | None = None
    sub_image_failure_codes: Sequence[str] | None = None


ReplicationBackfillResultStatus: TypeAlias = Literal[
    "COMPLETE",
    "FAILED",
]


ReplicationBackfillStatus: TypeAlias = Literal[
    "PREPARING",
    "IN_PROGRESS",
    "COMPLETE",
    "FAILED",
    "STOPPING",
    "STOPPED",
]


class ReplicationBackfillSummary(Shape, frozen=True, kw_only=True):
    replication_backfill_id: str
    destination: ReplicationDestination
    status: ReplicationBackfillStatus
    failure_code: str | None = None
    progress: ReplicationBackfillProgress | None = None
    started_at: float
    ended_at: float | None = None


class ReplicationConfiguration(Shape, frozen=True, kw_only=True):
    rules: Sequence[ReplicationRule]


class ReplicationDestination(Shape, frozen=True, kw_only=True):
    region: str
    registry_id: str


class ReplicationRule(Shape, frozen=True, kw_only=True):
    destinations: Sequence[ReplicationDestination]
    repository_filters: Sequence[RepositoryFilter] | None = None
    delete_replication: DeleteReplication | None = None


ReplicationStatus: TypeAlias = Literal[
    "IN_PROGRESS",
    "COMPLETE",
    "FAILED",
]


class Repository(Shape, frozen=True, kw_only=True):
    repository_arn: str | None = None
    registry_id: str | None = None
    repository_name: str | None = None
    repository_uri: str | None = None
    created_at: float | None = None
    image_tag_mutability: ImageTagMutability | None = None
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None
    image_scanning_configuration: ImageScanningConfiguration | None = None
    encryption_configuration: EncryptionConfiguration | None = None


class RepositoryCreationTemplate(Shape, frozen=True, kw_only=True):
    prefix: str | None = None
    description: str | None = None
    encryption_configuration: EncryptionConfigurationForRepositoryCreationTemplate | None = None
    resource_tags: Sequence[Tag] | None = None
    image_tag_mutability: ImageTagMutability | None = None
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None
    repository_policy: str | None = None
    lifecycle_policy: str | None = None
    applied_for: Sequence[RCTAppliedFor] | None = None
    custom_role_arn: str | None = None
    created_at: float | None = None
    updated_at: float | None = None


class RepositoryFilter(Shape, frozen=True, kw_only=True):
    filter: str
    filter_type: RepositoryFilterType


RepositoryFilterType: TypeAlias = Literal["PREFIX_MATCH"]


class RepositoryScanningConfiguration(Shape, frozen=True, kw_only=True):
    repository_arn: str | None = None
    repository_name: str | None = None
    scan_on_push: bool | None = None
    scan_frequency: ScanFrequency | None = None
    applied_scan_filters: Sequence[ScanningRepositoryFilter] | None = None


class RepositoryScanningConfigurationFailure(Shape, frozen=True, kw_only=True):
    repository_name: str | None = None
    failure_code: ScanningConfigurationFailureCode | None = None
    failure_reason: str | None = None


class Resource(Shape, frozen=True, kw_only=True):
    details: ResourceDetails | None = None
    id: str | None = None
    tags: Mapping[str, str] | None = None
    type: str | None = None


class ResourceDetails(Shape, frozen=True, kw_only=True):
    aws_ecr_container_image: AwsEcrContainerImageDetails | None = None


ScanFrequency: TypeAlias = Literal[
    "SCAN_ON_PUSH",
    "CONTINUOUS_SCAN",
    "MANUAL",
]


ScanStatus: TypeAlias = Literal[
    "IN_PROGRESS",
    "COMPLETE",
    "FAILED",
    "UNSUPPORTED_IMAGE",
    "ACTIVE",
    "PENDING",
    "SCAN_ELIGIBILITY_EXPIRED",
    "FINDINGS_UNAVAILABLE",
    "LIMIT_EXCEEDED",
    "IMAGE_ARCHIVED",
    "IMAGE_SIZE_EXCEEDED",
]


ScanType: TypeAlias = Literal[
    "BASIC",
    "ENHANCED",
]


ScanningConfigurationFailureCode: TypeAlias = Literal["REPOSITORY_NOT_FOUND"]


class ScanningRepositoryFilter(Shape, frozen=True, kw_only=True):
    filter: str
    filter_type: ScanningRepositoryFilterType


ScanningRepositoryFilterType: TypeAlias = Literal["WILDCARD"]


class ScoreDetails(Shape, frozen=True, kw_only=True):
    cvss: CvssScoreDetails | None = None


class SetRepositoryPolicyRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    policy_text: str
    force: bool | None = None


class SetRepositoryPolicyResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    policy_text: str | None = None


class SigningConfiguration(Shape, frozen=True, kw_only=True):
    rules: Sequence[SigningRule]


class SigningRepositoryFilter(Shape, frozen=True, kw_only=True):
    filter: str
    filter_type: SigningRepositoryFilterType


SigningRepositoryFilterType: TypeAlias = Literal["WILDCARD_MATCH"]


class SigningRule(Shape, frozen=True, kw_only=True):
    signing_profile_arn: str
    repository_filters: Sequence[SigningRepositoryFilter] | None = None


SigningStatus: TypeAlias = Literal[
    "IN_PROGRESS",
    "COMPLETE",
    "FAILED",
]


class StartImageScanRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_id: ImageIdentifier


class StartImageScanResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_id: ImageIdentifier | None = None
    image_scan_status: ImageScanStatus | None = None


class StartLifecyclePolicyPreviewRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    lifecycle_policy_text: str | None = None


class StartLifecyclePolicyPreviewResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    lifecycle_policy_text: str | None = None
    status: LifecyclePolicyPreviewStatus | None = None


class StartReplicationBackfillRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    destination: ReplicationDestination


class StartReplicationBackfillResponse(Shape, frozen=True, kw_only=True):
    replication_backfill_id: str | None = None
    registry_id: str | None = None
    destination: ReplicationDestination | None = None
    status: ReplicationBackfillStatus | None = None
    started_at: float | None = None


class StopReplicationBackfillRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    replication_backfill_id: str


class StopReplicationBackfillResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    replication_backfill_id: str | None = None
    destination: ReplicationDestination | None = None
    status: ReplicationBackfillStatus | None = None
    started_at: float | None = None


class SubjectIdentifier(Shape, frozen=True, kw_only=True):
    image_digest: str


class Tag(Shape, frozen=True, kw_only=True):
    key: str = msgspec.field(name="Key")
    value: str = msgspec.field(name="Value")


class TagResourceRequest(Shape, frozen=True, kw_only=True):
    resource_arn: str
    tags: Sequence[Tag]


class TagResourceResponse(Shape, frozen=True, kw_only=True):
    pass


TagStatus: TypeAlias = Literal[
    "TAGGED",
    "UNTAGGED",
    "ANY",
]


TargetStorageClass: TypeAlias = Literal[
    "STANDARD",
    "ARCHIVE",
]


class TransitioningImageTotalCount(Shape, frozen=True, kw_only=True):
    target_storage_class: LifecyclePolicyTargetStorageClass | None = None
    image_total_count: int | None = None


class UntagResourceRequest(Shape, frozen=True, kw_only=True):
    resource_arn: str
    tag_keys: Sequence[str]


class UntagResourceResponse(Shape, frozen=True, kw_only=True):
    pass


class UpdateImageStorageClassRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    image_id: ImageIdentifier
    target_storage_class: TargetStorageClass


class UpdateImageStorageClassResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    image_id: ImageIdentifier | None = None
    image_status: ImageStatus | None = None


class UpdatePullThroughCacheRuleRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    ecr_repository_prefix: str
    credential_arn: str | None = None
    custom_role_arn: str | None = None


class UpdatePullThroughCacheRuleResponse(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str | None = None
    registry_id: str | None = None
    updated_at: float | None = None
    credential_arn: str | None = None
    custom_role_arn: str | None = None
    upstream_repository_prefix: str | None = None


class UpdateRepositoryCreationTemplateRequest(Shape, frozen=True, kw_only=True):
    prefix: str
    description: str | None = None
    encryption_configuration: EncryptionConfigurationForRepositoryCreationTemplate | None = None
    resource_tags: Sequence[Tag] | None = None
    image_tag_mutability: ImageTagMutability | None = None
    image_tag_mutability_exclusion_filters: Sequence[ImageTagMutabilityExclusionFilter] | None = None
    repository_policy: str | None = None
    lifecycle_policy: str | None = None
    applied_for: Sequence[RCTAppliedFor] | None = None
    custom_role_arn: str | None = None


class UpdateRepositoryCreationTemplateResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_creation_template: RepositoryCreationTemplate | None = None


class UploadLayerPartRequest(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str
    upload_id: str
    part_first_byte: int
    part_last_byte: int
    layer_part_blob: bytes


class UploadLayerPartResponse(Shape, frozen=True, kw_only=True):
    registry_id: str | None = None
    repository_name: str | None = None
    upload_id: str | None = None
    last_byte_received: int | None = None


UpstreamRegistry: TypeAlias = Literal[
    "ecr",
    "ecr-public",
    "quay",
    "k8s",
    "docker-hub",
    "github-container-registry",
    "azure-container-registry",
    "gitlab-container-registry",
    "chainguard",
]


class ValidatePullThroughCacheRuleRequest(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str
    registry_id: str | None = None


class ValidatePullThroughCacheRuleResponse(Shape, frozen=True, kw_only=True):
    ecr_repository_prefix: str | None = None
    registry_id: str | None = None
    upstream_registry_url: str | None = None
    credential_arn: str | None = None
    custom_role_arn: str | None = None
    upstream_repository_prefix: str | None = None
    is_valid: bool | None = None
    failure: str | None = None


class VulnerablePackage(Shape, frozen=True, kw_only=True):
    arch: str | None = None
    epoch: int | None = None
    file_path: str | None = None
    name: str | None = None
    package_manager: str | None = None
    release: str | None = None
    source_layer_hash: str | None = None
    version: str | None = None
    fixed_in_version: str | None = None


INPUTS: Mapping[str, type[msgspec.Struct]] = {
    "BatchCheckLayerAvailability": BatchCheckLayerAvailabilityRequest,
    "BatchDeleteImage": BatchDeleteImageRequest,
    "BatchGetImage": BatchGetImageRequest,
    "BatchGetRepositoryScanningConfiguration": BatchGetRepositoryScanningConfigurationRequest,
    "CompleteLayerUpload": CompleteLayerUploadRequest,
    "CreatePullThroughCacheRule": CreatePullThroughCacheRuleRequest,
    "CreateRepository": CreateRepositoryRequest,
    "CreateRepositoryCreationTemplate": CreateRepositoryCreationTemplateRequest,
    "DeleteLifecyclePolicy": DeleteLifecyclePolicyRequest,
    "DeletePullThroughCacheRule": DeletePullThroughCacheRuleRequest,
    "DeleteRegistryPolicy": DeleteRegistryPolicyRequest,
    "DeleteRepository": DeleteRepositoryRequest,
    "DeleteRepositoryCreationTemplate": DeleteRepositoryCreationTemplateRequest,
    "DeleteRepositoryPolicy": DeleteRepositoryPolicyRequest,
    "DeleteSigningConfiguration": DeleteSigningConfigurationRequest,
    "DeregisterPullTimeUpdateExclusion": DeregisterPullTimeUpdateExclusionRequest,
    "DescribeImageReplicationStatus": DescribeImageReplicationStatusRequest,
    "DescribeImageScanFindings": DescribeImageScanFindingsRequest,
    "DescribeImageSigningStatus": DescribeImageSigningStatusRequest,
    "DescribeImages": DescribeImagesRequest,
    "DescribePullThroughCacheRules": DescribePullThroughCacheRulesRequest,
    "DescribeRegistry": DescribeRegistryRequest,
    "DescribeReplicationBackfillResults": DescribeReplicationBackfillResultsRequest,
    "DescribeRepositories": DescribeRepositoriesRequest,
    "DescribeRepositoryCreationTemplates": DescribeRepositoryCreationTemplatesRequest,
    "GetAccountSetting": GetAccountSettingRequest,
    "GetAuthorizationToken": GetAuthorizationTokenRequest,
    "GetDownloadUrlForLayer": GetDownloadUrlForLayerRequest,
    "GetLifecyclePolicy": GetLifecyclePolicyRequest,
    "GetLifecyclePolicyPreview": GetLifecyclePolicyPreviewRequest,
    "GetRegistryPolicy": GetRegistryPolicyRequest,
    "GetRegistryScanningConfiguration": GetRegistryScanningConfigurationRequest,
    "GetRepositoryPolicy": GetRepositoryPolicyRequest,
    "GetSigningConfiguration": GetSigningConfigurationRequest,
    "InitiateLayerUpload": InitiateLayerUploadRequest,
    "ListImageReferrers": ListImageReferrersRequest,
    "ListImages": ListImagesRequest,
    "ListPullTimeUpdateExclusions": ListPullTimeUpdateExclusionsRequest,
    "ListReplicationBackfills": ListReplicationBackfillsRequest,
    "ListTagsForResource": ListTagsForResourceRequest,
    "PutAccountSetting": PutAccountSettingRequest,
    "PutImage": PutImageRequest,
    "PutImageScanningConfiguration": PutImageScanningConfigurationRequest,
    "PutImageTagMutability": PutImageTagMutabilityRequest,
    "PutLifecyclePolicy": PutLifecyclePolicyRequest,
    "PutRegistryPolicy": PutRegistryPolicyRequest,
    "PutRegistryScanningConfiguration": PutRegistryScanningConfigurationRequest,
    "PutReplicationConfiguration": PutReplicationConfigurationRequest,
    "PutSigningConfiguration": PutSigningConfigurationRequest,
    "RegisterPullTimeUpdateExclusion": RegisterPullTimeUpdateExclusionRequest,
    "SetRepositoryPolicy": SetRepositoryPolicyRequest,
    "StartImageScan": StartImageScanRequest,
    "StartLifecyclePolicyPreview": StartLifecyclePolicyPreviewRequest,
    "StartReplicationBackfill": StartReplicationBackfillRequest,
    "StopReplicationBackfill": StopReplicationBackfillRequest,
    "TagResource": TagResourceRequest,
    "UntagResource": UntagResourceRequest,
    "UpdateImageStorageClass": UpdateImageStorageClassRequest,
    "UpdatePullThroughCacheRule": UpdatePullThroughCacheRuleRequest,
    "UpdateRepositoryCreationTemplate": UpdateRepositoryCreationTemplateRequest,
    "UploadLayerPart": UploadLayerPartRequest,
    "ValidatePullThroughCacheRule": ValidatePullThroughCacheRuleRequest,
}


OUTPUTS: Mapping[str, type[msgspec.Struct]] = {
    "BatchCheckLayerAvailability": BatchCheckLayerAvailabilityResponse,
    "BatchDeleteImage": BatchDeleteImageResponse,
    "BatchGetImage": BatchGetImageResponse,
    "BatchGetRepositoryScanningConfiguration": BatchGetRepositoryScanningConfigurationResponse,
    "CompleteLayerUpload": CompleteLayerUploadResponse,
    "CreatePullThroughCacheRule": CreatePullThroughCacheRuleResponse,
    "CreateRepository": CreateRepositoryResponse,
    "CreateRepositoryCreationTemplate": CreateRepositoryCreationTemplateResponse,
    "DeleteLifecyclePolicy": DeleteLifecyclePolicyResponse,
    "DeletePullThroughCacheRule": DeletePullThroughCacheRuleResponse,
    "DeleteRegistryPolicy": DeleteRegistryPolicyResponse,
    "DeleteRepository": DeleteRepositoryResponse,
    "DeleteRepositoryCreationTemplate": DeleteRepositoryCreationTemplateResponse,
    "DeleteRepositoryPolicy": DeleteRepositoryPolicyResponse,
    "DeleteSigningConfiguration": DeleteSigningConfigurationResponse,
    "DeregisterPullTimeUpdateExclusion": DeregisterPullTimeUpdateExclusionResponse,
    "DescribeImageReplicationStatus": DescribeImageReplicationStatusResponse,
    "DescribeImageScanFindings": DescribeImageScanFindingsResponse,
    "DescribeImageSigningStatus": DescribeImageSigningStatusResponse,
    "DescribeImages": DescribeImagesResponse,
    "DescribePullThroughCacheRules": DescribePullThroughCacheRulesResponse,
    "DescribeRegistry": DescribeRegistryResponse,
    "DescribeReplicationBackfillResults": DescribeReplicationBackfillResultsResponse,
    "DescribeRepositories": DescribeRepositoriesResponse,
    "DescribeRepositoryCreationTemplates": DescribeRepositoryCreationTemplatesResponse,
    "GetAccountSetting": GetAccountSettingResponse,
    "GetAuthorizationToken": GetAuthorizationTokenResponse,
    "GetDownloadUrlForLayer": GetDownloadUrlForLayerResponse,
    "GetLifecyclePolicy": GetLifecyclePolicyResponse,
    "GetLifecyclePolicyPreview": GetLifecyclePolicyPreviewResponse,
    "GetRegistryPolicy": GetRegistryPolicyResponse,
    "GetRegistryScanningConfiguration": GetRegistryScanningConfigurationResponse,
    "GetRepositoryPolicy": GetRepositoryPolicyResponse,
    "GetSigningConfiguration": GetSigningConfigurationResponse,
    "InitiateLayerUpload": InitiateLayerUploadResponse,
    "ListImageReferrers": ListImageReferrersResponse,
    "ListImages": ListImagesResponse,
    "ListPullTimeUpdateExclusions": ListPullTimeUpdateExclusionsResponse,
    "ListReplicationBackfills": ListReplicationBackfillsResponse,
    "ListTagsForResource": ListTagsForResourceResponse,
    "PutAccountSetting": PutAccountSettingResponse,
    "PutImage": PutImageResponse,
    "PutImageScanningConfiguration": PutImageScanningConfigurationResponse,
    "PutImageTagMutability": PutImageTagMutabilityResponse,
    "PutLifecyclePolicy": PutLifecyclePolicyResponse,
    "PutRegistryPolicy": PutRegistryPolicyResponse,
    "PutRegistryScanningConfiguration": PutRegistryScanningConfigurationResponse,
    "PutReplicationConfiguration": PutReplicationConfigurationResponse,
    "PutSigningConfiguration": PutSigningConfigurationResponse,
    "RegisterPullTimeUpdateExclusion": RegisterPullTimeUpdateExclusionResponse,
    "SetRepositoryPolicy": SetRepositoryPolicyResponse,
    "StartImageScan": StartImageScanResponse,
    "StartLifecyclePolicyPreview": StartLifecyclePolicyPreviewResponse,
    "StartReplicationBackfill": StartReplicationBackfillResponse,
    "StopReplicationBackfill": StopReplicationBackfillResponse,
    "TagResource": TagResourceResponse,
    "UntagResource": UntagResourceResponse,
    "UpdateImageStorageClass": UpdateImageStorageClassResponse,
    "UpdatePullThroughCacheRule": UpdatePullThroughCacheRuleResponse,
    "UpdateRepositoryCreationTemplate": UpdateRepositoryCreationTemplateResponse,
    "UploadLayerPart": UploadLayerPartResponse,
    "ValidatePullThroughCacheRule": ValidatePullThroughCacheRuleResponse,
}
