"""CI as it logs in: by a role, and by a web identity without any stored secret; then docker pushes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.access_clients.houses import LOGIN, PULL, PUSH, Clients, House
from tests.sts.issuer import Issuer, jwk, rsa_key, serving
from tests.support.clients.aws_cli import AwsCli
from tests.support.images import tiny_image

IMAGE = tiny_image("sessions")
SUBJECT = "repo:octo-org/app:ref:refs/heads/main"

pytestmark = pytest.mark.clients


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def make_role(house: House, name: str, trusted: str, *actions: str) -> str:
    iam = house.server.boto3("iam")
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(Action=list(actions), Resource="*"))
    return arn


def delete_role(house: House, name: str) -> None:
    iam = house.server.boto3("iam")
    iam.delete_role_policy(RoleName=name, PolicyName="all")
    iam.delete_role(RoleName=name)


@pytest.fixture
def docker(house: House, clients: Clients) -> Callable[..., str]:
    """Runs docker with a home of its own for this test."""
    home = {"DOCKER_CONFIG": str(clients.folder / f"session-{house.public}")}
    return lambda *words, stdin="": clients.docker.run(*words, stdin=stdin, env=home)


def try_docker(house: House, clients: Clients, docker: Callable[..., str], password: str, role: str) -> None:
    """Logs in and pushes; neither deletes nor goes on once the role is gone."""
    repository = house.repository()
    reference = house.reference(repository)
    clients.load(IMAGE, [reference])
    docker("login", "--username", "AWS", "--password-stdin", house.server.host, stdin=password)
    assert "digest: sha256:" in docker("push", reference)
    with pytest.raises(AssertionError, match="not authorized to perform: ecr:BatchDeleteImage"):
        clients.skopeo(house.server.host, password).delete(reference)
    clients.docker.remove(reference)
    assert "Digest: sha256:" in docker("pull", reference)
    delete_role(house, role)
    with pytest.raises(AssertionError, match="Your authorization token is no longer valid"):
        docker("push", reference)


def test_assume_role_by_boto3(house: House, clients: Clients, docker: Callable[..., str]) -> None:
    user = house.user("sts:AssumeRole", *LOGIN)
    arn = house.server.boto3("sts", keys=user).get_caller_identity()["Arn"]
    trusted = policy(Principal={"AWS": arn}, Action="sts:AssumeRole")
    role = make_role(house, "by-role", trusted, *LOGIN, *PULL, *PUSH)
    sts = house.server.boto3("sts", keys=user)
    given = sts.assume_role(RoleArn=role, RoleSessionName="build")["Credentials"]
    ecr: Any = boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=house.server.region,
    ).client("ecr", endpoint_url=house.server.url)
    data = ecr.get_authorization_token()["authorizationData"][0]
    assert data["expiresAt"] == given["Expiration"]
    password = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
    try_docker(house, clients, docker, password, "by-role")


def test_web_identity_by_the_environment(
    house: House, clients: Clients, docker: Callable[..., str], tmp_path: Path
) -> None:
    with serving() as issuer:
        issuer.publish([jwk(rsa_key())])
        host = issuer.url.partition("://")[2]
        iam = house.server.boto3("iam")
        provider = iam.create_open_id_connect_provider(Url=issuer.url, ClientIDList=["sts.amazonaws.com"])
        trusted = policy(
            Principal={"Federated": provider["OpenIDConnectProviderArn"]},
            Action="sts:AssumeRoleWithWebIdentity",
            Condition={"StringEquals": {f"{host}:sub": SUBJECT, f"{host}:aud": "sts.amazonaws.com"}},
        )
        role = make_role(house, "by-token", trusted, *LOGIN, *PULL, *PUSH)
        source, file = Issuer(issuer.url, datetime.now(UTC)), tmp_path / "token"
        ci = AwsCli(
            tmp_path / "ci",
            {
                "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
                "AWS_ROLE_ARN": role,
                "AWS_DEFAULT_REGION": house.server.region,
                "AWS_ENDPOINT_URL": house.server.url,
                "AWS_EC2_METADATA_DISABLED": "true",
            },
        )
        file.write_text(source.token(sub="repo:octo-org/app:ref:refs/heads/other"))
        with pytest.raises(AssertionError, match="AccessDenied"):
            ci.password()
        file.write_text(source.token(sub=SUBJECT))
        try_docker(house, clients, docker, ci.password(), "by-token")
