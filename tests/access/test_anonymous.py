"""Pulls without credentials: only where a repository's policy says so, and nothing but pulls."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests.access.conftest import HOME, OTHER, Guarded
from tests.access.eventually import settled
from tests.access.people import grant
from tests.oci.checked import Checked
from tests.support.images import tiny_image

IMAGE = tiny_image("anonymous")
PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")


@pytest.fixture(scope="module")
def public(guarded: Guarded) -> str:
    """A repository that everyone may pull from."""
    name = "public/app"
    guarded.root.create_repository(repositoryName=name)
    guarded.oci(guarded.server.keys).push_image(name, IMAGE, "v1")
    guarded.set_policy(name, grant("*", *PULL))
    settled(lambda: guarded.oci().get_manifest(name, "v1").status == 200)
    return name


@pytest.fixture(scope="module")
def private(guarded: Guarded) -> str:
    name = "private/app"
    guarded.root.create_repository(repositoryName=name)
    guarded.oci(guarded.server.keys).push_image(name, IMAGE, "v1")
    return name


def test_a_pull(guarded: Guarded, public: str) -> None:
    nobody = guarded.oci()
    assert nobody.pull_image(public, "v1")[IMAGE.digest] == IMAGE.manifest
    assert nobody.head_manifest(public, "v1").status == 200
    config = nobody.get_manifest(public, "v1").json()["config"]["digest"]
    assert nobody.head_blob(public, config).status == 200


def test_a_plain_host_stands_for_the_deployments_own_registry(guarded: Guarded, public: str) -> None:
    assert Checked(guarded.server.url).get_manifest(public, "v1").status == 200


def test_another_accounts_registry_has_nothing(guarded: Guarded, public: str) -> None:
    answer = guarded.oci(account=OTHER).get_manifest(public, "v1")
    assert (answer.status, answer.codes) == (401, ["UNAUTHORIZED"])


def test_an_empty_user_and_password_are_none(guarded: Guarded, public: str, private: str) -> None:
    """containers/image sends them in answer to a Basic challenge that it has no credentials for."""
    empty = {"Authorization": "Basic " + base64.b64encode(b":").decode()}
    assert guarded.oci().request("GET", f"/v2/{public}/manifests/v1", headers=empty).status == 200
    assert guarded.oci().request("GET", f"/v2/{private}/manifests/v1", headers=empty).status == 401


def test_wrong_credentials_are_no_anonymous_ones(guarded: Guarded, public: str) -> None:
    for wrong in ("Basic " + base64.b64encode(b"AWS:wrong").decode(), "Bearer x", "Basic"):
        answer = guarded.oci().request("GET", f"/v2/{public}/manifests/v1", headers={"Authorization": wrong})
        assert answer.status == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/{name}/blobs/uploads/"),
        ("PUT", "/v2/{name}/manifests/v2"),
        ("DELETE", "/v2/{name}/manifests/v1"),
        ("DELETE", "/v2/{name}/blobs/{digest}"),
        ("GET", "/v2/{name}/blobs/uploads/0"),
        ("GET", "/v2/_catalog"),
        ("GET", "/v2/{name}/tags/list"),
        ("GET", "/v2/{name}/referrers/{digest}"),
        ("GET", "/v2/"),
    ],
)
def test_nothing_else(guarded: Guarded, fresh: Callable[[str], str], method: str, path: str) -> None:
    """Not even where the policy allows everything to everyone."""
    name = fresh("repository")
    guarded.root.create_repository(repositoryName=name)
    guarded.oci(guarded.server.keys).push_image(name, IMAGE, "v1")
    guarded.set_policy(name, grant("*", "ecr:*"))
    settled(lambda: guarded.oci().get_manifest(name, "v1").status == 200)
    answer = guarded.oci().request(method, path.format(name=name, digest=IMAGE.digest))
    assert (answer.status, answer.codes) == (401, ["UNAUTHORIZED"])
    assert answer.headers["www-authenticate"].startswith('Bearer realm="')
    assert guarded.oci().get_manifest(name, "v1").status == 200


def test_what_is_private_looks_as_if_it_were_not_there(guarded: Guarded, private: str) -> None:
    nobody = guarded.oci()
    for path in ("manifests/v1", f"manifests/{IMAGE.digest}", f"blobs/{IMAGE.digest}", "tags/list", "blobs/junk"):
        there = nobody.request("GET", f"/v2/{private}/{path}")
        absent = nobody.request("GET", f"/v2/{private}-not/{path}")
        invalid = nobody.request("GET", f"/v2/{private.upper()}/{path}")
        assert there.status == 401
        assert {there.body, absent.body, invalid.body} == {there.body}
        assert there.headers["www-authenticate"] == absent.headers["www-authenticate"]


@pytest.mark.parametrize(
    "policy",
    [
        grant({"AWS": HOME}, *PULL),
        grant({"AWS": OTHER}, *PULL),
        grant("*", *PULL, Condition={"StringEquals": {"aws:PrincipalAccount": HOME}}),
        grant("*", *PULL, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        grant("*", "ecr:ListImages"),
    ],
)
def test_other_policies_let_nobody_in(guarded: Guarded, repository: str, policy: object) -> None:
    guarded.oci(guarded.server.keys).push_image(repository, IMAGE, "v1")
    guarded.set_policy(repository, grant("*", *PULL))
    settled(lambda: guarded.oci().get_manifest(repository, "v1").status == 200)
    guarded.set_policy(repository, policy)
    settled(lambda: guarded.oci().get_manifest(repository, "v1").status == 401)


def test_for_one_network(guarded: Guarded, repository: str) -> None:
    guarded.oci(guarded.server.keys).push_image(repository, IMAGE, "v1")
    guarded.set_policy(repository, grant("*", *PULL, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))

    def status(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return guarded.oci().request("GET", f"/v2/{repository}/manifests/v1", headers=headers).status

    settled(lambda: status("203.0.113.7") == 200)
    assert [status("203.0.113.7"), status("198.51.100.7"), status("203.0.113.7, 198.51.100.7")] == [200, 401, 401]
