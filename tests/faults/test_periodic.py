"""Periodic work goes on, whatever a round of it fails of."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrepot.app import utc_now
from entrepot.context import App
from entrepot.errors import StorageUnavailable
from entrepot.jobs import periodic
from entrepot.observing.observer import Observer


@pytest.mark.parametrize("failure", [StorageUnavailable(), OSError("the folder is gone")])
def test_a_round_that_fails_is_not_the_last(failure: Exception) -> None:
    tried: list[object] = []

    async def refuse(*given: Any) -> None:
        tried.append(given)
        raise failure

    db = SimpleNamespace(read=refuse, write=refuse)
    app = cast("App", SimpleNamespace(db=db, clock=utc_now, new_id=lambda: "holder", observer=Observer()))

    async def check() -> None:
        task = asyncio.create_task(periodic.run(app))
        for _ in range(10):
            await asyncio.sleep(0)
        assert tried
        assert not task.done()
        task.cancel()

    asyncio.run(check())
