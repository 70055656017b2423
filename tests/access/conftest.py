"""One server of two workers for all tests of access, with three accounts of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.access.people import People
from tests.oci.checked import Checked
from tests.support.server import Keys, Server, start_server

HOME = "123456789012"
OTHER = "210987654321"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server and its people. `root` and `other_root` are boto3 clients of ecr."""

    server: Server
    people: People
    root: Any
    other_root: Any
    _passwords: dict[Keys, str] = field(default_factory=dict[Keys, str])

    def ecr(self, keys: Keys) -> Any:
        return self.server.boto3("ecr", keys=keys)

    def oci(self, keys: Keys | None = None, account: str = HOME) -> Checked:
        """A client of an account's registry, by its ECR-shaped host; without keys nobody's."""
        host = f"{account}.dkr.ecr.{REGION}.example.com"
        if keys and keys not in self._passwords:
            self._passwords[keys] = self.server.password(keys=keys)
        return Checked(self.server.url, self._passwords[keys] if keys else None, host=host)

    def set_policy(self, repository: str, policy: object, *, force: bool = False) -> Any:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        return self.root.set_repository_policy(repositoryName=repository, policyText=text, force=force)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The server: what a proxy on the loopback interface says of a client counts."""
    data = tmp_path_factory.mktemp("access") / "data"
    server = start_server(data, workers=2, account=HOME, region=REGION, args=["--trusted-proxies", "127.0.0.0/8,::1"])
    people = People(data)
    other = people.account(OTHER)
    yield Guarded(server, people, server.boto3("ecr"), server.boto3("ecr", keys=other))
    server.stop()


@pytest.fixture(scope="session")
def fresh(new_name: Callable[[], str]) -> Callable[[str], str]:
    """Names of users, groups and repositories that no other test uses."""
    return lambda kind: f"{kind}-{new_name().rpartition('-')[2]}"


@pytest.fixture
def repository(guarded: Guarded, fresh: Callable[[str], str]) -> str:
    """The name of a new, empty repository of the first account."""
    name = fresh("repository")
    guarded.root.create_repository(repositoryName=name)
    return name
