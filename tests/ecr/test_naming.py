"""Registries under a domain have hosts in ECR's shape, and every answer that names a host names that one."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.conftest import StartServer
from tests.ecr.lab import SECOND_ACCOUNT, Repo, client
from tests.support.images import digest_of, tiny_image
from tests.support.oci import Oci

DOMAIN = "registry.example"
IMAGE = tiny_image("named")


def test_hosts_under_a_domain(start: StartServer) -> None:
    server = start(args=["--domain", DOMAIN], region="eu-west-1", account="123456789012")
    ecr, abroad = client(server), client(server, region="us-east-2")
    host = f"123456789012.dkr.ecr.eu-west-1.{DOMAIN}"
    made = ecr.create_repository(repositoryName="team/app")["repository"]
    assert made["repositoryUri"] == f"{host}/team/app"
    assert made["repositoryArn"] == "arn:aws:ecr:eu-west-1:123456789012:repository/team/app"
    there = abroad.create_repository(repositoryName="team/app")["repository"]
    assert there["repositoryUri"] == f"123456789012.dkr.ecr.us-east-2.{DOMAIN}/team/app"

    tokens = ecr.get_authorization_token(registryIds=["123456789012", SECOND_ACCOUNT])["authorizationData"]
    theirs = f"{SECOND_ACCOUNT}.dkr.ecr.eu-west-1.{DOMAIN}"
    assert [token["proxyEndpoint"] for token in tokens] == [f"http://{host}", f"http://{theirs}"]

    repo = Repo(ecr, "team/app", "123456789012")
    repo.push(IMAGE, "1")
    url = urlsplit(repo.get_download_url_for_layer(layerDigest=digest_of(IMAGE.layers[0]))["downloadUrl"])
    assert (url.scheme, url.netloc) == ("http", host)
    served = Oci(server.url).request("GET", url.path, headers={"Host": host}).expect(200)
    assert served.body == IMAGE.layers[0]
