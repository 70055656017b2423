"""Rotating the master key of several nodes, and a node that is late."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete

from entrepot import app as root
from entrepot.errors import KeyUnavailable
from entrepot.meta import data_keys, former_master_keys, master_keys, tables
from entrepot.ports import NewDataKey
from tests.conftest import StartServer
from tests.master_keys.conftest import Prepare
from tests.master_keys.deployed import Deployed
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.postgres import cluster
from tests.support.server import Server


def copied(node: Deployed, to: Deployed) -> None:
    """As an operator copies a file that is being used."""
    shutil.copy(node.key_file, fresh := to.key_file.with_name("copied"))
    fresh.replace(to.key_file)


def pushed(server: Server, region: str) -> Oci:
    """A client of a registry that gets its data key now."""
    server.boto3(region=region).create_repository(repositoryName="app")
    client = Oci(server.url, server.password(region=region))
    client.push_image("app", tiny_image(region), "1")
    return client


def pulls(server: Server, region: str) -> bool:
    client = Oci(server.url, server.password(region=region))
    return client.pull_image("app", "1") == tiny_image(region).contents()


def test_two_nodes(start: StartServer, tmp_path: Path) -> None:
    settings = f'database = "{cluster().url(cluster().create())}"\nblobs = "{tmp_path}/blobs"\n'
    (tmp_path / "one").mkdir(mode=0o700)
    (tmp_path / "one" / "entrepot.toml").write_text(settings)
    one = start(tmp_path / "one")
    shutil.copytree(one.data, tmp_path / "two")
    two = start(tmp_path / "two")
    first, second = Deployed(one.data), Deployed(two.data)
    pushed(one, "us-east-1")
    new = first.does("new", "--standby").split()[0]
    copied(first, second)
    pushed(one, "us-east-2")
    first.does("promote", new)
    for number, (server, other) in enumerate(((one, two), (two, one))):
        pushed(server, f"us-west-{number}")
        assert pulls(other, f"us-west-{number}")
    first.does("rewrap")
    first.does("forget")
    assert first.names() == [new]
    for region in ("us-east-1", "us-east-2", "us-west-0", "us-west-1"):
        assert pulls(two, region)
    with pytest.raises(AssertionError, match=r"403.*DENIED"):
        pushed(two, "eu-west-1")
    assert "was forgotten by this deployment" in two.log.read_text()
    copied(first, second)
    pushed(two, "eu-west-2")
    assert first.names() == [new]
    assert two.terminate() == 0
    assert pulls(start(two.data), "us-east-1")


def test_either_a_key_is_forgotten_or_something_is_wrapped_by_it(prepare: Prepare) -> None:
    """Whichever comes first: a node may have read its file, and slept, before it stores what it wrapped."""
    deployed = prepare()
    (current,) = deployed.names()

    async def race(number: int) -> tuple[bool, bool]:
        async with root.opened_keys(deployed.settings()) as (db, _):
            scope = f"race-{number}"
            work = [
                db.write(data_keys.add_key, NewDataKey(scope, b"wrapped", "raw:old"), 0, 0),
                db.write(master_keys.retire_others, current, ["raw:old"], 0),
            ]
            turn = 1 if number % 2 else -1
            stored, others = (await asyncio.gather(*work[::turn], return_exceptions=True))[::turn]
            assert isinstance(others, list)
            assert not isinstance(stored, BaseException) or isinstance(stored, KeyUnavailable)
            await db.write(_forget, scope)
            await db.write(former_master_keys.take_back, "raw:old")
            return not isinstance(stored, BaseException), others == []

    outcomes = {asyncio.run(race(number)) for number in range(12)}
    assert outcomes <= {(True, False), (False, True)}


def _forget(connection: Connection, scope: str) -> None:
    connection.execute(delete(tables.data_keys).where(tables.data_keys.c.scope == scope))
