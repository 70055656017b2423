"""Leases of uploads: short, renewed, and gone with their holder."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from entrepot.errors import UploadBusy
from entrepot.meta import leases
from entrepot.meta.times import to_micros
from entrepot.ports import Database
from entrepot.services.upload_locks import LEASE, UploadLocks
from tests.contracts.databases import sqlite

NAME = "a" * 32
START = datetime(2026, 1, 1, tzinfo=UTC)


class Node:
    """A process with a clock of its own."""

    def __init__(self, db: Database, name: str, **options: timedelta) -> None:
        self.now, numbers = START, count()
        self.locks = UploadLocks(db, lambda: self.now, lambda: f"{name}-{next(numbers)}", **options)


def rows(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(leases.leases)).scalar_one()


def test_a_dead_node_keeps_an_upload_for_seconds_only(tmp_path: Path) -> None:
    async def case() -> None:
        async with sqlite(tmp_path) as db:
            other = Node(db, "other")
            end = to_micros(START + LEASE)
            await db.write(leases.take_lease, leases.upload_lease(NAME), "dead", to_micros(START), end)
            with pytest.raises(UploadBusy):
                async with other.locks.hold(NAME):
                    pass
            other.now = START + LEASE
            async with other.locks.hold(NAME):
                assert await db.read(rows) == 1
            assert await db.read(rows) == 0

    asyncio.run(case())


def test_a_lease_is_renewed_while_it_is_held(tmp_path: Path) -> None:
    async def case() -> None:
        async with sqlite(tmp_path) as db:
            holder, other = Node(db, "holder", renewal=timedelta(milliseconds=1)), Node(db, "other")
            async with holder.locks.hold(NAME):
                holder.now = other.now = START + timedelta(hours=1)
                while await db.read(leases.lease_end, leases.upload_lease(NAME)) < to_micros(other.now):  # noqa: ASYNC110
                    await asyncio.sleep(0)
                with pytest.raises(UploadBusy):
                    async with other.locks.hold(NAME):
                        pass

    asyncio.run(case())


def test_leases_of_the_dead_are_swept(tmp_path: Path) -> None:
    async def case() -> None:
        async with sqlite(tmp_path) as db:
            for name in ("sweep", leases.upload_lease(NAME), leases.upload_lease("b" * 32)):
                await db.write(leases.take_lease, name, "dead", 0, 10 if "b" not in name else 90)
            assert await db.write(leases.drop_upload_leases, 50) == 1
            assert await db.read(rows) == 2

    asyncio.run(case())
