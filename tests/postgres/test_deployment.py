"""A deployment whose metadata is on PostgreSQL: starting, commands, the master key, and the pooler in between."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import StartServer
from tests.faults.commands import refused_start
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.pgbouncer import pgbouncer
from tests.support.postgres import PASSWORD, cluster
from tests.support.processes import run
from tests.support.server import COMMAND, Server


def named(data: Path, url: str) -> Path:
    data.mkdir(exist_ok=True)
    (data / "entrepot.toml").write_text(f'database = "{url}"\n')
    return data


def assert_works(server: Server, name: str) -> None:
    server.create_repository(name)
    oci, image = Oci(server.url, server.password()), tiny_image(name)
    oci.push_image(name, image, "1")
    assert oci.pull_image(name, "1") == image.contents()


def test_two_nodes_on_an_empty_database_and_the_same_master_key(start: StartServer, tmp_path: Path) -> None:
    url = cluster().url(cluster().create())
    first = start(named(tmp_path / "first", url))
    assert not list(first.data.glob("entrepot.db*"))
    shutil.copytree(first.data, tmp_path / "second", ignore=shutil.ignore_patterns("aws", "mark.*"))
    second = start(tmp_path / "second", args=["--log-level", "debug"])
    assert_works(first, "one")
    assert_works(second, "two")
    assert first.keys == second.keys
    repositories = second.boto3().describe_repositories()["repositories"]
    assert {each["repositoryName"] for each in repositories} == {"one", "two"}
    made = run([COMMAND, "account", "create", "210987654321", "--data", first.data])
    assert "AWS_PROFILE=entrepot-210987654321" in made
    text = "".join(log.read_text() for log in (first.log, second.log, cluster().log))
    assert PASSWORD not in text


def test_without_the_master_key_that_sealed_the_data_nothing_starts(start: StartServer, tmp_path: Path) -> None:
    url = cluster().fresh()
    assert start(named(tmp_path / "data", url)).terminate() == 0
    key = tmp_path / "data" / "master.key"
    key.rename(tmp_path / "kept.key")
    (line,) = refused_start(tmp_path / "data").lines
    assert "is missing" in line
    assert not key.exists()
    key.write_bytes(bytes(32))
    key.chmod(0o600)
    assert refused_start(tmp_path / "data").code == 1
    (tmp_path / "kept.key").replace(key)
    assert_works(start(tmp_path / "data"), "kept")


def test_through_a_pooler(start: StartServer, tmp_path: Path) -> None:
    name = cluster().create()
    server = start(named(tmp_path / "data", pgbouncer().url(name)), workers=3)
    for number in range(3):
        assert_works(server, f"pooled-{number}")
