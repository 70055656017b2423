"""Uploads of layers, for both doors: begun, appended to, completed or given up.

An upload belongs to a registry, a repository and a principal; whoever comes with another of these finds nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from sqlalchemy import Connection

from entrepot.context import App, Context, RepositoryRef
from entrepot.errors import (
    DomainError,
    EmptyUpload,
    InvalidLayer,
    LayerPartTooSmall,
    LimitExceeded,
    QuotaExceeded,
    UploadNotFound,
    UploadOutOfOrder,
)
from entrepot.meta import uploads as rows
from entrepot.meta.repositories import RepositoryRow
from entrepot.meta.times import to_micros
from entrepot.meta.uploads import UploadRow
from entrepot.ports import StagedBlob
from entrepot.rules.digests import Algorithm, parse_digest
from entrepot.services import blob_storage, quota_uploads
from entrepot.services.access import authorize
from entrepot.services.repositories import require

LAYER_LIMIT = 52_000 * 1024 * 1024  # "Layer size: 52,000 MiB", the service quotas page
MOST_PARTS = 4_200  # "Number of layer parts: 4,200", the same page
MIN_PART = 5 * 1024 * 1024  # "Layer parts: 5 MiB at least, except for the last", the same page


async def no_bytes() -> AsyncIterator[bytes]:
    """The body of a request without one."""
    return
    yield b""


async def start(app: App, ctx: Context, repo: RepositoryRef) -> str:
    """Opens an upload and returns its id.

    Raises QuotaExceeded where nothing more can be stored, and KeyUnavailable, as all that works with its bytes does.
    """
    await authorize(app, ctx, "ecr:InitiateLayerUpload", repo)
    repository = await app.db.read(require, repo)
    await quota_uploads.require_room(app, repo)
    return (await _begun(app, ctx, repository)).id


async def _begun(app: App, ctx: Context, repository: RepositoryRow) -> UploadRow:
    """A new upload: from now on its row keeps what is stored of it from being taken for an orphan."""

    def start_txn(connection: Connection, row: UploadRow) -> RepositoryRow:
        # Looked up again, because the repository may have been deleted, or made anew with another key, since.
        found = require(connection, repository.ref)
        if found.encryption == repository.encryption:
            rows.add_upload(connection, replace(row, repository_id=found.id), to_micros(ctx.now))
        return found

    while True:
        row = await _new_row(app, ctx, repository)
        found = await app.db.write(start_txn, row)
        if found.encryption == repository.encryption:
            return replace(row, repository_id=found.id)
        repository = found


async def _new_row(app: App, ctx: Context, repository: RepositoryRow) -> UploadRow:
    data_key_id, staging = await blob_storage.new_staging(app, repository)
    return UploadRow(
        id=app.new_id(),
        repository_id=repository.id,
        principal_arn=ctx.principal.arn,
        data_key_id=data_key_id,
        object_id=staging.object_id,
        received=0,
        state="",
        parts=0,
        last_part=0,
        part_too_small=False,
        store=staging.store,
        format=staging.format,
    )


async def received(app: App, ctx: Context, repo: RepositoryRef, upload_id: str) -> int:
    """How many bytes an upload holds."""
    await authorize(app, ctx, "ecr:UploadLayerPart", repo)
    _, row = await _find(app, ctx, repo, upload_id)
    return row.received


async def append(
    app: App,
    ctx: Context,
    repo: RepositoryRef,
    upload_id: str,
    body: AsyncIterator[bytes],
    first_byte: int | None = None,
    most_parts: int | None = None,
    *,
    length: int | None = None,
) -> int:
    """Adds the bytes of `body` and returns how many the upload holds now; they survive from then on.

    `length` is how many the client says there are. Raises UploadOutOfOrder where `first_byte` is not where the upload
    stands, SizeInvalid past the layer limit, LimitExceeded past `most_parts`, and QuotaExceeded, which ends the upload.
    """
    await authorize(app, ctx, "ecr:UploadLayerPart", repo)
    _, found = await _find(app, ctx, repo, upload_id)
    async with app.blobs.exclusive(found.object_id):
        _, row = await _find(app, ctx, repo, upload_id)
        if first_byte is not None and first_byte != row.received:
            raise UploadOutOfOrder(row.received)
        if most_parts is not None and row.parts >= most_parts:
            raise LimitExceeded(f"The upload has the maximum of {most_parts} parts")
        async with _ended_by_quota(app, repo, row):
            standing = await _appended(app, repo, row, body, length)
        after = _with_part(blob_storage.moved_on(row, standing), standing.received - row.received)
        await _advance(app, repo, row, after)
        return standing.received


async def _appended(
    app: App, repo: RepositoryRef, row: UploadRow, body: AsyncIterator[bytes], length: int | None
) -> StagedBlob:
    staging = await blob_storage.staged(app, row)
    async with quota_uploads.metered(app, repo, body, length) as incoming:
        return await app.blobs.append(staging, incoming, LAYER_LIMIT)


@asynccontextmanager
async def _ended_by_quota(app: App, repo: RepositoryRef, row: UploadRow) -> AsyncGenerator[None]:
    """Where what happens inside is refused for a quota, the upload ends, and its bytes go with it."""
    try:
        yield
    except QuotaExceeded:
        # Where this fails, the sweep does it.
        with suppress(DomainError):
            if await app.db.write(rows.delete_upload, row.id):
                await app.blobs.discard(row.object_id, row.store)
                quota_uploads.forget(app, repo, row.received)
        raise


async def _advance(app: App, repo: RepositoryRef, row: UploadRow, after: UploadRow) -> None:
    """Moves an upload on; raises UploadNotFound where it is gone, or was moved by somebody else."""
    if not await app.db.write(rows.advance_upload, row, after, to_micros(app.clock())):
        raise UploadNotFound(row.id, repo.name, repo.account)


def _with_part(row: UploadRow, length: int) -> UploadRow:
    """Notes a part's length: one that is followed by another has to have the minimum."""
    too_small = row.part_too_small or 0 < row.last_part < MIN_PART
    return replace(row, parts=row.parts + 1, last_part=length, part_too_small=too_small)


