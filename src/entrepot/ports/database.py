"""Where metadata is kept. Ports: see the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs plain functions of a connection in transactions, off the event loop.

    A function may run more than once (after a serialization failure), so it touches nothing but the database.
    What it raises reaches the caller and rolls its changes back.
    """

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn` against one consistent snapshot."""
        ...

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `fn` as one transaction; once this returns, its changes are durable."""
        ...
