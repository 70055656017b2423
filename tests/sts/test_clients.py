"""boto3 with temporary credentials, and what they are good for at both doors."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sts.issuer import Issuer, Served, ec_key, jwk, rsa_key, serving
from tests.sts.world import allow, trust
from tests.support.oci import Oci
from tests.support.server import Keys, Server

WEB = "sts:AssumeRoleWithWebIdentity"
PULL_ONLY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly"
POWER_USER = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"
ONCE = Config(retries={"total_max_attempts": 1})


def client(server: Server, service: str, given: dict[str, Any]) -> Any:
    """A client with the Credentials of an answer of STS."""
    return boto3.Session().client(
        service, endpoint_url=server.url, region_name=server.region, config=ONCE,
        aws_access_key_id=given["AccessKeyId"], aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )  # fmt: skip


def code(operation: Callable[..., Any], **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        operation(**arguments)
    answer: Any = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.fixture(scope="module")
def iam(server: Server) -> Any:
    return server.boto3("iam")


@pytest.fixture
def names(new_name: Callable[[], str]) -> Callable[[str], str]:
    return lambda kind: f"sts-{kind}-{new_name()}"


@pytest.fixture
def user(server: Server, iam: Any, names: Callable[[str], str]) -> tuple[str, Any]:
    """The ARN of a new user without rights, and STS as that user."""
    name = names("user")
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return arn, server.boto3("sts", keys=Keys(key["AccessKeyId"], key["SecretAccessKey"]))


def make_role(iam: Any, name: str, trusted: str, *policy_arns: str) -> str:
    arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted)["Role"]["Arn"]
    for policy in policy_arns:
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return arn


def add_provider(server: Server, url: str) -> str:
    """Registers an issuer on this machine."""
    made = server.boto3("iam").create_open_id_connect_provider(Url=url, ClientIDList=["sts.amazonaws.com"])
    arn: str = made["OpenIDConnectProviderArn"]
    return arn


def delete_role(iam: Any, name: str) -> None:
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
    iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Served]:
    with serving() as served:
        served.publish([jwk(rsa_key())])
        yield served


def test_assume_role_and_push(
    server: Server, iam: Any, user: tuple[str, Any], names: Callable[[str], str], repository: str
) -> None:
    name = names("role")
    arn = make_role(iam, name, trust(user[0]), POWER_USER)
    answer = user[1].assume_role(RoleArn=arn, RoleSessionName="build", DurationSeconds=900)
    given, who = answer["Credentials"], answer["AssumedRoleUser"]
    assert given["AccessKeyId"].startswith("ASIA")
    left = (given["Expiration"] - datetime.now(UTC)).total_seconds()
    assert 800 < left <= 900
    assert answer["SessionTokenSize"] == len(given["SessionToken"])
    identity = client(server, "sts", given).get_caller_identity()
    assert identity["Arn"] == who["Arn"] == f"arn:aws:sts::{identity['Account']}:assumed-role/{name}/build"
    assert identity["UserId"] == who["AssumedRoleId"]

    ecr = client(server, "ecr", given)
    data = ecr.get_authorization_token()["authorizationData"][0]
    assert (data["expiresAt"] - given["Expiration"]).total_seconds() == 0
    password = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
    oci = Oci(server.url, password)
    oci.request("POST", f"/v2/{repository}/blobs/uploads/").expect(202)
    assert code(ecr.delete_repository, repositoryName=repository) == (400, "AccessDeniedException")

    delete_role(iam, name)
    assert code(ecr.describe_registry) == (400, "UnrecognizedClientException")
    assert code(client(server, "sts", given).get_caller_identity) == (403, "InvalidClientTokenId")
    oci.request("POST", f"/v2/{repository}/blobs/uploads/").expect(401)


def test_session_policies_and_refusals(
    server: Server, iam: Any, user: tuple[str, Any], names: Callable[[str], str], repository: str
) -> None:
    arn = make_role(iam, names("role"), trust(user[0]), POWER_USER)
    sts = user[1]
    narrow = {"RoleArn": arn, "RoleSessionName": "narrow"}
    answer = sts.assume_role(**narrow, Policy=allow("ecr:DescribeImages"), PolicyArns=[{"arn": PULL_ONLY}])
    assert 0 < answer["PackedPolicySize"] < 20
    ecr = client(server, "ecr", answer["Credentials"])
    ecr.describe_images(repositoryName=repository)
    assert code(ecr.list_images, repositoryName=repository) == (400, "AccessDeniedException")

    assert code(sts.assume_role, **narrow, Policy="{") == (400, "MalformedPolicyDocument")
    assert code(sts.assume_role, **narrow, Policy=" " * 2049) == (400, "ValidationError")
    assert code(sts.assume_role, **narrow, DurationSeconds=3601) == (400, "ValidationError")
    assert code(sts.assume_role, **narrow, SourceIdentity="me") == (400, "ValidationError")
    assert code(sts.assume_role, **narrow, SerialNumber="1" * 9, TokenCode="123456") == (403, "AccessDenied")
    assert code(sts.assume_role, **{**narrow, "RoleArn": f"{arn}x"}) == (403, "AccessDenied")
    assert code(server.boto3("sts").assume_role, **narrow) == (403, "AccessDenied")


def test_a_users_session(server: Server, user: tuple[str, Any]) -> None:
    given = user[1].get_session_token(DurationSeconds=900)["Credentials"]
    sts = client(server, "sts", given)
    assert sts.get_caller_identity()["Arn"] == user[0]
    assert code(sts.get_session_token) == (403, "AccessDenied")
    assert code(sts.get_access_key_info, AccessKeyId=given["AccessKeyId"]) == (403, "AccessDenied")
    assert code(client(server, "iam", given).get_user) == (403, "InvalidClientTokenId")
    root = server.boto3("sts")
    for key_id in (given["AccessKeyId"], server.keys.access_key_id):
        account = root.get_access_key_info(AccessKeyId=key_id)["Account"]
        assert account == root.get_caller_identity()["Account"]
    assert code(root.get_access_key_info, AccessKeyId="ASIA" + "A" * 16) == (400, "ValidationError")


@pytest.mark.parametrize("token", [None, "", "no token", "A" * 400])
def test_a_key_without_its_token(server: Server, user: tuple[str, Any], token: str | None) -> None:
    given = user[1].get_session_token()["Credentials"]
    ecr = client(server, "ecr", {**given, "SessionToken": token})
    assert code(ecr.describe_registry) == (400, "UnrecognizedClientException")


def test_web_identity_from_the_environment(
    server: Server, iam: Any, issuer: Served, names: Callable[[str], str], repository: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    host = issuer.url.partition("://")[2]
    federated = {"Federated": add_provider(server, issuer.url)}
    subject = {"StringLike": {f"{host}:sub": "repo:octo-org/*"}, "StringEquals": {f"{host}:aud": "sts.amazonaws.com"}}
    arn = make_role(iam, names("role"), trust(federated, WEB, Condition=subject), POWER_USER)
    source = Issuer(issuer.url, datetime.now(UTC))
    file = tmp_path / "token"
    file.write_text(source.token(sub="repo:octo-org/octo-repo:ref:refs/heads/main"))

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
    monkeypatch.setenv("AWS_REGION", server.region)
    monkeypatch.setenv("AWS_DEFAULT_REGION", server.region)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(file))
    monkeypatch.setenv("AWS_ROLE_ARN", arn)
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "ci")
    session = boto3.Session()
    assert session.client("sts").get_caller_identity()["Arn"].endswith("/ci")
    data = session.client("ecr").get_authorization_token()["authorizationData"][0]
    password = base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
    Oci(server.url, password).request("POST", f"/v2/{repository}/blobs/uploads/").expect(202)

    sts = session.client("sts", config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}))
    given = {"RoleArn": arn, "RoleSessionName": "ci"}
    good = sts.assume_role_with_web_identity(**given, WebIdentityToken=file.read_text())
    assert good["SubjectFromWebIdentityToken"] == "repo:octo-org/octo-repo:ref:refs/heads/main"
    assert (good["Provider"], good["Audience"]) == (issuer.url, "sts.amazonaws.com")

    def refused(token: str) -> tuple[int, str]:
        return code(sts.assume_role_with_web_identity, **given, WebIdentityToken=token)

    moment = int(source.now.timestamp())
    assert refused(source.token(sub="repo:evil/repo:ref:refs/heads/main")) == (403, "AccessDenied")
    assert refused(source.token(exp=moment - 60)) == (400, "ExpiredTokenException")
    assert refused(source.token(key=rsa_key(1))) == (400, "InvalidIdentityToken")
    assert refused("aaaa") == (400, "InvalidIdentityToken")
    source_identity = {"https://aws.amazon.com/source_identity": "somebody"}
    assert refused(source.token(**source_identity)) == (403, "IDPRejectedClaim")
    issuer.publish([jwk(rsa_key()), jwk(ec_key(), "key-2")])
    assert len([path for path in issuer.log if path == "/keys"]) <= 2, "each process asks once an hour"


def test_a_provider_that_does_not_answer(server: Server, iam: Any, names: Callable[[str], str]) -> None:
    with serving() as served:
        gone = served.url
    role = make_role(iam, names("role"), trust({"Federated": add_provider(server, gone)}, WEB))
    token = Issuer(gone, datetime.now(UTC)).token()
    sts = boto3.Session().client(
        "sts", endpoint_url=server.url, region_name=server.region, config=ONCE.merge(Config(signature_version=UNSIGNED))
    )
    given = {"RoleArn": role, "RoleSessionName": "ci", "WebIdentityToken": token}
    assert code(sts.assume_role_with_web_identity, **given) == (400, "IDPCommunicationError")
    unsigned = Oci(server.url)
    for operation in ("AssumeRole", "GetCallerIdentity", "GetSessionToken", "CreateUser"):
        answer = unsigned.request("GET", f"/?Action={operation}&Version=2011-06-15").expect(403)
        assert b"<Code>MissingAuthenticationToken</Code>" in answer.body
    unsigned.request("GET", f"/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&{json.dumps(1)}").expect(400)
