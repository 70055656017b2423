"""What the two doors give away before they have decided: nothing that depends on what is there, or on who says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from entrepot.services import credentials
from tests.access.eventually import settled
from tests.attacks.signed import sign
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.images import OCI_MANIFEST, tiny_image
from tests.support.server import Keys, Server

HOME, AWAY = "123456789012", "555555555555"
IMAGE = tiny_image("doors")
LAYER = IMAGE.document["layers"][0]["digest"]
UPLOAD = "4c2b9a3e-0000-4000-8000-000000000000"
ABSENT = "doors/absent-00"
LOGIN = "ecr:GetAuthorizationToken"

REQUESTS = [
    ("GET", "/v2/{}/tags/list", None),
    ("GET", "/v2/{}/referrers/" + IMAGE.digest, None),
    ("GET", "/v2/{}/referrers/sha256:no", None),
    ("GET", "/v2/{}/manifests/v1", None),
    ("HEAD", "/v2/{}/manifests/v1", None),
    ("GET", "/v2/{}/manifests/sha256:no", None),
    ("PUT", "/v2/{}/manifests/v1", IMAGE.manifest),
    ("PUT", "/v2/{}/manifests/v1", b"no manifest"),
    ("DELETE", "/v2/{}/manifests/v1", None),
    ("DELETE", "/v2/{}/manifests/" + IMAGE.digest, None),
    ("GET", "/v2/{}/blobs/" + LAYER, None),
    ("HEAD", "/v2/{}/blobs/" + LAYER, None),
    ("DELETE", "/v2/{}/blobs/" + LAYER, None),
    ("POST", "/v2/{}/blobs/uploads/", None),
    ("POST", "/v2/{}/blobs/uploads/?mount=" + LAYER + "&from={}", None),
    ("POST", "/v2/{}/blobs/uploads/?digest=" + LAYER, b"other bytes"),
    ("GET", "/v2/{}/blobs/uploads/{upload}", None),
    ("PATCH", "/v2/{}/blobs/uploads/{upload}", b"bytes"),
    ("PUT", "/v2/{}/blobs/uploads/{upload}?digest=" + LAYER, None),
    ("DELETE", "/v2/{}/blobs/uploads/{upload}", None),
]
OPERATIONS: Mapping[str, dict[str, Any]] = {
    "DescribeRepositories": {"repositoryNames": ["{}"]},
    "ListImages": {"repositoryName": "{}"},
    "BatchGetImage": {"repositoryName": "{}", "imageIds": [{"imageTag": "v1"}]},
    "GetDownloadUrlForLayer": {"repositoryName": "{}", "layerDigest": LAYER},
    "InitiateLayerUpload": {"repositoryName": "{}"},
    "PutImage": {"repositoryName": "{}", "imageManifest": "no manifest"},
    "SetRepositoryPolicy": {"repositoryName": "{}", "policyText": "no policy"},
    "GetRepositoryPolicy": {"repositoryName": "{}"},
    "CreateRepository": {"repositoryName": "{}"},
    "DeleteRepository": {"repositoryName": "{}", "force": True},
}


def policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


REPOSITORIES = {
    "doors/plain--00": None,
    "doors/denied-00": policy(Effect="Deny", Principal="*", NotAction="ecr:SetRepositoryPolicy"),
    "doors/others-00": policy(Principal={"AWS": "arn:aws:iam::999999999999:root"}, Action="ecr:*"),
}
"""Names as long as ABSENT, with their policies."""


@pytest.fixture(scope="module")
def there(ecr: Any, oci: Checked) -> Mapping[str, str]:
    """The id of an upload in each of REPOSITORIES."""
    uploads: dict[str, str] = {}
    for name, text in REPOSITORIES.items():
        ecr.create_repository(repositoryName=name, tags=[{"Key": "team", "Value": "secret"}])
        oci.push_image(name, IMAGE, "v1")
        uploads[name] = oci.begin_upload(name).rpartition("/")[2]
        if text:
            ecr.set_repository_policy(repositoryName=name, policyText=text, force=True)
    return uploads


@pytest.fixture(scope="module")
def strangers(server: Server) -> Mapping[str, Keys]:
    """Who may do nothing with REPOSITORIES: each could find out by another way."""
    away = in_app(server.data, lambda app: credentials.ensure_root(app, AWAY))
    denying = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Null": {"aws:ResourceTag/team": "false"}},
    }
    login = {"Effect": "Allow", "Action": LOGIN, "Resource": "*"}
    tagged: dict[str, Any] = {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}
    tagged["Condition"] = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
    elsewhere = {"Effect": "Allow", "Action": "ecr:*", "Resource": f"arn:aws:ecr:*:{HOME}:repository/other/*"}

    def user(name: str, *statements: Mapping[str, Any], keys: Keys | None = None) -> Keys:
        iam = server.boto3("iam", keys=keys)
        iam.create_user(UserName=name)
        text = json.dumps({"Version": "2012-10-17", "Statement": [login, *statements]})
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=text)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Keys(key["AccessKeyId"], key["SecretAccessKey"])

    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    return {
        "without rights": user("doors-none"),
        "with rights elsewhere": user("doors-elsewhere", elsewhere),
        "with rights by a tag": user("doors-tagged", tagged),
        "denied by a tag": user("doors-denied", denying),
        "of another account": user("doors-away", everything, keys=Keys(away.access_key_id, away.secret)),
    }


def ask(oci: Checked, method: str, path: str, body: bytes | None, name: str, upload: str) -> tuple[Any, ...]:
    """All that an answer says, but for its own id, the time and the repository's name."""
    content = {"Content-Type": OCI_MANIFEST} if "manifests" in path else {}
    answer = oci.request(method, path.replace("{}", name).replace("{upload}", upload), headers=content, body=body)
    headers = {key: value for key, value in answer.headers.items() if key not in ("x-amzn-requestid", "date")}
    return answer.status, headers, answer.body.replace(name.encode(), b"NAME")


