"""A principal without rights: refused by the action that it lacks, and told nothing of what is there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from entrepot.context import App, Context, Principal, Registry
from entrepot.rules.actions import OPERATIONS, ROUTES
from entrepot.services import tokens
from tests.attacks.signed import sign
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.images import OCI_MANIFEST, tiny_image
from tests.support.people import add_user
from tests.support.server import Keys, Server

ACCOUNT = "123456789012"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/alice"
DIGEST = "sha256:" + "0" * 64
UPLOAD = "4c2b9a3e-0000-4000-8000-000000000000"
IMAGE = tiny_image("never to be stored")
POLICY = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture(scope="module")
def alice(server: Server) -> Keys:
    """A user who may do nothing."""
    return add_user(server, "alice")


@pytest.fixture(scope="module")
def her_password(server: Server, alice: Keys) -> str:
    """A password of hers, which she could not get herself: asked for as root, in her key's name."""
    registry = Registry(ACCOUNT, "us-east-1")
    asking = Principal(f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT, ACCOUNT, alice.access_key_id)

    async def issue(app: App) -> str:
        return (await tokens.issue(app, Context(asking, registry, "request", app.clock()), [registry]))[0].password

    return in_app(server.data, issue)


@pytest.fixture(scope="module")
def her(server: Server, her_password: str) -> Checked:
    """A client of hers."""
    return Checked(server.url, her_password)


REQUESTS = {
    "catalog": ("GET", "/v2/_catalog"),
    "tags": ("GET", "/v2/{}/tags/list"),
    "referrers": ("GET", f"/v2/{{}}/referrers/{DIGEST}"),
    "manifest.get": ("GET", "/v2/{}/manifests/v1"),
    "manifest.put": ("PUT", "/v2/{}/manifests/v1"),
    "manifest.delete": ("DELETE", "/v2/{}/manifests/v1"),
    "blob.get": ("GET", f"/v2/{{}}/blobs/{DIGEST}"),
    "blob.delete": ("DELETE", f"/v2/{{}}/blobs/{DIGEST}"),
    "upload.start": ("POST", "/v2/{}/blobs/uploads/"),
    "upload.monolithic": ("POST", f"/v2/{{}}/blobs/uploads/?digest={DIGEST}"),
    "upload.mount": ("POST", f"/v2/{{}}/blobs/uploads/?mount={DIGEST}&from=x-y"),
    "upload.status": ("GET", f"/v2/{{}}/blobs/uploads/{UPLOAD}"),
    "upload.patch": ("PATCH", f"/v2/{{}}/blobs/uploads/{UPLOAD}"),
    "upload.put": ("PUT", f"/v2/{{}}/blobs/uploads/{UPLOAD}?digest={DIGEST}"),
    "upload.cancel": ("DELETE", f"/v2/{{}}/blobs/uploads/{UPLOAD}"),
}
DELETING = {"manifest.delete", "blob.delete"}


@pytest.mark.parametrize("route", REQUESTS)
def test_refused_by_the_action_of_the_route(her: Checked, earlier: str, route: Any) -> None:
    """One that exists and one that does not: but for the name in it, the answer is the same."""
    method, path = REQUESTS[route]
    messages: list[str] = []
    for name in (earlier, "no-such-repository"):
        body = IMAGE.manifest if route == "manifest.put" else None
        headers = {"Content-Type": OCI_MANIFEST} if body else {"Content-Length": "0"}
        answer = her.request(method, path.format(name), headers=headers, body=body).expect(403)
        assert answer.codes == ["DENIED"]
        messages.append(answer.json()["errors"][0]["message"].replace(name, "NAME"))
    assert messages[0] == messages[1]
    action = ROUTES[route].actions[0]
    resource = "*" if route == "catalog" else "NAME"
    denial, advice = messages[0].split(". ", 1)
    assert denial == (
        f"User: {ALICE} is not authorized to perform: {action} on resource: "
        f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{resource} "
        f"because no identity-based policy allows the {action} action"
    )
    assert advice.startswith(f"Ask an administrator of account {ACCOUNT}")
    assert ("BatchDeleteImage" in action) == (route in DELETING), "a push that may delete, or the other way round"


