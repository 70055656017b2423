"""Room for bytes that are still coming in: an upload is refused as soon as it is known that it is one too many.

What counts here is what is held and what all uploads under way have staged. Nobody knows yet whether a layer is stored
already, so it counts until that turns out. The last word has the transaction that makes it a layer (services/quotas).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, RepositoryRef
from entrepot.meta import usage
from entrepot.rules.quotas import Quota
from entrepot.services import quotas
from entrepot.services.quota_counts import Counted, counted_of, recount, staged_name

BYTES: tuple[Quota, ...] = ("repository_bytes", "registry_bytes")


@dataclass(frozen=True, slots=True)
class Meter:
    """One quota of bytes, as an upload meets it."""

    app: App
    repo: RepositoryRef
    name: Quota
    value: int
    counted: Counted

    async def require(self, more: int) -> None:
        """Raises QuotaExceeded where `more` bytes do not fit, or not a single one."""
        if not quotas.is_still_far(self.counted, self.name, self.value, more):
            await self._look_again()
        if self.counted.used + max(1, more) > self.value:
            error = quotas.exceeded(self.repo, self.name, self.value, self.counted.used, more)
            quotas.note(error, self.repo)
            raise error

    async def _look_again(self) -> None:
        """Counts anew, unless that was done just now."""

        def count(connection: Connection) -> int:
            held = usage.used(connection, self.name, self.repo, self.value + 1)
            return held + usage.staged(connection, self.name, self.repo)

        await recount(self.app, self.counted, count)


async def require_room(app: App, repo: RepositoryRef) -> None:
    """Raises QuotaExceeded where the repository or its registry is full: nothing can be uploaded to it."""
    for meter in await _meters(app, repo):
        await meter.require(0)


def forget(app: App, repo: RepositoryRef, size: int, *names: Quota) -> None:
    """Bytes that were staged here are gone: given up, or found to be stored already. Of all quotas, or those named."""
    for name in names or BYTES:
        counted_of(app, staged_name(name), repo).added -= size


@asynccontextmanager
async def metered(
    app: App, repo: RepositoryRef, body: AsyncIterator[bytes], length: int | None
) -> AsyncGenerator[AsyncIterator[bytes]]:
    """The `body` of an upload, which raises QuotaExceeded where it grows too long: at once by its announced length."""
    meters = await _meters(app, repo)
    for meter in meters:
        await meter.require(length or 0)
    if not meters:
        yield body
        return
    came, staged = [0], False
    try:
        yield _counted(meters, body, came)
        staged = True
    finally:
        # Of a body that broke off or was refused nothing is staged: what came of it is dropped.
        for meter in meters:
            meter.counted.pending -= came[0]
            meter.counted.added += came[0] if staged else 0


async def _counted(meters: list[Meter], body: AsyncIterator[bytes], came: list[int]) -> AsyncGenerator[bytes]:
    async for chunk in body:
        for meter in meters:
            await meter.require(len(chunk))
            meter.counted.pending += len(chunk)
        came[0] += len(chunk)
        yield chunk


async def _meters(app: App, repo: RepositoryRef) -> list[Meter]:
    in_force = await quotas.in_force_for(app, repo)
    return [
        Meter(app, repo, name, value, counted_of(app, staged_name(name), repo))
        for name, value in in_force.items()
        if name in BYTES
    ]
