"""An issuer's keys: kept, looked for again when they rotate, and not more often than that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from entrepot.adapters import jwks
from entrepot.adapters.jwks import CachedJwks
from entrepot.errors import IdentityProviderUnreachable
from tests.sts.issuer import Jwk
from tests.sts.world import BEGIN

URL = "https://issuer.example.com"


class Provider:
    """A provider whose keys are those with the ids in `ids`; while `down` it does not answer."""

    def __init__(self, *ids: str) -> None:
        self.ids: Sequence[str] = ids
        self.down = False
        self.fetched = 0
        self.now: datetime = BEGIN
        self.cache = CachedJwks(self.fetch, lambda: self.now)

    async def fetch(self, issuer: str) -> Sequence[Jwk]:
        assert issuer.startswith(URL)
        self.fetched += 1
        await asyncio.sleep(0)
        if self.down:
            raise IdentityProviderUnreachable("down")
        return [{"kid": each} for each in self.ids]

    async def after(self, seconds: float, key_id: str | None = "a", issuer: str = URL) -> tuple[list[object], int]:
        """The ids found some seconds later, and how often the provider was asked by then."""
        self.now += timedelta(seconds=seconds)
        found = await self.cache.keys(issuer, key_id)
        return [key["kid"] for key in found], self.fetched


def test_they_are_kept_for_an_hour() -> None:
    async def play() -> None:
        provider = Provider("a")
        assert await provider.after(0) == (["a"], 1)
        provider.ids = ("b",)
        assert await provider.after(3599) == (["a"], 1)
        assert await provider.after(1) == (["b"], 2)

    asyncio.run(play())


def test_a_new_key_is_found_at_once_and_made_up_ones_cost_one_fetch_a_minute() -> None:
    async def play() -> None:
        provider = Provider("a")
        await provider.after(0)
        provider.ids = ("a", "b")
        assert await provider.after(60, "b") == (["a", "b"], 2)
        for number in range(20):
            assert await provider.after(2.9, f"made up {number}") == (["a", "b"], 2)
        assert await provider.after(2, "made up") == (["a", "b"], 3)
        assert await provider.after(0, None) == (["a", "b"], 3)

    asyncio.run(play())


def test_requests_at_the_same_time_share_a_fetch_and_issuers_share_nothing() -> None:
    async def play() -> None:
        provider = Provider("a")
        await asyncio.gather(*(provider.after(0) for _ in range(20)))
        assert provider.fetched == 1
        assert await provider.after(0, issuer=f"{URL}/other") == (["a"], 2)

    asyncio.run(play())


def test_a_provider_that_is_down() -> None:
    async def play() -> None:
        provider = Provider("a")
        provider.down = True
        for seconds, asked in ((0, 1), (1, 1), (3, 1), (1, 2)):
            with pytest.raises(IdentityProviderUnreachable):
                await provider.after(seconds)
            assert provider.fetched == asked
        provider.down = False
        assert await provider.after(5) == (["a"], 3)
        provider.down = True
        assert await provider.after(3599) == (["a"], 3)
        assert await provider.after(0, "new") == (["a"], 4)
        with pytest.raises(IdentityProviderUnreachable):
            await provider.after(1)
        assert provider.fetched == 4
        provider.down = False
        assert await provider.after(5) == (["a"], 5)

    asyncio.run(play())


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "MOST_ISSUERS", 2)

    async def play() -> None:
        provider = Provider("a")
        for issuer, asked in (("/1", 1), ("/2", 2), ("/1", 2), ("/3", 3), ("/1", 3), ("/2", 4)):
            assert await provider.after(0, issuer=URL + issuer) == (["a"], asked)

    asyncio.run(play())