async def complete(
    app: App,
    ctx: Context,
    repo: RepositoryRef,
    upload_id: str,
    digests: Sequence[str],
    body: AsyncIterator[bytes] | None = None,
    check: Callable[[UploadRow], None] | None = None,
    *,
    must_be_new: bool = False,
    length: int | None = None,
) -> str:
    """Makes an upload, with the bytes of `body` added, a blob of the repository: durable once this returns.

    Returns the digest that the blob goes by: the first of `digests` that its bytes have. Raises InvalidLayer where
    they have none of them; the upload then stands where it stood before. `check` may refuse the upload by its row.
    Raises QuotaExceeded, which ends the upload. `length` is how many bytes the client says that `body` has.
    """
    if body is not None:
        await authorize(app, ctx, "ecr:UploadLayerPart", repo)
    await authorize(app, ctx, "ecr:CompleteLayerUpload", repo)
    _, found = await _find(app, ctx, repo, upload_id)
    async with app.blobs.exclusive(found.object_id):
        repository, row = await _find(app, ctx, repo, upload_id)
        if check:
            check(row)
        async with _ended_by_quota(app, repo, row):
            standing = await blob_storage.staged(app, row)
            if body is not None:
                standing = await _appended(app, repo, row, body, length)
            digest = await _matching(app, standing, digests)
            if body is not None:
                # Before the commit: a process that dies after it leaves an upload that can still be completed.
                before, row = row, blob_storage.moved_on(row, standing)
                await _advance(app, repo, before, row)
            blob = await app.blobs.commit(standing)
            await blob_storage.adopt(app, repository, row, digest, blob, must_be_new=must_be_new)
    return digest


async def put_whole(
    app: App,
    ctx: Context,
    repo: RepositoryRef,
    digest: str,
    body: AsyncIterator[bytes],
    length: int | None = None,
) -> None:
    """Stores a blob that comes in one request: what `start` and `complete` do. Nobody else learns of the upload."""
    for action in ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"):
        await authorize(app, ctx, action, repo)
    repository = await app.db.read(require, repo)
    parse_digest(digest)
    await quota_uploads.require_room(app, repo)
    row = await _begun(app, ctx, repository)
    try:
        standing = await _appended(app, repo, row, body, length)
        await _matching(app, standing, [digest])
        blob = await app.blobs.commit(standing)
    except BaseException:
        # Where this fails too, the sweep does it.
        with suppress(DomainError):
            await app.db.write(rows.delete_upload, row.id)
            await app.blobs.discard(row.object_id, row.store)
        raise
    async with _ended_by_quota(app, repo, row):
        await blob_storage.adopt(app, repository, row, digest, blob)


async def cancel(app: App, ctx: Context, repo: RepositoryRef, upload_id: str) -> None:
    """Gives an upload up; its bytes are dropped."""
    await authorize(app, ctx, "ecr:UploadLayerPart", repo)
    _, row = await _find(app, ctx, repo, upload_id)
    async with app.blobs.exclusive(row.object_id):
        if not await app.db.write(rows.delete_upload, row.id):
            raise UploadNotFound(upload_id, repo.name, repo.account)
        await app.blobs.discard(row.object_id, row.store)
        quota_uploads.forget(app, repo, row.received)


def parts_of(repo: RepositoryRef) -> Callable[[UploadRow], None]:
    """CompleteLayerUpload's rules, for `complete`: some part there has to be, and only the last may be small."""

    def check(row: UploadRow) -> None:
        if row.received == 0:
            raise EmptyUpload(row.id, repo.name, repo.account)
        if row.part_too_small:
            raise LayerPartTooSmall

    return check


async def _find(app: App, ctx: Context, repo: RepositoryRef, upload_id: str) -> tuple[RepositoryRow, UploadRow]:
    def find_txn(connection: Connection) -> tuple[RepositoryRow, UploadRow]:
        repository = require(connection, repo)
        row = rows.find_upload(connection, upload_id, repository.id, ctx.principal.arn)
        if row is None:
            raise UploadNotFound(upload_id, repo.name, repo.account)
        return repository, row

    return await app.db.read(find_txn)


async def _matching(app: App, standing: StagedBlob, digests: Sequence[str]) -> str:
    algorithms: dict[str, Algorithm] = {digest: parse_digest(digest)[0] for digest in digests}
    computed: dict[Algorithm, str] = {each: await app.blobs.digest(standing, each) for each in set(algorithms.values())}
    for digest, algorithm in algorithms.items():
        if computed[algorithm] == digest:
            return digest
    raise InvalidLayer(computed[algorithms[digests[0]]])
