"""Repositories."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr import render
from entrepot.aws.ecr.common import next_token, registry_of, repo_of, start_of_page
from entrepot.context import App, Context
from entrepot.errors import InvalidParameter
from entrepot.meta.repositories import RepositoryRow
from entrepot.rules.mutability import TagMutability, make_mutability
from entrepot.rules.paging import page_size
from entrepot.services import encryption, repositories
from entrepot.services.encryption import AS_EVER, WantedEncryption


@operation("CreateRepository")
async def create_repository(app: App, ctx: Context, req: s.CreateRepositoryRequest) -> s.CreateRepositoryResponse:
    """Creates a repository."""
    _refuse_unenforced(req)
    mutability = _mutability(req.image_tag_mutability or "MUTABLE", req.image_tag_mutability_exclusion_filters)
    tags = [(tag.key, tag.value) for tag in req.tags or ()]
    row = await repositories.create(app, ctx, repo_of(ctx, req), mutability, tags, _wanted_encryption(req))
    (rendered,) = await _rendered(app, [row])
    return s.CreateRepositoryResponse(repository=rendered)


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
        return s.DescribeRepositoriesResponse(repositories=await _rendered(app, named))
    scope = f"DescribeRepositories {registry}"
    (after,) = start_of_page(scope, req.next_token, ("",))
    count = page_size(req.max_results, 1000, 100)
    rows = await repositories.page(app, ctx, registry, after, count + 1)
    return s.DescribeRepositoriesResponse(
        repositories=await _rendered(app, rows[:count]),
        next_token=next_token(scope, [(row.name,) for row in rows], count),
    )


@operation("DeleteRepository")
async def delete_repository(app: App, ctx: Context, req: s.DeleteRepositoryRequest) -> s.DeleteRepositoryResponse:
    """Deletes a repository; one that holds images only with `force`."""
    row = await repositories.delete(app, ctx, repo_of(ctx, req), force=bool(req.force))
    (rendered,) = await _rendered(app, [row])
    return s.DeleteRepositoryResponse(repository=rendered)


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


def _wanted_encryption(req: s.CreateRepositoryRequest) -> WantedEncryption:
    given = req.encryption_configuration
    return AS_EVER if given is None else WantedEncryption(given.encryption_type, given.kms_key)


async def _rendered(app: App, rows: Sequence[RepositoryRow]) -> list[s.Repository]:
    arns = await encryption.key_arns(app, rows)
    return [render.repository(app, row, arns) for row in rows]


def _refuse_unenforced(req: s.CreateRepositoryRequest) -> None:
    """What this release could store but not enforce is refused, so that nobody relies on it."""
    scanning = req.image_scanning_configuration
    if scanning is not None and scanning.scan_on_push:
        raise InvalidParameter.at("imageScanningConfiguration", "scanOnPush is not available in this release")
