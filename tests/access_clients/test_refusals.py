"""What docker, podman and skopeo print to whoever may not: what to do next, wherever a client lets it through."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrepot.app import utc_now
from entrepot.context import App, Context, Registry
from entrepot.services import credentials, tokens
from tests.access_clients.houses import LOGIN, PULL, Clients, House, plain
from tests.oci.inprocess import in_app
from tests.support.images import tiny_image

IMAGE = tiny_image("refusals")
POWER = "Ask an administrator of account 123456789012 to attach a policy that allows it, such as Amazon"

pytestmark = pytest.mark.clients


def expired_password(house: House) -> str:
    """A password of the root that was given out 13 hours ago."""

    async def issue(app: App) -> str:
        past = dataclasses.replace(app, clock=lambda: utc_now() - timedelta(hours=13))
        root = await credentials.ensure_root(app, "123456789012")
        ctx = Context(root.principal, Registry("123456789012", house.server.region), "id", past.clock())
        return (await tokens.issue(past, ctx, [ctx.registry]))[0].password

    return in_app(house.server.data, issue)


def printed(attempt: Callable[[], Any]) -> str:
    with pytest.raises(AssertionError) as caught:
        attempt()
    return plain(caught.value)


@pytest.fixture
def reference(house: House, clients: Clients) -> str:
    """An image that docker and podman have, and the registry too."""
    reference = house.reference(house.repository(IMAGE))
    clients.load(IMAGE, [reference])
    return reference


class Attempts:
    """Each client trying, with a password or without."""

    def __init__(self, clients: Clients, house: House, reference: str, password: str | None, folder: Path) -> None:
        host = house.server.host
        skopeo, layout = clients.skopeo(host, password), clients.load(IMAGE, [])
        self.pushes: dict[str, Callable[[], Any]] = {
            "docker": lambda: clients.run_docker(host, password, "push", reference),
            "podman": lambda: clients.run_podman(host, password, "push", reference),
            "skopeo": lambda: skopeo.push(layout, "v1", f"{reference}-2"),
        }
        self.pulls: dict[str, Callable[[], Any]] = {
            "docker": lambda: clients.run_docker(host, password, "pull", reference),
            "podman": lambda: clients.run_podman(host, password, "pull", reference),
            "skopeo": lambda: skopeo.pull(reference, folder / "pulled"),
        }


def test_without_a_login(house: House, clients: Clients, reference: str, tmp_path: Path) -> None:
    attempts = Attempts(clients, house, reference, None, tmp_path)
    told = f"Not Authorized. Log in with: {house.log_in}"
    for name, attempt in attempts.pulls.items():
        expected = told if house.public or name != "docker" else "no basic auth credentials"
        assert expected in printed(attempt), name
    for name, attempt in attempts.pushes.items():
        expected = told if house.public else "no basic auth credentials" if name == "docker" else "unauthorized"
        assert expected in printed(attempt), name


def test_with_an_expired_password(house: House, clients: Clients, reference: str, tmp_path: Path) -> None:
    attempts = Attempts(clients, house, reference, expired_password(house), tmp_path)
    told = f"Your authorization token has expired. Reauthenticate and try again. Log in with: {house.log_in}"
    for name, attempt in attempts.pulls.items():
        assert told in printed(attempt), name
    for name, attempt in attempts.pushes.items():
        expected = told if house.public or name == "docker" else "unauthorized: authentication required"
        assert expected in printed(attempt), name


def test_without_permission(house: House, clients: Clients, reference: str, tmp_path: Path) -> None:
    arn = f"arn:aws:ecr:{house.server.region}:123456789012:repository/house/repository-"
    readers = Attempts(clients, house, reference, house.password(*LOGIN, *PULL), tmp_path)
    for name, attempt in readers.pushes.items():
        text = printed(attempt)
        assert "denied: User: arn:aws:iam::123456789012:user/user-" in text, name
        assert f"on resource: {arn}" in text, name
        assert f"{POWER}EC2ContainerRegistryPowerUser" in text, name
    strangers = Attempts(clients, house, reference, house.password(*LOGIN), tmp_path)
    for name, attempt in strangers.pulls.items():
        text = printed(attempt)
        assert "is not authorized to perform: ecr:BatchGetImage" in text, name
        assert f"{POWER}EC2ContainerRegistryPullOnly" in text, name
    assert f"{POWER}EC2ContainerRegistryPowerUser" in printed(strangers.pushes["docker"])


def test_a_login_with_a_password_that_is_none(house: House, clients: Clients) -> None:
    """Only where docker exchanges the password for a token it prints the server's words."""
    words = ("login", "--username", "AWS", "--password-stdin", house.server.host)
    env = {"DOCKER_CONFIG": str(clients.folder / "none")}
    for password, told in (
        ("wrong", "Your authorization token is not valid."),
        (expired_password(house), "Your authorization token has expired."),
    ):
        text = printed(lambda given=password: clients.docker.run(*words, stdin=given, env=env))
        assert "401 Unauthorized" in text if not house.public else f"{told} Reauthenticate" in text
        assert not house.public or house.log_in in text
