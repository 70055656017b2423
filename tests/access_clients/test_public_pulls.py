"""Pulls without a login, by each client, and what stays closed; logins in a registry where something is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oras.client
import pytest

from tests.access.eventually import settled
from tests.access_clients.houses import LOGIN, PULL, PUSH, Clients, House, plain
from tests.support.clients.ctr import Ctr
from tests.support.clients.oras_python import Oras
from tests.support.images import OCI_INDEX, make_index, tiny_image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci

IMAGE = tiny_image("open to everyone")
INDEX = make_index({"amd64": tiny_image("open amd64"), "arm64": tiny_image("open arm64")})

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def public(open_house: House) -> str:
    """A repository that everyone may pull from."""
    name = open_house.repository(IMAGE, public=True)
    nobody = Oci(open_house.server.url)
    settled(lambda: nobody.get_manifest(name, "v1").status == 200)
    return name


@pytest.fixture(scope="module")
def private(open_house: House) -> str:
    """A repository of the same registry that nobody was let into."""
    return open_house.repository(IMAGE)


@pytest.fixture(scope="module")
def ctr(short_folder: Callable[[], Path]) -> Iterator[Ctr]:
    client = Ctr(short_folder())
    yield client
    client.close()


def test_docker(open_house: House, clients: Clients, public: str) -> None:
    host, reference = open_house.server.host, open_house.reference(public)
    pulled = clients.run_docker(host, None, "pull", reference)
    assert f"Digest: {IMAGE.digest}" in pulled
    assert clients.docker.image_id(reference) == IMAGE.document["config"]["digest"]
    clients.docker.remove(reference)
    by_digest = f"{host}/{public}@{IMAGE.digest}"
    assert IMAGE.digest in clients.run_docker(host, None, "pull", by_digest)
    clients.docker.remove(by_digest)


def test_docker_for_another_platform(open_house: House, clients: Clients) -> None:
    name, host = open_house.repository(INDEX, public=True), open_house.server.host
    settled(lambda: Oci(open_house.server.url).get_manifest(name, "v1", OCI_INDEX).status == 200)
    reference = open_house.reference(name)
    assert INDEX.digest in clients.run_docker(host, None, "pull", "--platform", "linux/arm64", reference)
    assert clients.docker.image_id(reference) == INDEX.children[1].document["config"]["digest"]


def test_podman(open_house: House, clients: Clients, public: str) -> None:
    reference = open_house.reference(public)
    clients.run_podman(open_house.server.host, None, "pull", reference)
    digest = clients.podman.run("image", "inspect", "--format", "{{.Digest}}", reference).strip()
    assert digest == IMAGE.digest
    clients.podman.remove(reference)


def test_skopeo(open_house: House, clients: Clients, public: str, tmp_path: Path) -> None:
    nobody = clients.skopeo(open_house.server.host, None)
    pulled = nobody.pull(open_house.reference(public), tmp_path / "pulled")
    assert pulled.contents(IMAGE.digest).keys() == IMAGE.contents().keys()


def test_containerd(open_house: House, ctr: Ctr, public: str, private: str, tmp_path: Path) -> None:
    pulled = ctr.pull(open_house.reference(public), tmp_path / "pulled")
    assert pulled.contents(IMAGE.digest).keys() == IMAGE.contents().keys()
    with pytest.raises(AssertionError, match="401 Unauthorized"):
        ctr.pull(open_house.reference(private), tmp_path / "private")
    layout = Layout(tmp_path / "layout")
    write_image(layout, IMAGE, "v2")
    ctr.login(open_house.password(*LOGIN, *PULL, *PUSH))
    ctr.push(layout, "v2", open_house.reference(private, "v2"))
    again = ctr.pull(open_house.reference(private, "v2"), tmp_path / "v2")
    assert again.contents(IMAGE.digest).keys() == IMAGE.contents().keys()


def test_oras(open_house: House, public: str, private: str, tmp_path: Path) -> None:
    host, nobody = open_house.server.host, Oras(open_house.server.host, tmp_path / "nobody")
    nobody.client = oras.client.OrasClient(hostname=host, insecure=True)
    assert nobody.get_manifest(open_house.reference(public)) == IMAGE.document
    with pytest.raises(Exception, match=r"401|nauthorized|No token"):
        nobody.get_manifest(open_house.reference(private))

    (tmp_path / "file").write_text("an artifact")
    somebody = Oras(host, tmp_path)
    somebody.client = oras.client.OrasClient(hostname=host, insecure=True)
    somebody.login(open_house.password(*LOGIN, *PULL, *PUSH))
    reference = open_house.reference(private, "artifact")
    somebody.push_files(reference, tmp_path, ["file"])
    (found,) = somebody.pull_files(reference, tmp_path / "pulled")
    assert found.read_text() == "an artifact"


@pytest.mark.parametrize("what", ["private", "absent"])
def test_what_is_not_open_asks_for_a_login(
    open_house: House, clients: Clients, private: str, what: str, tmp_path: Path
) -> None:
    host, name = open_house.server.host, private if what == "private" else f"{private}-not"
    reference = open_house.reference(name)
    attempts: list[Callable[[], Any]] = [
        lambda: clients.run_docker(host, None, "pull", reference),
        lambda: clients.run_podman(host, None, "pull", reference),
        lambda: clients.skopeo(host, None).pull(reference, tmp_path / "pulled"),
    ]
    for attempt in attempts:
        with pytest.raises(AssertionError) as caught:
            attempt()
        assert f"Not Authorized. Log in with: {open_house.log_in}" in plain(caught.value)


def test_docker_login_push_and_pull(open_house: House, clients: Clients, private: str) -> None:
    """The same registry, by tokens that a password was exchanged for."""
    password, host = open_house.password(*LOGIN, *PULL, *PUSH), open_house.server.host
    reference = open_house.reference(private, "pushed")
    clients.load(IMAGE, [reference])
    home = {"DOCKER_CONFIG": str(clients.folder / "logged-in")}
    clients.docker.run("login", "--username", "AWS", "--password-stdin", host, stdin=password, env=home)
    assert "digest: sha256:" in clients.docker.run("push", reference, env=home)
    clients.drop(reference)
    assert "Digest: sha256:" in clients.docker.run("pull", reference, env=home)
    clients.docker.run("logout", host, env=home)
    with pytest.raises(AssertionError, match="Not Authorized"):
        clients.docker.run("push", reference, env=home)


def test_podman_login_push_and_pull(open_house: House, clients: Clients, private: str) -> None:
    password, host = open_house.password(*LOGIN, *PULL, *PUSH), open_house.server.host
    reference = open_house.reference(private, "podman")
    clients.load(IMAGE, [reference])
    clients.podman.login(host, password)
    clients.podman.push(reference)
    clients.podman.remove(reference)
    clients.podman.pull(reference)
    clients.podman.run("logout", host)
