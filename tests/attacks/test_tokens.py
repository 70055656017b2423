"""Registry passwords that are forged, tampered with, expired, or whose key has gone."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, update

from entrepot.app import Paths, prepare, utc_now
from entrepot.context import App, Context, Registry
from entrepot.errors import Unauthenticated
from entrepot.meta.tables import access_keys
from entrepot.ports import DataKey
from entrepot.services import credentials, tokens
from entrepot.services.keyring import DOWNLOADS, TOKENS
from entrepot.services.sealing import seal
from entrepot.settings_sources import from_flags
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.server import Server

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a deployment without a server."""
    folder = tmp_path_factory.mktemp("tokens") / "data"
    settings, _ = from_flags({"data": str(folder)}, {})
    prepare(settings)
    assert Paths(folder).database.exists()
    return folder


async def issue(app: App) -> str:
    """A fresh password of the root of the account 123456789012."""
    key = await credentials.ensure_root(app, "123456789012")
    ctx = Context(key.principal, Registry("123456789012", "us-east-1"), "id", app.clock())
    (token,) = await tokens.issue(app, ctx, [ctx.registry])
    return token.password


def spelled(sealed: bytes) -> str:
    """Sealed bytes as passwords have them."""
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


async def is_good(app: App, password: str, later: timedelta = timedelta()) -> bool:
    """Whether the password is taken, after some time."""
    try:
        principal, registry = await tokens.redeem(app, password, app.clock() + later)
    except Unauthenticated:
        return False
    assert (principal.account, registry.region) == ("123456789012", "us-east-1")
    return True


def test_twelve_hours(data: Path) -> None:
    async def check(app: App) -> None:
        now = utc_now()
        frozen = dataclasses.replace(app, clock=lambda: now)
        password = await issue(frozen)
        assert await is_good(frozen, password)
        assert await is_good(frozen, password, 12 * HOUR - timedelta(seconds=2))
        assert not await is_good(frozen, password, 12 * HOUR)
        assert not await is_good(frozen, password, 365 * 24 * HOUR)

    in_app(data, check)


def test_every_byte_and_every_bit_counts(data: Path) -> None:
    async def check(app: App) -> None:
        password = await issue(app)
        sealed = base64.urlsafe_b64decode(password + "=" * (-len(password) % 4))
        for position in range(len(sealed)):
            for bit in (1, 128):
                forged = bytearray(sealed)
                forged[position] ^= bit
                assert not await is_good(app, spelled(bytes(forged))), f"byte {position}, bit {bit}"

    in_app(data, check)


def test_every_letter_counts(data: Path) -> None:
    """Also the bits that base64 leaves over, and its other alphabet: one password has one spelling."""

    async def check(app: App) -> None:
        for _ in range(3):
            password = await issue(app)
            for position, letter in enumerate(password):
                for other in {chr(ord(letter) ^ 1), "+", "/", "A", "=", " ", "\n"} - {letter}:
                    forged = password[:position] + other + password[position + 1 :]
                    assert not await is_good(app, forged), f"{letter!r} as {other!r} at {position} of {len(password)}"

    in_app(data, check)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text[:-4],
        lambda text: text[1:],
        lambda text: text + "A",
        lambda text: text + "AAAA",
        lambda text: text + "=",
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text * 2,
        lambda text: text + "A" * 8192,
        lambda text: text[::-1],
        lambda text: text.swapcase(),
        lambda _: "A" * 12,
        lambda _: spelled(b"\xff" * 100),
        lambda _: spelled(bytes(7) + b"\1" + bytes(60)),
    ],
)
def test_no_more_and_no_less(data: Path, change: Callable[[str], str]) -> None:
    async def check(app: App) -> None:
        assert not await is_good(app, change(await issue(app)))

    in_app(data, check)


def sealed_password(key: DataKey, plain: bytes, purpose: bytes = b"registry password") -> str:
    """A password that says `plain`, sealed as real ones are."""
    return spelled(key.key_id.to_bytes(8) + seal(key, plain, purpose))


