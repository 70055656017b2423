"""Repositories."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr import render
from entrepot.aws.ecr.common import next_token, registry_of, repo_of, start_of_page
from entrepot.context import App, Context
from entrepot.errors import InvalidParameter, KeyUnavailable
from entrepot.rules.mutability import TagMutability, make_mutability
from entrepot.rules.paging import page_size
from entrepot.services import repositories


@operation("CreateRepository")
async def create_repository(app: App, ctx: Context, req: s.CreateRepositoryRequest) -> s.CreateRepositoryResponse:
    """Creates a repository."""
    _refuse_unenforced(req)
    mutability = _mutability(req.image_tag_mutability or "MUTABLE", req.image_tag_mutability_exclusion_filters)
    tags = [(tag.key, tag.value) for tag in req.tags or ()]
    row = await repositories.create(app, ctx, repo_of(ctx, req), mutability, tags)
    return s.CreateRepositoryResponse(repository=render.repository(app, row))


@operation("DescribeRepositories")
async def describe_repositories(
    app: App, ctx: Context, req: s.DescribeRepositoriesRequest
) -> s.DescribeRepositoriesResponse:
    """Repositories by name, or all of them in pages."""
    registry = registry_of(ctx, req.registry_id)
    if req.repository_names is not None:
        if req.next_token is not None or req.max_results is not None:
            raise InvalidParameter.at("repositoryNames", "must not be given together with nextToken or maxResults")
        named = await repositories.describe(app, ctx, registry, req.repository_names)
        return s.DescribeRepositoriesResponse(repositories=[render.repository(app, row) for row in named])
    scope = f"DescribeRepositories {registry}"
    (after,) = start_of_page(scope, req.next_token, ("",))
    count = page_size(req.max_results, 1000, 100)
    rows = await repositories.page(app, ctx, registry, after, count + 1)
    return s.DescribeRepositoriesResponse(
        repositories=[render.repository(app, row) for row in rows[:count]],
        next_token=next_token(scope, [(row.name,) for row in rows], count),
    )


@operation("DeleteRepository")
async def delete_repository(app: App, ctx: Context, req: s.DeleteRepositoryRequest) -> s.DeleteRepositoryResponse:
    """Deletes a repository; one that holds images only with `force`."""
    row = await repositories.delete(app, ctx, repo_of(ctx, req), force=bool(req.force))
    return s.DeleteRepositoryResponse(repository=render.repository(app, row))


@operation("PutImageTagMutability")
async def put_image_tag_mutability(
    app: App, ctx: Context, req: s.PutImageTagMutabilityRequest
) -> s.PutImageTagMutabilityResponse:
    """Changes whether tags can be moved to other images."""
    repo = repo_of(ctx, req)
    mutability = _mutability(req.image_tag_mutability, req.image_tag_mutability_exclusion_filters)
    await repositories.set_mutability(app, ctx, repo, mutability)
    return s.PutImageTagMutabilityResponse(
        registry_id=repo.account,
        repository_name=repo.name,
        image_tag_mutability=req.image_tag_mutability,
        image_tag_mutability_exclusion_filters=render.exclusion_filters(mutability),
    )


def _mutability(mode: str, filters: Sequence[s.ImageTagMutabilityExclusionFilter] | None) -> TagMutability:
    return make_mutability(mode, None if filters is None else [each.filter for each in filters])


def _refuse_unenforced(req: s.CreateRepositoryRequest) -> None:
    """What this release could store but not enforce is refused, so that nobody relies on it."""
    scanning, encryption = req.image_scanning_configuration, req.encryption_configuration
    if scanning is not None and scanning.scan_on_push:
        raise InvalidParameter.at("imageScanningConfiguration", "scanOnPush is not available in this release")
    if encryption is not None and encryption.encryption_type != "AES256":
        message = f"The encryption type '{encryption.encryption_type}' is not available in this release: use AES256"
        raise KeyUnavailable(message, "UnsupportedOperationException")
    if encryption is not None and encryption.kms_key is not None:
        raise InvalidParameter.at("encryptionConfiguration", "kmsKey must not be given with the encryption type AES256")
