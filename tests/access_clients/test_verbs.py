"""A reader, a pusher and an admin, pulling, pushing and deleting by each client: each allowed or refused as due."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from tests.access_clients.houses import Clients, House
from tests.access_clients.verbs import MAY, PEOPLE, VERBS, check, tags
from tests.support.images import tiny_image

IMAGE, OTHER = tiny_image("verbs"), tiny_image("other verbs")

pytestmark = pytest.mark.clients


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def repository(house: House) -> str:
    """A repository with an image under v1."""
    return house.repository(IMAGE)


@pytest.mark.parametrize("verb", ["pull", "push"])
def test_docker(house: House, clients: Clients, repository: str, person: str, verb: str) -> None:
    host, reference = house.server.host, house.reference(repository, "v1" if verb == "pull" else "v2")
    if verb == "push":
        clients.load(OTHER, [reference])
    check(person, verb, lambda: clients.run_docker(host, house.password(*PEOPLE[person]), verb, reference))
    assert ("v2" in tags(house, repository)) == (verb == "push" and verb in MAY[person])
    with suppress(AssertionError):
        clients.docker.remove(reference)


@pytest.mark.parametrize("verb", VERBS)
def test_skopeo(house: House, clients: Clients, repository: str, person: str, verb: str, tmp_path: Path) -> None:
    skopeo = clients.skopeo(house.server.host, house.password(*PEOPLE[person]))
    layout = clients.load(OTHER, [])
    attempts = {
        "pull": lambda: skopeo.pull(house.reference(repository), tmp_path / "pulled"),
        "push": lambda: skopeo.push(layout, "v1", house.reference(repository, "v2")),
        "delete": lambda: skopeo.delete(house.reference(repository)),
    }
    check(person, verb, attempts[verb])
    assert ("v2" in tags(house, repository)) == (verb == "push" and verb in MAY[person])
    assert ("v1" in tags(house, repository)) == (verb != "delete" or verb not in MAY[person])
