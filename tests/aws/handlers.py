"""A few operations of ECR, for the tests of what stands around them."""

from __future__ import annotations

from entrepot import errors
from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.aws.ecr.common import registry_of
from entrepot.context import App, Context


@operation("CreateRepository")
async def create_repository(app: App, ctx: Context, req: s.CreateRepositoryRequest) -> s.CreateRepositoryResponse:
    del app
    registry = registry_of(ctx, req.registry_id)
    repository = s.Repository(registry_id=registry.account, repository_name=req.repository_name, created_at=1.5)
    return s.CreateRepositoryResponse(repository=repository)


@operation("DescribeRegistry")
async def describe_registry(app: App, ctx: Context, req: s.DescribeRegistryRequest) -> s.DescribeRegistryResponse:
    del app, req
    return s.DescribeRegistryResponse(registry_id=f"{ctx.registry.account} in {ctx.registry.region}")


@operation("DescribeRepositories")
async def describe_repositories(
    app: App, ctx: Context, req: s.DescribeRepositoriesRequest
) -> s.DescribeRepositoriesResponse:
    del app
    for name in req.repository_names or ():
        raise errors.RepositoryNotFound(name, ctx.registry.account)
    return s.DescribeRepositoriesResponse(repositories=[])


@operation("UploadLayerPart")
async def upload_layer_part(app: App, ctx: Context, req: s.UploadLayerPartRequest) -> s.UploadLayerPartResponse:
    del app
    if req.repository_name == "bad":
        raise errors.InvalidLayerPart("not in order", ctx.registry.account, "bad", req.upload_id, 41)
    return s.UploadLayerPartResponse(last_byte_received=len(req.layer_part_blob))


@operation("DeleteRepository")
async def delete_repository(app: App, ctx: Context, req: s.DeleteRepositoryRequest) -> s.DeleteRepositoryResponse:
    del app, ctx
    raise RuntimeError(f"{req.repository_name} holds a secret")


@operation("TagResource")
async def tag_resource(app: App, ctx: Context, req: s.TagResourceRequest) -> s.TagResourceResponse:
    del app, ctx, req
    raise errors.StorageUnavailable