def test_heads_are_refused_too(her: Checked, earlier: str) -> None:
    for path in (f"/v2/{earlier}/manifests/v1", f"/v2/{earlier}/blobs/{DIGEST}"):
        her.request("HEAD", path).expect(403)


def test_a_password_of_hers_is_good_for_the_ping_only(her: Checked) -> None:
    her.request("GET", "/v2/").expect(200)


BODIES: dict[str, dict[str, Any]] = {
    "GetAuthorizationToken": {},
    "DescribeRepositories": {},
    "CreateRepository": {"repositoryName": "{}"},
    "DeleteRepository": {"repositoryName": "{}", "force": True},
    "ListImages": {"repositoryName": "{}"},
    "DescribeImages": {"repositoryName": "{}"},
    "BatchGetImage": {"repositoryName": "{}", "imageIds": [{"imageTag": "v1"}]},
    "BatchDeleteImage": {"repositoryName": "{}", "imageIds": [{"imageTag": "v1"}]},
    "PutImage": {"repositoryName": "{}", "imageManifest": IMAGE.manifest.decode(), "imageTag": "v1"},
    "InitiateLayerUpload": {"repositoryName": "{}"},
    "UploadLayerPart": {
        "repositoryName": "{}",
        "uploadId": UPLOAD,
        "partFirstByte": 0,
        "partLastByte": 3,
        "layerPartBlob": "QUJDRA==",
    },
    "CompleteLayerUpload": {"repositoryName": "{}", "uploadId": UPLOAD, "layerDigests": [DIGEST]},
    "BatchCheckLayerAvailability": {"repositoryName": "{}", "layerDigests": [DIGEST]},
    "GetDownloadUrlForLayer": {"repositoryName": "{}", "layerDigest": DIGEST},
    "ListImageReferrers": {"repositoryName": "{}", "subjectId": {"imageDigest": DIGEST}},
    "PutImageTagMutability": {"repositoryName": "{}", "imageTagMutability": "MUTABLE"},
    "ListTagsForResource": {"resourceArn": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{{}}"},
    "TagResource": {
        "resourceArn": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{{}}",
        "tags": [{"Key": "a", "Value": "b"}],
    },
    "UntagResource": {"resourceArn": f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{{}}", "tagKeys": ["a"]},
    "DescribeRegistry": {},
    "GetAccountSetting": {"name": "BLOB_MOUNTING"},
    "PutAccountSetting": {"name": "BLOB_MOUNTING", "value": "ENABLED"},
    "SetRepositoryPolicy": {"repositoryName": "{}", "policyText": POLICY},
    "GetRepositoryPolicy": {"repositoryName": "{}"},
    "DeleteRepositoryPolicy": {"repositoryName": "{}"},
    "PutRegistryPolicy": {"policyText": POLICY},
    "GetRegistryPolicy": {},
    "DeleteRegistryPolicy": {},
}


@pytest.mark.parametrize("operation", BODIES)
def test_refused_by_the_action_of_the_operation(server: Server, alice: Keys, earlier: str, operation: str) -> None:
    messages: list[str] = []
    for name in (earlier, "no-such-repository"):
        text = msgspec.json.encode(BODIES[operation]).decode().replace("{}", name) if BODIES[operation] else "{}"
        reply = sign(server, operation, text.encode(), keys=alice).send()
        assert (reply.status, reply.code) == (400, "AccessDeniedException")
        messages.append(reply.body["message"].replace(name, "NAME"))
    assert messages[0] == messages[1]
    assert f"perform: {OPERATIONS[operation].actions[0]} on resource" in messages[0]


def test_every_operation_that_answers_was_tried(server: Server) -> None:
    """An operation that is added is refused to her too, or this fails."""
    answering: set[str] = set()
    for operation in OPERATIONS:
        reply = sign(server, operation, b'{"no":"such member"}').send()
        if reply.code != "UnsupportedCommandException":
            answering.add(operation)
    assert answering == set(BODIES)
