"""Rows as ECR's shapes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from entrepot.aws import shapes_ecr as s
from entrepot.context import App, RepositoryRef
from entrepot.meta.images import ImageRow
from entrepot.meta.repositories import RepositoryRow
from entrepot.rules.mutability import Mode, TagMutability
from entrepot.services.image_ids import Failure, ImageId
from entrepot.services.image_listing import TaggedImage


def seconds(moment: datetime) -> float:
    """A time as the JSON protocol has it: seconds since the epoch, to the millisecond."""
    return round(moment.timestamp(), 3)


def repository(app: App, row: RepositoryRow, key_arns: Mapping[int, str]) -> s.Repository:
    """A repository. Scanning on push is refused when it is asked for."""
    key_id = row.encryption.kms_key_id
    return s.Repository(
        repository_arn=row.arn,
        registry_id=row.registry.account,
        repository_name=row.name,
        repository_uri=app.naming.repository_uri(row.registry, row.name),
        created_at=seconds(row.created_at),
        image_tag_mutability=cast("Mode", row.tag_mutability),  # written by way of make_mutability only
        image_tag_mutability_exclusion_filters=exclusion_filters(
            TagMutability(row.tag_mutability, row.exclusion_filters)
        ),
        image_scanning_configuration=s.ImageScanningConfiguration(scan_on_push=False),
        encryption_configuration=s.EncryptionConfiguration(
            encryption_type=row.encryption.type, kms_key=None if key_id is None else key_arns[key_id]
        ),
    )


def exclusion_filters(mutability: TagMutability) -> list[s.ImageTagMutabilityExclusionFilter] | None:
    """The filters of the `_WITH_EXCLUSION` modes; None for the others."""
    if not mutability.filters:
        return None
    return [s.ImageTagMutabilityExclusionFilter(filter_type="WILDCARD", filter=text) for text in mutability.filters]


def image_identifier(image_id: ImageId) -> s.ImageIdentifier:
    """A digest, a tag, or both."""
    return s.ImageIdentifier(image_digest=image_id.digest, image_tag=image_id.tag)


def image_id(identifier: s.ImageIdentifier) -> ImageId:
    """The inverse of `image_identifier`."""
    return ImageId(identifier.image_digest, identifier.image_tag)


def image_failure(failure: Failure) -> s.ImageFailure:
    """Why one of several images was left out."""
    return s.ImageFailure(
        image_id=image_identifier(failure.image_id), failure_code=failure.code, failure_reason=failure.reason
    )


def image_detail(tagged: TaggedImage, repo: RepositoryRef) -> s.ImageDetail:
    """An image in DescribeImages."""
    row: ImageRow = tagged.image
    return s.ImageDetail(
        registry_id=repo.account,
        repository_name=repo.name,
        image_digest=row.digest,
        image_tags=list(tagged.tags) or None,
        image_size_in_bytes=row.image_size,
        image_pushed_at=seconds(row.pushed_at),
        image_manifest_media_type=row.media_type,
        artifact_media_type=row.artifact_type,
        last_recorded_pull_time=seconds(row.last_pulled_at) if row.last_pulled_at else None,
        subject_manifest_digest=row.subject_digest,
        image_status="ACTIVE",
    )
