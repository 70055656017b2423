"""Which registry a request is about: the one its host names, else the one its password is for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.oci.fixtures import SECOND_ACCOUNT
from tests.support.images import tiny_image
from tests.support.server import Keys, Server

REGION = "eu-central-1"
NAME = "of-a-region"
HOSTS = [
    "{account}.dkr.ecr.{region}.example.com",
    "{account}.dkr.ecr.{region}.example.com:3277",
    "{account}.DKR.ECR.{region}.Example.COM",
    "{account}.dkr.ecr.{region}.example.com.",
    "{account}.dkr.ecr.{region}.amazonaws.com",
    "{account}.dkr.ecr-fips.{region}.amazonaws.com",
    "{account}.dkr-ecr.{region}.on.aws",
    "{account}.dkr-ecr-fips.{region}.on.aws",
]


@pytest.fixture(scope="module")
def account(ecr: Any) -> str:
    return ecr.describe_registry()["registryId"]


@pytest.fixture(scope="module")
def password_there(server: Server) -> str:
    """A password for the other Region, which has one repository with one image."""
    server.boto3("ecr", region=REGION).create_repository(repositoryName=NAME)
    password = server.password(region=REGION)
    Checked(server.url, password).push_image(NAME, tiny_image("regional"), "v1")
    return password


@pytest.mark.parametrize("pattern", HOSTS)
def test_the_host_names_the_registry(server: Server, account: str, password_there: str, pattern: str) -> None:
    host = pattern.format(account=account, region=REGION)
    oci = Checked(server.url, password_there, host=host)
    assert oci.pull_image(NAME, "v1") == tiny_image("regional").contents()
    assert oci.request("GET", "/v2/_catalog").json() == {"repositories": [NAME]}


def test_pushing_by_host(server: Server, account: str, password_there: str, oci: Checked) -> None:
    host = f"{account}.dkr.ecr.{REGION}.example.com"
    image = tiny_image("pushed by host")
    Checked(server.url, password_there, host=host).push_image(NAME, image, "by-host")
    assert Checked(server.url, password_there).pull_image(NAME, "by-host") == image.contents()
    assert oci.get_manifest(NAME, "by-host").expect(404).codes == ["NAME_UNKNOWN"]


@pytest.mark.parametrize("pattern", HOSTS)
def test_a_password_is_good_in_its_own_region(server: Server, account: str, password: str, pattern: str) -> None:
    host = pattern.format(account=account, region=REGION)
    answer = Checked(server.url, password, host=host).get_manifest(NAME, "v1").expect(401)
    assert answer.codes == ["UNAUTHORIZED"]
    assert answer.headers["www-authenticate"] == f'Basic realm="http://{host}/",service="ecr.amazonaws.com"'


@pytest.mark.parametrize(
    "pattern",
    [
        "localhost",
        "registry.example.com",
        "{account}.dkr.ecr.{region}",
        "x{account}.dkr.ecr.{region}.example.com",
        "1{account}.dkr.ecr.{region}.example.com",
        "evil.{account}.dkr.ecr.{region}.example.com",
        "{account}.ecr.{region}.example.com",
        "{account}.dkr.ecr.nowhere.example.com",
    ],
)
def test_any_other_host_leaves_it_to_the_password(
    server: Server, account: str, password_there: str, pattern: str
) -> None:
    host = pattern.format(account=account, region="eu-west-1")
    oci = Checked(server.url, password_there, host=host)
    assert oci.get_manifest(NAME, "v1").expect(200).body == tiny_image("regional").manifest


def test_an_account_is_for_its_own(server: Server, account: str, password: str, second_oci: Checked) -> None:
    """Whether the repository exists or not, the answer is the same."""
    second_host = f"{SECOND_ACCOUNT}.dkr.ecr.{server.region}.example.com"
    first_host = f"{account}.dkr.ecr.{server.region}.example.com"
    trespassers = [
        Checked(server.url, password, host=second_host),
        Checked(server.url, second_oci.password, host=first_host),
    ]
    for oci in trespassers:
        for name in (NAME, "no-such-repository"):
            answer = oci.get_manifest(name, "v1").expect(403)
            assert answer.codes == ["DENIED"]
            assert "is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:" in answer.body.decode()
        assert oci.request("GET", "/v2/_catalog").expect(403).codes == ["DENIED"]


def test_accounts_share_names_but_nothing_else(
    server: Server, oci: Checked, second_oci: Checked, second_ecr: Any, repository: str, second_keys: Keys
) -> None:
    second_ecr.create_repository(repositoryName=repository)
    mine, theirs = tiny_image("mine"), tiny_image("theirs")
    oci.push_image(repository, mine, "v1")
    second_oci.push_image(repository, theirs, "v1")
    assert oci.get_manifest(repository, "v1").body == mine.manifest
    assert second_oci.get_manifest(repository, "v1").body == theirs.manifest
    host = f"{SECOND_ACCOUNT}.dkr.ecr.{server.region}.example.com"
    by_host = Checked(server.url, server.password(keys=second_keys), host=host)
    assert by_host.get_manifest(repository, "v1").body == theirs.manifest
    assert oci.get_manifest(repository, theirs.digest).expect(404).codes == ["MANIFEST_UNKNOWN"]