def test_forgeries_under_the_real_key(data: Path) -> None:
    """Whatever a sealed password says: it has to be whole, unexpired, of this purpose and of a key that exists."""

    async def check(app: App) -> None:
        key = await app.keyring.for_scope(TOKENS)
        root = (await credentials.ensure_root(app, "123456789012")).access_key_id
        ends = int((app.clock() + HOUR).timestamp())
        claims = {"k": root, "a": "123456789012", "r": "us-east-1", "e": ends}
        good = msgspec.json.encode(claims)
        assert await is_good(app, sealed_password(key, good)), "the forgeries below would prove nothing"
        for plain in (
            msgspec.json.encode({**claims, "e": int(app.clock().timestamp()) - 1}),
            msgspec.json.encode({**claims, "e": 0}),
            msgspec.json.encode({**claims, "e": str(ends)}),
            msgspec.json.encode({**claims, "k": "AKIAAAAAAAAAAAAAAAAA"}),
            msgspec.json.encode({**claims, "k": ""}),
            msgspec.json.encode({**claims, "k": None}),
            msgspec.json.encode({**claims, "s": None}),
            msgspec.json.encode({name: value for name, value in claims.items() if name != "e"}),
            msgspec.json.encode(list(claims.values())),
            msgspec.msgpack.encode(claims),
            b"",
            b"null",
            good[:-1],
            good + b"{}",
        ):
            assert not await is_good(app, sealed_password(key, plain)), plain
        assert not await is_good(app, sealed_password(key, good, b"layer download"))
        assert not await is_good(app, sealed_password(key, good, b""))
        other = await app.keyring.for_scope(DOWNLOADS)
        assert not await is_good(app, sealed_password(other, good, b"layer download"))
        assert not await is_good(app, sealed_password(DataKey(key.key_id, bytes(32)), good))

    in_app(data, check)


def test_a_disabled_or_deleted_key_ends_its_passwords(server: Server) -> None:
    """At once and in every worker; enabling it again brings them back for the rest of their time."""
    account = "333333333333"
    key = in_app(server.data, lambda app: credentials.ensure_root(app, account))
    keys = type(server.keys)(key.access_key_id, key.secret)
    oci = Checked(server.url, server.password(keys=keys))

    def set_active(connection: Connection, active: bool) -> None:  # noqa: FBT001 - passed on by the database
        mine = access_keys.c.access_key_id == key.access_key_id
        connection.execute(update(access_keys).where(mine).values(active=active))

    def delete(connection: Connection) -> None:
        connection.execute(access_keys.delete().where(access_keys.c.access_key_id == key.access_key_id))

    def statuses() -> set[int]:
        return {oci.request("GET", "/v2/").status for _ in range(6)}

    assert statuses() == {200}
    in_app(server.data, lambda app: app.db.write(set_active, False))  # noqa: FBT003 - as above
    assert statuses() == {401}
    in_app(server.data, lambda app: app.db.write(set_active, True))  # noqa: FBT003 - as above
    assert statuses() == {200}
    in_app(server.data, lambda app: app.db.write(delete))
    assert statuses() == {401}


def test_an_ended_password_gets_a_challenge_to_log_in_again(server: Server) -> None:
    async def expired(app: App) -> str:
        past = dataclasses.replace(app, clock=lambda: utc_now() - 13 * HOUR)
        root = await credentials.ensure_root(app, "123456789012")
        ctx = Context(root.principal, Registry("123456789012", server.region), "id", past.clock())
        (token,) = await tokens.issue(past, ctx, [ctx.registry])
        return token.password

    oci = Checked(server.url, in_app(server.data, expired))
    answer = oci.request("GET", "/v2/").expect(401)
    assert answer.codes == ["UNAUTHORIZED"]
    assert "expired" in answer.json()["errors"][0]["message"]
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
