"""Layers: ECR's own upload protocol, and signed URLs to download them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr.common import repo_of
from entrepot.context import App, Context
from entrepot.errors import InvalidLayerPart, LimitExceeded, SizeInvalid, UploadOutOfOrder
from entrepot.rules.digests import is_digest, parse_digest
from entrepot.services import downloads, layers, uploads

PART_SIZE = 10 * 1024 * 1024  # what InitiateLayerUpload recommends


@operation("InitiateLayerUpload")
async def initiate_layer_upload(
    app: App, ctx: Context, req: s.InitiateLayerUploadRequest
) -> s.InitiateLayerUploadResponse:
    """Opens an upload."""
    upload_id = await uploads.start(app, ctx, repo_of(ctx, req))
    return s.InitiateLayerUploadResponse(upload_id=upload_id, part_size=PART_SIZE)


@operation("UploadLayerPart")
async def upload_layer_part(app: App, ctx: Context, req: s.UploadLayerPartRequest) -> s.UploadLayerPartResponse:
    """Adds a part, which has to begin where the last one ended."""
    repo, part = repo_of(ctx, req), req.layer_part_blob

    def refusal(message: str, received: int) -> InvalidLayerPart:
        last_valid_byte = received - 1 if received else None
        return InvalidLayerPart(message, repo.account, repo.name, req.upload_id, last_valid_byte)

    if len(part) != req.part_last_byte - req.part_first_byte + 1 or not part:
        received = await uploads.received(app, ctx, repo, req.upload_id)
        told = f"bytes {req.part_first_byte} to {req.part_last_byte}"
        raise refusal(f"The layer part has {len(part)} bytes, which are not {told}", received)
    try:
        received = await uploads.append(
            app, ctx, repo, req.upload_id, _one(part), req.part_first_byte, uploads.MOST_PARTS, length=len(part)
        )
    except UploadOutOfOrder as error:
        raise refusal(f"The layer part must begin at byte {error.received}", error.received) from error
    except SizeInvalid as error:
        raise LimitExceeded(error.message) from error
    return s.UploadLayerPartResponse(
        registry_id=repo.account,
        repository_name=repo.name,
        upload_id=req.upload_id,
        last_byte_received=received - 1,
    )


@operation("CompleteLayerUpload")
async def complete_layer_upload(
    app: App, ctx: Context, req: s.CompleteLayerUploadRequest
) -> s.CompleteLayerUploadResponse:
    """Makes an upload a layer, by the first of the digests given that is its own."""
    repo = repo_of(ctx, req)
    digest = await uploads.complete(
        app, ctx, repo, req.upload_id, req.layer_digests, check=uploads.parts_of(repo), must_be_new=True
    )
    return s.CompleteLayerUploadResponse(
        registry_id=repo.account, repository_name=repo.name, upload_id=req.upload_id, layer_digest=digest
    )


@operation("BatchCheckLayerAvailability")
async def batch_check_layer_availability(
    app: App, ctx: Context, req: s.BatchCheckLayerAvailabilityRequest
) -> s.BatchCheckLayerAvailabilityResponse:
    """Which of the layers the repository holds."""
    digests = list(dict.fromkeys(req.layer_digests))
    valid = [digest for digest in digests if is_digest(digest)]
    found = await layers.available(app, ctx, repo_of(ctx, req), valid)
    return s.BatchCheckLayerAvailabilityResponse(
        layers=[_layer(digest, found.get(digest)) for digest in valid],
        failures=[_failure(digest) for digest in digests if not is_digest(digest)],
    )


@operation("GetDownloadUrlForLayer")
async def get_download_url_for_layer(
    app: App, ctx: Context, req: s.GetDownloadUrlForLayerRequest
) -> s.GetDownloadUrlForLayerResponse:
    """A URL that serves a layer of an image for an hour, without further credentials."""
    parse_digest(req.layer_digest)
    repo = repo_of(ctx, req)
    url = await downloads.url_for_layer(app, ctx, repo, req.layer_digest)
    return s.GetDownloadUrlForLayerResponse(download_url=url, layer_digest=req.layer_digest)


def _layer(digest: str, layer: layers.Layer | None) -> s.Layer:
    if layer is None:
        return s.Layer(layer_digest=digest, layer_availability="UNAVAILABLE")
    return s.Layer(
        layer_digest=digest, layer_availability="AVAILABLE", layer_size=layer.size, media_type=layer.media_type
    )


def _failure(digest: str) -> s.LayerFailure:
    if not digest:
        reason = "Invalid request parameters: the layer digest is empty"
        return s.LayerFailure(layer_digest=digest, failure_code="MissingLayerDigest", failure_reason=reason)
    reason = "Invalid request parameters: a layer digest is sha256 or sha512, a colon, and hex digits in lower case"
    return s.LayerFailure(layer_digest=digest, failure_code="InvalidLayerDigest", failure_reason=reason)


async def _one(part: bytes) -> AsyncIterator[bytes]:
    yield part
