"""Listings of images and referrers, in pages."""

from __future__ import annotations

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr import render
from entrepot.aws.ecr.common import next_token, repo_of, start_of_page
from entrepot.context import App, Context
from entrepot.errors import InvalidParameter
from entrepot.meta.image_pages import TagStatus
from entrepot.rules.digests import check_digest_form, parse_digest
from entrepot.rules.paging import page_size
from entrepot.services import image_listing
from entrepot.services.image_listing import TaggedImage

SHOWN = (None, "ACTIVE", "ANY")
"""The status filters that images of this release pass: all of them are ACTIVE."""


@operation("ListImages")
async def list_images(app: App, ctx: Context, req: s.ListImagesRequest) -> s.ListImagesResponse:
    """Identifiers: one a tag, and one for each image without."""
    repo = repo_of(ctx, req)
    status: TagStatus = (req.filter.tag_status if req.filter else None) or "ANY"
    image_status = req.filter.image_status if req.filter else None
    scope = f"ListImages {repo} {status} {image_status}"
    after = start_of_page(scope, req.next_token, (0, ""))
    count = page_size(req.max_results, 1000, 100)
    rows = await image_listing.page_of_ids(app, ctx, repo, status, after, count + 1)
    if image_status not in SHOWN:
        rows = []
    return s.ListImagesResponse(
        image_ids=[render.image_identifier(image_id) for _, image_id in rows[:count]],
        next_token=next_token(scope, [(row, image_id.tag or "") for row, image_id in rows], count),
    )


@operation("DescribeImages")
async def describe_images(app: App, ctx: Context, req: s.DescribeImagesRequest) -> s.DescribeImagesResponse:
    """Details of images by identifier, or of all of them in pages."""
    repo = repo_of(ctx, req)
    status: TagStatus = (req.filter.tag_status if req.filter else None) or "ANY"
    image_status = req.filter.image_status if req.filter else None
    if req.image_ids is not None:
        if req.next_token is not None or req.max_results is not None:
            raise InvalidParameter.at("imageIds", "must not be given together with nextToken or maxResults")
        wanted = [render.image_id(identifier) for identifier in req.image_ids]
        found = await image_listing.details(app, ctx, repo, wanted)
        shown = [each for each in found if image_status in SHOWN and _has_status(each, status)]
        return s.DescribeImagesResponse(image_details=[render.image_detail(each, repo) for each in shown])
    scope = f"DescribeImages {repo} {status} {image_status}"
    (after,) = start_of_page(scope, req.next_token, (0,))
    count = page_size(req.max_results, 1000, 100)
    rows = await image_listing.page_of_details(app, ctx, repo, status, after, count + 1)
    if image_status not in SHOWN:
        rows = []
    return s.DescribeImagesResponse(
        image_details=[render.image_detail(row, repo) for row in rows[:count]],
        next_token=next_token(scope, [(row.image.id,) for row in rows], count),
    )


@operation("ListImageReferrers")
async def list_image_referrers(
    app: App, ctx: Context, req: s.ListImageReferrersRequest
) -> s.ListImageReferrersResponse:
    """What has an image as its subject: signatures, SBOMs and the like."""
    repo, subject = repo_of(ctx, req), req.subject_id.image_digest
    check_digest_form(subject, "imageDigest")
    parse_digest(subject)
    types = list(req.filter.artifact_types or ()) if req.filter else []
    artifact_status = req.filter.artifact_status if req.filter else None
    scope = f"ListImageReferrers {repo} {subject} {types} {artifact_status}"
    (after,) = start_of_page(scope, req.next_token, (0,))
    count = page_size(req.max_results, 50, 20)
    rows = await image_listing.page_of_referrers(app, ctx, repo, subject, types, after, count + 1)
    if artifact_status not in SHOWN:
        rows = []
    return s.ListImageReferrersResponse(
        referrers=[
            s.ImageReferrer(
                digest=row.digest,
                media_type=row.media_type,
                artifact_type=row.artifact_type,
                size=row.manifest_size,
                annotations=dict(row.annotations) or None,
                artifact_status="ACTIVE",
            )
            for row in rows[:count]
        ],
        next_token=next_token(scope, [(row.id,) for row in rows], count),
    )


def _has_status(tagged: TaggedImage, status: TagStatus) -> bool:
    return status == "ANY" or (status == "TAGGED") == bool(tagged.tags)
