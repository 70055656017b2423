"""One server of two workers for all tests of keys, with two accounts of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.access.people import Document, People
from tests.ecr.lab import client
from tests.kms.world import World, world
from tests.support.server import Keys, Server, start_server

HOME = "123456789012"
OTHER = "210987654321"
REGION = "us-east-1"
ENGINES = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True)
class Vault:
    """A server and its people. `root` and `other_root` are boto3 clients of kms."""

    server: Server
    people: People
    root: Any
    other_root: Any

    def kms(self, keys: Keys, *, region: str | None = None) -> Any:
        return client(self.server, "kms", keys=keys, region=region)

    def user(self, name: str, *policies: Document | str, account: str = HOME, **more: Any) -> Any:
        """A client of kms that belongs to a new user."""
        return self.kms(self.people.user(account, name, *policies, **more))

    def key(self, *statements: Document, **given: Any) -> str:
        """The id of a new key of the first account, with a policy of these statements if there are any."""
        if statements:
            given |= {"Policy": policy(*statements), "BypassPolicyLockoutSafetyCheck": True}
        return self.root.create_key(**given)["KeyMetadata"]["KeyId"]


def policy(*statements: Document) -> str:
    """A key policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **each} for each in statements]})


def allows(principal: object, *actions: str, **more: Any) -> dict[str, Any]:
    """A statement of a key policy."""
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": list(actions), **more}


def arn_of(key_id: str, account: str = HOME, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def root_of(account: str = HOME) -> str:
    return f"arn:aws:iam::{account}:root"


ADMIN = allows(root_of(), "kms:*")
"""The statement of the default policy."""


@pytest.fixture(scope="session")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    data = tmp_path_factory.mktemp("kms") / "data"
    server = start_server(data, workers=2, account=HOME, region=REGION)
    people = People(data)
    other = people.account(OTHER)
    yield Vault(server, people, client(server, "kms"), client(server, "kms", keys=other))
    server.stop()


@pytest.fixture
def key(vault: Vault) -> str:
    """The id of a new key with the default policy."""
    return vault.key()


@pytest.fixture(scope="session")
def fresh(new_name: Callable[[], str]) -> Callable[[str], str]:
    """Names of users and aliases that no other test uses."""
    return lambda kind: f"{kind}-{new_name().rpartition('-')[2]}"


@pytest.fixture(scope="module", params=ENGINES)
def kms(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A deployment in the test's own process, whose clock the test turns."""
    with world(tmp_path_factory.mktemp("world") / "data", request.param) as made:
        yield made
