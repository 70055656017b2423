"""The services of a deployment in the test's own process, with a clock that the test turns and rows put in directly."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert

from entrepot.app import opened
from entrepot.context import App, Context, Principal, Registry
from entrepot.meta import access_keys, access_versions, oidc_providers
from entrepot.meta import tables as t
from entrepot.meta.times import to_micros
from entrepot.ports import JwksSource
from entrepot.services import access_cache, credentials, sts
from entrepot.services.credentials import AccessKey
from entrepot.services.role_trust import RoleRequest, RoleSession
from entrepot.services.sessions import Credentials
from entrepot.settings_sources import from_flags

HOME = "123456789012"
OTHER = "210987654321"
BEGIN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

Document = Mapping[str, Any]


def document(*statements: Document) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, resource: str = "*", **more: Any) -> str:
    """An identity-based policy with one statement."""
    return document({"Effect": "Allow", "Action": list(actions), "Resource": resource, **more})


def trust(principal: object, *actions: str, **more: Any) -> str:
    """A trust policy with one statement."""
    named = {"AWS": principal} if isinstance(principal, str) else principal
    return document({"Effect": "Allow", "Principal": named, "Action": list(actions or ["sts:AssumeRole"]), **more})


@dataclass
class World:
    """A deployment with two accounts; `now` is the time of every call."""

    app: App
    now: datetime = BEGIN
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)

    def context(self, principal: Principal) -> Context:
        return Context(principal, Registry(principal.account, "us-east-1"), "request-1", self.now)

    async def change(self, work: Callable[[Connection], Any], account: str = HOME) -> Any:
        def change_txn(connection: Connection) -> Any:
            access_versions.raise_version(connection, account)
            return work(connection)

        return await self.app.db.write(change_txn)

    async def user(self, name: str, *policies: str, account: str = HOME, **tags: str) -> Principal:
        """Creates a user."""
        unique_id = await self._identity(account, "user", name, policies, tags)
        return Principal(f"arn:aws:iam::{account}:user/{name}", account, unique_id, "AKIAEXAMPLE000000000")

    async def role(
        self, name: str, trusted: str, *policies: str, account: str = HOME, path: str = "/", longest: int = 3600,
        tags: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """Creates a role; returns its ARN."""
        row = {"trust_policy": trusted, "max_session_seconds": longest, "path": path}
        await self._identity(account, "role", name, policies, tags or {}, **row)
        return f"arn:aws:iam::{account}:role{path}{name}"

    async def delete(self, kind: str, name: str, account: str = HOME) -> None:
        i = t.identities
        await self.change(lambda c: c.execute(delete(i).where(i.c.kind == kind, i.c.name == name)), account)

    async def provider(self, url: str, *client_ids: str, account: str = HOME) -> str:
        """Registers an issuer, given without scheme; returns the provider's ARN."""
        await self.change(
            lambda c: oidc_providers.add_provider(
                c, account, url, client_ids=client_ids, thumbprints=(), tags={}, now=to_micros(self.now)
            ),
            account,
        )
        return oidc_providers.provider_arn(account, url)

    async def assume(self, who: Principal, role_arn: str, external_id: str | None = None, **more: Any) -> RoleSession:
        request = RoleRequest(role_arn, more.pop("session_name", "session-1"), **more)
        return await sts.assume_role(self.app, self.context(who), request, external_id)

    async def key(self, made: RoleSession | Credentials) -> AccessKey | None:
        """What the door finds for temporary credentials."""
        given = made if isinstance(made, Credentials) else made.credentials
        return await credentials.find_access_key(self.app, given.access_key_id, given.token)

    async def principal(self, made: RoleSession | Credentials) -> Principal:
        key = await self.key(made)
        assert key is not None
        return key.principal

    async def _identity(
        self, account: str, kind: str, name: str, policies: Sequence[str], tags: Mapping[str, str], **more: Any
    ) -> str:
        unique_id = ("AROA" if kind == "role" else "AIDA") + secrets.token_hex(8).upper()
        row = {
            "account_id": account, "kind": kind, "name": name, "folded_name": name.lower(), "path": "/",
            "unique_id": unique_id, "created_at": to_micros(self.now), **more,
        }  # fmt: skip

        def add(c: Connection) -> None:
            key: Any = c.execute(insert(t.identities).values(row)).inserted_primary_key
            identity: int = key[0]
            for number, text in enumerate(policies):
                c.execute(insert(t.inline_policies).values(identity_id=identity, name=f"p{number}", document=text))
            for key, value in tags.items():
                c.execute(insert(t.identity_tags).values(identity_id=identity, key=key, value=value))

        await self.change(add, account)
        return unique_id


def play(data: Path, scene: Callable[[World], Awaitable[None]], jwks: JwksSource | None = None) -> None:
    """Runs a scene in the deployment in the folder `data`."""

    async def run() -> None:
        settings, _ = from_flags({"data": str(data)}, {})
        async with opened(settings) as app:
            world = World(app)
            # A cache to which every look at its clock is a second later believes nothing for long.
            cache = access_cache.ProcessCache(app.db, itertools.count().__next__)
            world.app = replace(app, clock=lambda: world.now, access=cache, jwks=jwks or app.jwks)
            for account in (HOME, OTHER):
                await app.db.write(access_keys.add_account, account, to_micros(BEGIN))
            await scene(world)

    asyncio.run(run())
