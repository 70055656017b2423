"""`entrepot quota` and `entrepot usage`, beside a server that goes by them within a second."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.cli import main
from entrepot.context import Registry
from entrepot.errors import DomainError, InvalidParameter, RepositoryNotFound
from entrepot.rules.quotas import UNLIMITED, Override, Quota
from entrepot.services import quota_settings
from tests.access.eventually import PROMISED, settled
from tests.oci.inprocess import in_app
from tests.support.images import make_image, random_bytes
from tests.support.oci import Oci
from tests.support.server import COMMAND, Server, start_server

MIB = 1 << 20
HOME = Registry("123456789012", "us-east-1")
NAME = "123456789012/us-east-1"
BASE = random_bytes(2 * MIB, "base")


def entrepot(data: Path, *words: str, code: int = 0) -> str:
    argv = [COMMAND, *words, "--data", str(data)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def put_quota(data: Path, repository: str, name: Quota, value: int, registry: Registry = HOME) -> None:
    """As `quota set`, without a process of its own, which takes seconds to start."""
    in_app(data, lambda app: quota_settings.put(app, registry, Override(repository, name, value)))


def unset_quota(data: Path, repository: str, name: Quota, registry: Registry = HOME) -> None:
    assert in_app(data, lambda app: quota_settings.remove(app, registry, repository, name))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers, with the repositories app and web, which share a layer of 2 MiB."""
    running = start_server(tmp_path_factory.mktemp("commands") / "data", workers=2, args=["--work", "false"])
    oci = Oci(running.url, running.password())
    for name in ("app", "web"):
        running.create_repository(name)
        oci.push_image(name, make_image([BASE, random_bytes(MIB, name)]))
    yield running
    running.stop()


@pytest.fixture
def oci(server: Server) -> Oci:
    return Oci(server.url, server.password())


def put(oci: Oci, name: str, number: int) -> int:
    """Pushes one more manifest, of layers that are there; the status."""
    image = make_image([BASE, random_bytes(MIB, name)], annotations={"number": str(number)})
    return oci.put_manifest(name, image.digest, image.manifest, image.media_type).status


@pytest.mark.alone
def test_a_quota_is_in_force_in_every_worker_within_a_second(server: Server, oci: Oci) -> None:
    data, names = server.data, iter(range(1_000))
    where = ("--repository", "app", "images_per_repository")
    entrepot(data, "quota", "set", *where, "1")
    assert settled(lambda: oci.put_manifest("app", "t", *one_more(next(names))).status == 403) < PROMISED
    answer = oci.put_manifest("app", "t", *one_more(next(names)))
    assert answer.codes == ["DENIED"]
    assert "quota images_per_repository" in answer.json()["errors"][0]["message"]
    assert put(oci, "web", 1) == 201
    entrepot(data, "quota", "unset", *where)
    assert settled(lambda: oci.put_manifest("app", "t", *one_more(next(names))).status == 201) < PROMISED


def one_more(number: int) -> tuple[bytes, str]:
    image = make_image([BASE, random_bytes(MIB, "app")], annotations={"one more": str(number)})
    return image.manifest, image.media_type


def test_the_list(server: Server) -> None:
    data, abroad = server.data, Registry(HOME.account, "eu-west-1")
    put_quota(data, "", "registry_bytes", 500 << 30)
    put_quota(data, "", "images_per_repository", UNLIMITED, abroad)
    shown = entrepot(data, "quota", "list").splitlines()
    assert [line.split() for line in shown if "(settings)" not in line][1:] == [
        ["123456789012/eu-west-1", "-", "images_per_repository", "none"],
        [NAME, "-", "registry_bytes", "500GiB"],
    ]
    assert ["(settings)", "-", "repositories", "100000"] in [line.split() for line in shown]
    listed: list[dict[str, Any]] = json.loads(entrepot(data, "quota", "list", "--json"))
    assert {"registry": NAME, "repository": None, "name": "registry_bytes", "value": 500 << 30} in listed
    assert len(listed) == 7
    unset_quota(data, "", "registry_bytes")
    unset_quota(data, "", "images_per_repository", abroad)
    assert "was not set" in entrepot(data, "quota", "unset", "registry_bytes", code=1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["registry_bytes", "much"], "is not a size"),
        (["repositories", "1GiB"], "is not a whole number"),
        (["layers", "1"], "invalid choice"),
        (["--registry", "home", "repositories", "1"], "is not ACCOUNT/REGION"),
    ],
)
def test_arguments_that_are_wrong(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert main(["quota", "set", *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("registry", "repository", "name", "error"),
    [
        (Registry("999999999999", "us-east-1"), "", "repositories", InvalidParameter),
        (HOME, "absent", "repository_bytes", RepositoryNotFound),
        (HOME, "app", "registry_bytes", InvalidParameter),
    ],
)
def test_what_cannot_be_set(
    server: Server, registry: Registry, repository: str, name: Quota, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        put_quota(server.data, repository, name, 1, registry)


def test_usage(server: Server) -> None:
    data = server.data
    put_quota(data, "web", "repository_bytes", 4 * MIB)
    found: list[dict[str, Any]] = json.loads(entrepot(data, "usage", "--json"))
    by_name = {each["repository"]: each for each in found}
    assert found[0]["repository"] == "web"  # it comes nearest to a quota
    web, registry = by_name["web"], by_name[None]
    assert web["registry"] == registry["registry"] == NAME
    assert web["bytes"] == web["quotas"]["repository_bytes"]["used"] > 3 * MIB
    assert web["freedIfDeleted"] == web["bytes"] - 2 * MIB
    assert web["share"] == round(web["bytes"] / (4 * MIB), 6)
    assert registry["bytes"] == by_name["app"]["bytes"] + web["freedIfDeleted"]
    assert registry["repositories"] == 2
    assert registry["quotas"]["repositories"] == {"value": 100_000, "used": 2}
    lines = entrepot(data, "usage").splitlines()
    assert lines[0].split()[:4] == ["REGISTRY", "OR", "REPOSITORY", "IMAGES"]
    assert f"{NAME}/web" in lines[1]
    assert "3.0MiB" in lines[1]
    unset_quota(data, "web", "repository_bytes")
