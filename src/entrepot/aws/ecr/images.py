"""Images: put, get, delete."""

from __future__ import annotations

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr import render
from entrepot.aws.ecr.common import repo_of
from entrepot.context import App, Context
from entrepot.errors import ManifestInvalid
from entrepot.rules.digests import check_digest_form
from entrepot.rules.media_types import without_parameters
from entrepot.services import image_deletion, image_push, images
from entrepot.services.image_ids import ImageId
from entrepot.services.image_push import Push


@operation("PutImage")
async def put_image(app: App, ctx: Context, req: s.PutImageRequest) -> s.PutImageResponse:
    """Stores a manifest, and points a tag at it."""
    repo = repo_of(ctx, req)
    try:
        payload = req.image_manifest.encode()
    except UnicodeEncodeError as error:
        raise ManifestInvalid("Invalid JSON syntax") from error
    if req.image_digest is not None:
        check_digest_form(req.image_digest, "imageDigest")
    tags = (req.image_tag,) if req.image_tag is not None else ()
    push = Push(payload, req.image_manifest_media_type, tags, req.image_digest)
    pushed = await image_push.push(app, ctx, repo, push, repeat="refuse")
    image = s.Image(
        registry_id=repo.account,
        repository_name=repo.name,
        image_id=render.image_identifier(ImageId(pushed.digest, req.image_tag)),
        image_manifest=req.image_manifest,
        image_manifest_media_type=pushed.media_type,
    )
    return s.PutImageResponse(image=image)


@operation("BatchGetImage")
async def batch_get_image(app: App, ctx: Context, req: s.BatchGetImageRequest) -> s.BatchGetImageResponse:
    """Manifests by tag or digest, each as it was pushed or, by tag, in a type that the caller accepts."""
    repo = repo_of(ctx, req)
    accepted = [without_parameters(text) for text in req.accepted_media_types or ()]
    wanted = [render.image_id(identifier) for identifier in req.image_ids]
    found, failures = await images.pull_many(app, ctx, repo, wanted, accepted)
    return s.BatchGetImageResponse(
        images=[
            s.Image(
                registry_id=repo.account,
                repository_name=repo.name,
                image_id=render.image_identifier(ImageId(image.digest, image_id.tag)),
                image_manifest=image.payload.decode(),
                image_manifest_media_type=image.media_type,
            )
            for image_id, image in found
        ],
        failures=[render.image_failure(failure) for failure in failures],
    )


@operation("BatchDeleteImage")
async def batch_delete_image(app: App, ctx: Context, req: s.BatchDeleteImageRequest) -> s.BatchDeleteImageResponse:
    """Deletes tags and images."""
    repo = repo_of(ctx, req)
    wanted = [render.image_id(identifier) for identifier in req.image_ids]
    deleted, failures = await image_deletion.delete_many(app, ctx, repo, wanted)
    return s.BatchDeleteImageResponse(
        image_ids=[render.image_identifier(image_id) for image_id in deleted],
        failures=[render.image_failure(failure) for failure in failures],
    )
