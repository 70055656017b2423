"""Bearer tokens that are tampered with, forged, replayed elsewhere, or outlive what they were given out for."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, update

from entrepot.app import prepare, utc_now
from entrepot.context import ANONYMOUS, App, Context, Principal, Registry
from entrepot.errors import Unauthenticated
from entrepot.meta.tables import access_keys
from entrepot.ports import DataKey
from entrepot.services import bearer_tokens, credentials, tokens
from entrepot.services.keyring import DOWNLOADS, TOKENS
from entrepot.services.sealing import seal
from entrepot.settings_sources import from_flags
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.server import Server

HOME = Registry("123456789012", "us-east-1")
PURPOSE = b"registry bearer token"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a deployment without a server."""
    folder = tmp_path_factory.mktemp("bearer") / "data"
    prepare(from_flags({"data": str(folder)}, {})[0])
    return folder


async def claims_of(app: App) -> tokens.Claims:
    """What a fresh password of the first account's root seals."""
    key = await credentials.ensure_root(app, HOME.account)
    ctx = Context(key.principal, HOME, "id", app.clock())
    (token,) = await tokens.issue(app, ctx, [HOME])
    return await tokens.unseal_password(app, token.password, app.clock())


async def holder(app: App, token: str, later: timedelta = timedelta()) -> Principal | None:
    """Who a token is taken to be held by, after some time; None where it is refused."""
    try:
        principal, claims = await bearer_tokens.redeem(app, token, app.clock() + later)
    except Unauthenticated:
        return None
    assert claims.registry == HOME
    return principal


def spelled(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


@pytest.mark.parametrize("left", [timedelta(seconds=10), 4 * MINUTE, 5 * MINUTE, 60 * MINUTE])
def test_it_ends_no_later_than_the_password(data: Path, left: timedelta) -> None:
    async def check(app: App) -> None:
        began = utc_now().replace(microsecond=0)
        app = dataclasses.replace(app, clock=lambda: began)
        claims = await claims_of(app)
        asked = datetime.fromtimestamp(claims.expires, UTC) - left
        given = await bearer_tokens.for_claims(app, claims, HOME, asked)
        life = min(left, 5 * MINUTE)
        assert given.expires - given.issued == life
        since = asked - began
        assert await holder(app, given.token, since + life - timedelta(seconds=1))
        assert await holder(app, given.token, since + life) is None

    in_app(data, check)


def test_nobodys_token_is_nobodys_and_ends_too(data: Path) -> None:
    async def check(app: App) -> None:
        given = await bearer_tokens.for_nobody(app, HOME, app.clock())
        assert await holder(app, given.token) == ANONYMOUS
        assert await holder(app, given.token, 5 * MINUTE) is None

    in_app(data, check)


def test_every_byte_and_every_bit_counts(data: Path) -> None:
    async def check(app: App) -> None:
        for given in (
            await bearer_tokens.for_nobody(app, HOME, app.clock()),
            await bearer_tokens.for_claims(app, await claims_of(app), HOME, app.clock()),
        ):
            sealed = base64.urlsafe_b64decode(given.token + "=" * (-len(given.token) % 4))
            for position in range(len(sealed)):
                for bit in (1, 128):
                    forged = bytearray(sealed)
                    forged[position] ^= bit
                    assert await holder(app, spelled(bytes(forged))) is None, f"byte {position}, bit {bit}"

    in_app(data, check)


def test_forgeries_under_the_real_key_and_right_ones_under_another(data: Path) -> None:
    async def check(app: App) -> None:
        key, claims = await app.keyring.for_scope(TOKENS), await claims_of(app)
        plain = msgspec.json.encode(claims)

        def forged(key: DataKey, plain: bytes, purpose: bytes = PURPOSE) -> str:
            return spelled(key.key_id.to_bytes(8) + seal(key, plain, purpose))

        assert await holder(app, forged(key, plain)), "the forgeries below would prove nothing"
        other = await app.keyring.for_scope(DOWNLOADS)
        for refused in (
            forged(key, plain, b"registry password"),
            forged(key, plain, b"session token"),
            forged(other, plain, b"layer download"),
            forged(DataKey(key.key_id, bytes(32)), plain),
            forged(key, msgspec.json.encode(msgspec.structs.replace(claims, access_key_id="AKIA" + "A" * 16))),
            forged(key, msgspec.json.encode(msgspec.structs.replace(claims, expires=0))),
            forged(
                key,
                msgspec.json.encode({name: each for name, each in msgspec.to_builtins(claims).items() if name != "e"}),
            ),
            forged(key, msgspec.json.encode(msgspec.structs.astuple(claims))),
            forged(key, msgspec.msgpack.encode(claims)),
            forged(key, b""),
        ):
            assert await holder(app, refused) is None

    in_app(data, check)


def ask(server: Server, host: str, path: str, authorization: str) -> int:
    headers = {"Authorization": authorization} if authorization else {}
    return Checked(server.url, host=host).request("GET", path, headers=headers).status


def host_of(account: str, region: str) -> str:
    return f"{account}.dkr.ecr.{region}.amazonaws.com"


@pytest.mark.parametrize("anonymous", [True, False])
def test_no_replay_at_another_registry(server: Server, password: str, anonymous: bool) -> None:  # noqa: FBT001
    """Of another account, or Region. A password is good at other accounts; what it is exchanged for is not."""
    account = server.boto3("sts").get_caller_identity()["Account"]
    own, authorization = host_of(account, server.region), ""
    if not anonymous:
        authorization = "Basic " + base64.b64encode(f"AWS:{password}".encode()).decode()
    answer = Checked(server.url, host=own).request(
        "GET", "/v2/_token", headers={"Authorization": authorization} if authorization else {}
    )
    token = "Bearer " + answer.expect(200).json()["token"]

    def told(host: str) -> str:
        answer = Checked(server.url, host=host).request("GET", "/v2/", headers={"Authorization": token})
        return "" if answer.status == 200 else answer.json()["errors"][0]["message"]

    assert told(own).startswith("Not Authorized" if anonymous else "")
    assert ask(server, own, "/v2/", token) == (401 if anonymous else 200)
    for host in (host_of("210987654321", server.region), host_of(account, "eu-central-1")):
        assert told(host).startswith(f"Your authorization token is for registry {account} in {server.region}, not for")
    if not anonymous:
        assert ask(server, host_of("210987654321", server.region), "/v2/_token", authorization) == 200
        assert ask(server, host_of(account, "eu-central-1"), "/v2/_token", authorization) == 401


def test_a_disabled_key_ends_its_tokens(server: Server) -> None:
    key = in_app(server.data, lambda app: credentials.ensure_root(app, "444444444444"))
    keys = type(server.keys)(key.access_key_id, key.secret)
    basic = "Basic " + base64.b64encode(f"AWS:{server.password(keys=keys)}".encode()).decode()
    oci = Checked(server.url)
    token = oci.request("GET", "/v2/_token", headers={"Authorization": basic}).expect(200).json()["token"]

    def set_active(active: bool) -> Callable[[Connection], object]:  # noqa: FBT001
        mine = access_keys.c.access_key_id == key.access_key_id
        return lambda connection: connection.execute(update(access_keys).where(mine).values(active=active))

    def statuses() -> set[int]:
        asked = (("/v2/", f"Bearer {token}"), ("/v2/_token", basic))
        return {ask(server, server.host, path, given) for path, given in asked for _ in range(4)}

    assert statuses() == {200}
    in_app(server.data, lambda app: app.db.write(set_active(active=False)))
    assert statuses() == {401}