WHO = [
    "nobody",
    "without rights",
    "with rights elsewhere",
    "with rights by a tag",
    "denied by a tag",
    "of another account",
]


@pytest.mark.parametrize("who", WHO)
def test_no_route_tells_strangers_what_is_there(
    server: Server, strangers: Mapping[str, Keys], there: Mapping[str, str], who: str
) -> None:
    password = None if who == "nobody" else server.password(keys=strangers[who])
    oci = Checked(server.url, password, host=f"{HOME}.dkr.ecr.{server.region}.amazonaws.com")
    if who == "with rights by a tag":
        settled(lambda: oci.get_manifest("doors/denied-00", "v1").status == 403)
    for method, path, body in REQUESTS:
        absent = ask(oci, method, path, body, ABSENT, UPLOAD)
        for name, upload in there.items():
            assert ask(oci, method, path, body, name, upload) == absent, f"{method} {path} {name}"
        assert absent[0] in ((401,) if who == "nobody" else (403, 400))
        assert absent[0] != 400 or "sha256:no" in path


@pytest.mark.parametrize("who", WHO[1:])
def test_no_operation_tells_strangers_what_is_there(
    server: Server, strangers: Mapping[str, Keys], there: Mapping[str, str], who: str
) -> None:
    there_or_not, away = (ABSENT, *there), who == "of another account"
    for operation, given in OPERATIONS.items():
        if away and operation == "CreateRepository":
            continue  # there is no creating in another account's registry
        request = json.dumps({**given, "registryId": HOME} if away else given)
        told: set[str] = set()
        for name in there_or_not:
            reply = sign(server, operation, request.replace("{}", name).encode(), keys=strangers[who]).send()
            assert (reply.status, reply.code) == (400, "AccessDeniedException"), f"{operation} {name}"
            told.add(json.dumps(reply.body).replace(name, "NAME"))
        assert len(told) == 1, operation


def test_who_has_rights_is_told_what_denies_them(server: Server, there: Mapping[str, str]) -> None:
    assert there
    iam = server.boto3("iam")
    iam.create_user(UserName="doors-admin")
    iam.put_user_policy(UserName="doors-admin", PolicyName="all", PolicyDocument=policy(Action="*", Resource="*"))
    key = iam.create_access_key(UserName="doors-admin")["AccessKey"]
    oci = Checked(server.url, server.password(keys=Keys(key["AccessKeyId"], key["SecretAccessKey"])))
    answer = oci.get_manifest("doors/denied-00", "v1").expect(403)
    assert "with an explicit deny in a resource-based policy" in answer.body.decode()


AGENTS = [
    "docker/28.2.2 go/go1.24",
    "containerd/2.0",
    "kube-probe/1.33",
    "ELB-HealthChecker/2.0",
    "trivy",
    "Harbor",
    "",
]


@pytest.mark.parametrize("agent", AGENTS)
def test_no_user_agent_is_let_off(
    server: Server, strangers: Mapping[str, Keys], there: Mapping[str, str], agent: str
) -> None:
    assert there
    for password in (None, server.password(keys=strangers["without rights"])):
        oci, answers = Checked(server.url, password), []
        for headers in ({"User-Agent": agent}, {"User-Agent": "python"}):
            for method, path in (("GET", "/v2/doors/plain--00/manifests/v1"), ("GET", "/v2/_catalog")):
                answer = oci.request(method, path, headers=headers)
                answers.append((answer.status, answer.body, answer.headers.get("www-authenticate")))
        assert answers[:2] == answers[2:]
        assert {status for status, _, _ in answers} == {403 if password else 401}


def test_the_realm_is_the_host_that_the_client_used(server: Server, new_name: Callable[[], str]) -> None:
    """No header sends a client, and its password with it, anywhere else."""
    region = "ap-northeast-3"
    open_ecr, name = server.boto3("ecr", region=region), new_name()
    open_ecr.create_repository(repositoryName=name)
    open_ecr.set_repository_policy(repositoryName=name, policyText=policy(Principal="*", Action="ecr:BatchGetImage"))
    host = f"{HOME}.dkr.ecr.{region}.amazonaws.com"
    wanted = f'Bearer realm="http://{host}/v2/_token",service="ecr.amazonaws.com"'
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "//evil.example/",
    }

    def challenge() -> str:
        return Checked(server.url, host=host).request("GET", "/v2/", headers=headers).headers["www-authenticate"]

    settled(lambda: challenge() == wanted)
