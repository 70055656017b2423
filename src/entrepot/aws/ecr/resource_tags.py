"""Resource tags: AWS's labels on repositories, not image tags."""

from __future__ import annotations

import re

from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import operation
from entrepot.context import App, Context, Registry, RepositoryRef
from entrepot.errors import InvalidParameter
from entrepot.services import repositories

_ARN = re.compile(r"arn:aws[a-z-]*:ecr:([a-z0-9-]+):(\d{12}):repository/(.+)", re.ASCII | re.DOTALL)


@operation("TagResource")
async def tag_resource(app: App, ctx: Context, req: s.TagResourceRequest) -> s.TagResourceResponse:
    """Adds tags, or gives those that are there new values."""
    repo = _repository_of(ctx, req.resource_arn)
    await repositories.add_tags(app, ctx, repo, [(tag.key, tag.value) for tag in req.tags])
    return s.TagResourceResponse()


@operation("UntagResource")
async def untag_resource(app: App, ctx: Context, req: s.UntagResourceRequest) -> s.UntagResourceResponse:
    """Removes tags by key."""
    repo = _repository_of(ctx, req.resource_arn)
    await repositories.remove_tags(app, ctx, repo, req.tag_keys)
    return s.UntagResourceResponse()


@operation("ListTagsForResource")
async def list_tags_for_resource(
    app: App, ctx: Context, req: s.ListTagsForResourceRequest
) -> s.ListTagsForResourceResponse:
    """All tags of a repository."""
    repo = _repository_of(ctx, req.resource_arn)
    tags = await repositories.list_tags(app, ctx, repo)
    return s.ListTagsForResourceResponse(tags=[s.Tag(key=key, value=value) for key, value in tags.items()])


def _repository_of(ctx: Context, arn: str) -> RepositoryRef:
    match = _ARN.fullmatch(arn)
    if match is None or match[1] != ctx.registry.region:
        raise InvalidParameter.at("resourceArn", f"must be the ARN of a repository in {ctx.registry.region}")
    return RepositoryRef(Registry(match[2], match[1]), match[3])
