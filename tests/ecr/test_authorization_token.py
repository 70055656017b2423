"""GetAuthorizationToken: passwords for docker, one for each registry asked for."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.ecr.lab import SECOND_ACCOUNT, Repo, client, invalid, refused
from tests.support.oci import Oci
from tests.support.server import Keys, Server


def password_of(data: dict[str, Any]) -> str:
    user, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS"
    return password


def test_a_token_is_a_password_for_twelve_hours(server: Server, ecr: Any, repo: Repo) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    (data,) = ecr.get_authorization_token()["authorizationData"]
    assert set(data) == {"authorizationToken", "expiresAt", "proxyEndpoint"}
    assert before + timedelta(hours=12) <= data["expiresAt"] <= datetime.now(UTC) + timedelta(hours=12)
    assert data["proxyEndpoint"] == server.url
    assert Oci(server.url, password_of(data)).tags(repo.name).status == 200


def test_every_token_is_another_and_all_are_good(server: Server, ecr: Any, repo: Repo) -> None:
    passwords = {password_of(ecr.get_authorization_token()["authorizationData"][0]) for _ in range(3)}
    assert len(passwords) == 3
    assert {Oci(server.url, each).tags(repo.name).status for each in passwords} == {200}


def test_one_token_for_each_registry_named(ecr: Any, account: str) -> None:
    data = ecr.get_authorization_token(registryIds=[account, SECOND_ACCOUNT, account])["authorizationData"]
    assert len({each["authorizationToken"] for each in data}) == len(data) == 2


def test_a_token_for_another_registry_gives_no_right_there(
    server: Server, ecr: Any, second: Any, repo: Repo, new_repo: Any
) -> None:
    theirs = new_repo(second)
    (data,) = ecr.get_authorization_token(registryIds=[SECOND_ACCOUNT])["authorizationData"]
    oci = Oci(server.url, password_of(data))
    assert oci.request("GET", "/v2/").status == 200
    answer = oci.tags(theirs.name).expect(403)
    assert answer.codes == ["DENIED"]
    assert f"ecr:ListImages on resource: {theirs.arn} because no resource-based policy" in answer.body.decode()
    assert oci.tags(repo.name).status == 403  # which names a repository of that registry, not of the caller's own


def test_the_registry_ids_are_checked(ecr: Any) -> None:
    element = "Member must satisfy constraint: [Member must satisfy regular expression pattern: [0-9]{12}]"
    assert refused(ecr.get_authorization_token, registryIds=["12345"]) == invalid("registryIds", element)
    least = "Member must have length greater than or equal to 1"
    assert refused(ecr.get_authorization_token, registryIds=[]) == invalid("registryIds", least)
    most = "Member must have length less than or equal to 10"
    ids = [f"{number:012}" for number in range(11)]
    assert refused(ecr.get_authorization_token, registryIds=ids) == invalid("registryIds", most)


def test_a_token_is_for_the_region_that_it_was_asked_in(server: Server, new_repo: Any, second_keys: Keys) -> None:
    abroad = client(server, region="eu-central-1", keys=second_keys)
    there = new_repo(abroad)
    oci = Oci(server.url, password_of(abroad.get_authorization_token()["authorizationData"][0]))
    assert oci.tags(there.name).status == 200
    at_home = Oci(server.url, server.password(keys=second_keys))
    assert at_home.tags(there.name).expect(404).codes == ["NAME_UNKNOWN"]
