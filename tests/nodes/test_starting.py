"""How nodes come to a deployment: several first ones at once, and ones that nobody gave the master key."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from entrepot import app as composition
from entrepot.services import credentials
from entrepot.settings_sources import from_flags
from tests.faults.commands import Refusal, refused_start, snapshot
from tests.nodes.conftest import Deploy
from tests.support.images import tiny_image
from tests.support.nodes import Deployment
from tests.support.oci import Oci
from tests.support.postgres import cluster


def refused(deployment: Deployment, data: Path, command: str) -> Refusal:
    return refused_start(data, command=command, env=deployment.store.env)


def test_first_nodes_that_started_at_once_have_one_root(deployment: Deployment) -> None:
    assert len({(node.keys, node.region) for node in deployment.servers}) == 1
    balanced, image = deployment.oci(), tiny_image("at once")
    deployment.servers[1].create_repository("at-once")
    balanced.push_image("at-once", image, "1")
    for server in deployment.servers:
        assert deployment.oci(server).pull_image("at-once", "1") == image.contents()
        (found,) = server.boto3().describe_repositories(repositoryNames=["at-once"])["repositories"]
        assert found["repositoryUri"] == f"{deployment.balancer.host}/at-once"


def test_roots_that_are_made_at_once_are_one(tmp_path: Path) -> None:
    """What two first nodes do between the same two requests to the database."""
    settings, _ = from_flags({"data": str(tmp_path / "data"), "database": cluster().fresh()}, {})
    composition.prepare(settings)

    async def race() -> set[str]:
        async with composition.opened(settings) as one, composition.opened(settings) as other:
            tasks = [credentials.ensure_root(app, "210987654321") for app in (one, other) * 5]
            return {key.access_key_id for key in await asyncio.gather(*tasks)}

    assert len(asyncio.run(race())) == 1


def test_without_the_master_key_a_node_says_what_to_copy(deployment: Deployment, deploy: Deploy) -> None:
    data = deploy(deployment.settings["database"]).host("host", key=None, blobs=deployment.settings["blobs"])
    before = snapshot(data)
    for command in ("serve", "worker"):
        refusal = refused(deployment, data, command)
        assert (refusal.code, refusal.output) == (1, "")
        (line,) = refusal.lines
        assert line.startswith(f"entrepot: The master key {data / 'master.key'} is missing")
        assert "Copy master.key from the data folder of another node" in line
        assert snapshot(data) == before


def test_with_another_master_key_a_node_refuses(deployment: Deployment, deploy: Deploy) -> None:
    """Also one that a first start made by itself, before somebody pointed it at the deployment's database."""
    data = deploy(deployment.settings["database"]).host("host", key="0" * 64 + "\n")
    for command in ("serve", "worker"):
        refusal = refused(deployment, data, command)
        assert (refusal.code, refusal.output) == (1, "")
        (line,) = refusal.lines
        assert line.startswith("entrepot: The master key is not the one that sealed this data")
        assert str(data / "master.key") in line


def test_of_two_first_nodes_with_different_keys_one_refuses(deploy: Deploy) -> None:
    """Nobody copied anything: each makes a key, and the database has room for the data of one."""
    alone = deploy()
    hosts = [alone.host(f"host-{number}", key=None) for number in range(2)]

    def start(data: Path) -> str:
        try:
            alone.start(data)
        except AssertionError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(start, hosts))
    assert told[0] == ""
    # The second had made its key when the first one's came to the database, or had not come to that yet.
    late = "and the data cannot be read without it. Copy master.key from the data folder of another node"
    assert "The master key is not the one that sealed this data" in told[1] or late in told[1]
    (server,) = alone.servers
    assert Oci(server.url, server.password()).request("GET", "/v2/").status == 200
