"""What a process remembers of how much of a quota is used: counted once, with what it has added itself since then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from entrepot.context import App, RepositoryRef
from entrepot.rules.quotas import OF_REPOSITORY, Quota

REST = 0.1
"""Seconds before something is counted again: where all pushes are near a limit, counting would help none of them."""

SHARE = 20
"""Counting takes a twentieth of a process's time at the most, however long it takes."""


@dataclass(slots=True)
class Counted:
    """A count of `known`, made `at` by the event loop's time. This process has `added` since; more is `pending`."""

    known: int = 0
    at: float | None = None
    took: float = 0
    added: int = 0
    pending: int = 0
    counting: asyncio.Task[None] | None = None

    @property
    def used(self) -> int:
        """What is in use as far as this process knows."""
        return self.known + self.added + self.pending

    @property
    def age(self) -> float | None:
        """How old the count is in seconds; None before the first."""
        return None if self.at is None else asyncio.get_running_loop().time() - self.at


def counted_of(app: App, name: str, repo: RepositoryRef) -> Counted:
    """What is remembered under a quota's name: of a repository, or of its whole registry."""
    key = (name, repo.registry, repo.name if name.removeprefix("staged ") in OF_REPOSITORY else "")
    counted: Counted | None = app.usage.get(key)
    if counted is None:
        app.usage.put(key, counted := Counted())
    return counted


def staged_name(name: Quota) -> str:
    """The name that held layers and uploads under way are remembered under, together."""
    return f"staged {name}"


async def recount(app: App, counted: Counted, count: Callable[[Connection], int]) -> None:
    """Counts anew, unless that was done just now. Whoever asks in the meantime waits for the same count."""
    age = counted.age
    if counted.counting is None and (age is None or age >= max(REST, SHARE * counted.took)):
        counted.counting = asyncio.create_task(_count(app, counted, count))
    if counted.counting is not None:
        # Shielded, because others wait for it when whoever asked first goes away.
        await asyncio.shield(counted.counting)


async def _count(app: App, counted: Counted, count: Callable[[Connection], int]) -> None:
    loop = asyncio.get_running_loop()
    began, before = loop.time(), counted.added
    try:
        counted.known = await app.db.read(count)
        # What was committed before the count began is in it. What is pending may be, too: twice is on the safe side.
        counted.added -= before
        counted.at, counted.took = began, loop.time() - began
    finally:
        counted.counting = None
