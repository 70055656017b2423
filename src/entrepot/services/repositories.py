"""Repositories: create, list, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from entrepot.context import App, Context, Registry, RepositoryRef
from entrepot.errors import RepositoryAlreadyExists, RepositoryNotEmpty, RepositoryNotFound
from entrepot.meta import access_versions, gc_reviews
from entrepot.meta import images as image_rows
from entrepot.meta import repositories as rows
from entrepot.meta.repositories import RepositoryRow
from entrepot.meta.times import to_micros
from entrepot.rules.mutability import TagMutability
from entrepot.rules.names import check_repository_name
from entrepot.rules.resource_tags import check_tag_keys, merge_tags
from entrepot.services import quotas
from entrepot.services.access import allowed, authorize
from entrepot.services.encryption import AS_EVER, WantedEncryption, chosen
from entrepot.services.reviews import review_due

_CATALOG_BATCH = 100


def require(connection: Connection, repo: RepositoryRef) -> RepositoryRow:
    """The repository of that name; raises RepositoryNotFound."""
    row = rows.find_repository(connection, repo)
    if row is None:
        raise RepositoryNotFound(repo.name, repo.account)
    return row


async def create(
    app: App,
    ctx: Context,
    repo: RepositoryRef,
    mutability: TagMutability,
    tags: Sequence[tuple[str, str]],
    wanted: WantedEncryption = AS_EVER,
) -> RepositoryRow:
    """Creates a repository, whose encryption never changes.

    Raises RepositoryAlreadyExists, InvalidTagParameter, TooManyTags, QuotaExceeded, KeyUnavailable.
    """
    keys = request_tags(tags)
    await authorize(app, ctx, "ecr:CreateRepository", repo, keys)
    if tags:
        await authorize(app, ctx, "ecr:TagResource", repo, keys)
    check_repository_name(repo.name)
    checked = merge_tags({}, tags)
    encryption = await chosen(app, ctx, repo, wanted)
    room = await quotas.claim(app, repo, {"repositories": 1})

    def create_txn(connection: Connection) -> RepositoryRow:
        now = to_micros(ctx.now)
        row = rows.add_repository(connection, repo, now, mutability.mode, mutability.filters, encryption)
        if row is None:
            raise RepositoryAlreadyExists(repo.name, repo.account)
        room.check(connection)
        rows.put_tags(connection, row.id, checked)
        if checked:
            access_versions.raise_version(connection, repo.account)
        return row

    with room:
        return await app.db.write(create_txn)


async def describe(app: App, ctx: Context, registry: Registry, names: Sequence[str]) -> list[RepositoryRow]:
    """The repositories of those names, in that order; raises RepositoryNotFound for the first that is missing."""
    wanted = [RepositoryRef(registry, name) for name in names]
    for repo in wanted:
        await authorize(app, ctx, "ecr:DescribeRepositories", repo)
    return await app.db.read(lambda connection: [require(connection, repo) for repo in wanted])


async def page(app: App, ctx: Context, registry: Registry, after: str, count: int) -> list[RepositoryRow]:
    """The `count` repositories whose names follow `after`, by name. All or nothing, as in ECR: see `catalog`."""
    await authorize(app, ctx, "ecr:DescribeRepositories", RepositoryRef(registry, "*"))
    return await app.db.read(rows.page_of_repositories, registry, after, count)


async def catalog(app: App, ctx: Context, registry: Registry, after: str, count: int) -> list[str]:
    """The `count` names that follow `after`, of those repositories that the caller may describe.

    Raises AccessDenied where there is none from the first on: whether the registry is empty nobody learns.
    """
    names: list[str] = []
    last = after
    while len(names) < count:
        batch = await app.db.read(rows.page_of_repositories, registry, last, max(count, _CATALOG_BATCH))
        refs = [row.ref for row in batch]
        shown = await allowed(app, ctx, "ecr:DescribeRepositories", refs)
        names += [ref.name for ref, yes in zip(refs, shown, strict=True) if yes]
        if len(batch) < max(count, _CATALOG_BATCH):
            break
        last = batch[-1].name
    if not names and not after:
        await authorize(app, ctx, "ecr:DescribeRepositories", RepositoryRef(registry, "*"))
    return names[:count]


async def delete(app: App, ctx: Context, repo: RepositoryRef, *, force: bool) -> RepositoryRow:
    """Deletes a repository; one with images only by `force`. Raises RepositoryNotFound, RepositoryNotEmpty."""
    await authorize(app, ctx, "ecr:DeleteRepository", repo)

    def delete_txn(connection: Connection) -> RepositoryRow:
        row = require(connection, repo)
        if not force and image_rows.has_images(connection, row.id):
            raise RepositoryNotEmpty(repo.name, repo.account)
        gc_reviews.review_blobs_of_repository(connection, row.id, review_due(app))
        rows.delete_repository(connection, row.id)
        access_versions.raise_version(connection, repo.account)  # its policy and tags are gone with it
        return row

    return await app.db.write(delete_txn)


async def set_mutability(app: App, ctx: Context, repo: RepositoryRef, mutability: TagMutability) -> None:
    """Changes whether tags can be moved, from the next push on."""
    await authorize(app, ctx, "ecr:PutImageTagMutability", repo)

    def set_txn(connection: Connection) -> None:
        row = require(connection, repo)
        rows.set_mutability(connection, row.id, mutability.mode, mutability.filters)

    await app.db.write(set_txn)


async def list_tags(app: App, ctx: Context, repo: RepositoryRef) -> dict[str, str]:
    """The resource tags of a repository, by key."""
    await authorize(app, ctx, "ecr:ListTagsForResource", repo)
    return await app.db.read(lambda c: rows.tags_of_repository(c, require(c, repo).id))


async def add_tags(app: App, ctx: Context, repo: RepositoryRef, tags: Sequence[tuple[str, str]]) -> None:
    """Adds resource tags or gives those that exist new values. Raises InvalidTagParameter, TooManyTags."""
    await authorize(app, ctx, "ecr:TagResource", repo, request_tags(tags))

    def add_txn(connection: Connection) -> None:
        row = require(connection, repo)
        merged: Mapping[str, str] = merge_tags(rows.tags_of_repository(connection, row.id), tags)
        rows.put_tags(connection, row.id, merged)
        access_versions.raise_version(connection, repo.account)

    await app.db.write(add_txn)


async def remove_tags(app: App, ctx: Context, repo: RepositoryRef, keys: Sequence[str]) -> None:
    """Removes resource tags; keys that are not there are no error. Raises InvalidTagParameter, TooManyTags."""
    await authorize(app, ctx, "ecr:UntagResource", repo, {"aws:TagKeys": tuple(keys)})
    check_tag_keys(keys)

    def remove_txn(connection: Connection) -> None:
        rows.remove_tags(connection, require(connection, repo).id, keys)
        access_versions.raise_version(connection, repo.account)

    await app.db.write(remove_txn)


def request_tags(tags: Sequence[tuple[str, str]]) -> dict[str, str | tuple[str, ...]]:
    """The condition keys of a request that puts tags on something: aws:RequestTag/... and aws:TagKeys."""
    if not tags:
        return {}
    return {"aws:TagKeys": tuple(key for key, _ in tags), **{f"aws:RequestTag/{key}": value for key, value in tags}}
