"""What succeeds has asked for every action that `rules.actions` names, in that order and on that resource alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from entrepot.context import App
from entrepot.rules.actions import ROUTES, operation_need
from tests.ecr.asking import SERVICE, Asked, Asking, record
from tests.ecr.lab import Repo, client
from tests.oci.inprocess import in_app
from tests.support.images import OCI_MANIFEST, digest_of, tiny_image
from tests.support.server import Server

IMAGE = tiny_image("asked")
CONFIG, LAYER = IMAGE.blobs


@pytest.fixture
def watch(server: Server, account: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs a test's work with a root that is watched."""
    asked = record(monkeypatch)

    def run(work: Callable[[Asking], Any], region: str = server.region) -> None:
        async def begin(app: App) -> None:
            await work(Asking(app, asked, account, region, server.keys.access_key_id))

        in_app(server.data, begin)

    return run


def test_operations(watch: Callable[..., None], new_name: Callable[[], str], account: str, server: Server) -> None:
    name = new_name()
    arn = f"arn:aws:ecr:{server.region}:{account}:repository/{name}"
    tried: set[str] = set()

    async def work(root: Asking) -> None:
        async def call(operation: str, /, *, with_tags: bool = False, **given: Any) -> dict[str, Any]:
            tried.add(operation)
            asked, answer = await root.operation(operation, **given)
            need = operation_need(operation, with_tags=with_tags)
            assert asked == [(action, name if need.resource == "repository" else "*") for action in need.actions]
            return answer

        async def in_repository(operation: str, **given: Any) -> dict[str, Any]:
            return await call(operation, repositoryName=name, **given)

        tags = [{"Key": "team", "Value": "blue"}]
        await call("CreateRepository", with_tags=True, repositoryName=name, tags=tags)
        for blob in (CONFIG, LAYER):
            upload = (await in_repository("InitiateLayerUpload"))["uploadId"]
            span = {"partFirstByte": 0, "partLastByte": len(blob) - 1}
            part = base64.b64encode(blob).decode()
            await in_repository("UploadLayerPart", uploadId=upload, layerPartBlob=part, **span)
            await in_repository("CompleteLayerUpload", uploadId=upload, layerDigests=[digest_of(blob)])
        await in_repository("BatchCheckLayerAvailability", layerDigests=[digest_of(LAYER)])
        await in_repository("PutImage", imageManifest=IMAGE.manifest.decode(), imageTag="1")
        ids = [{"imageTag": "1"}]
        await in_repository("BatchGetImage", imageIds=ids)
        await in_repository("GetDownloadUrlForLayer", layerDigest=digest_of(LAYER))
        await in_repository("DescribeImages")
        await in_repository("DescribeImages", imageIds=ids)
        await in_repository("ListImages")
        await in_repository("ListImageReferrers", subjectId={"imageDigest": IMAGE.digest})
        await in_repository("PutImageTagMutability", imageTagMutability="MUTABLE")
        await call("TagResource", resourceArn=arn, tags=tags)
        await call("ListTagsForResource", resourceArn=arn)
        await call("UntagResource", resourceArn=arn, tagKeys=["team"])
        await call("DescribeRepositories", repositoryNames=[name])
        await call("DescribeRegistry")
        await call("GetAuthorizationToken")
        await call("PutAccountSetting", name="BLOB_MOUNTING", value="DISABLED")
        await call("GetAccountSetting", name="BLOB_MOUNTING")
        await in_repository("SetRepositoryPolicy", policyText=policy(account))
        await in_repository("GetRepositoryPolicy")
        await in_repository("DeleteRepositoryPolicy")
        await in_repository("BatchDeleteImage", imageIds=ids)
        await in_repository("DeleteRepository")
        await call("CreateRepository", repositoryName=name)

    async def on_the_registry(root: Asking) -> None:
        given = {"PutRegistryPolicy": {"policyText": policy(account, Resource="*")}}
        for operation in ("PutRegistryPolicy", "GetRegistryPolicy", "DeleteRegistryPolicy"):
            tried.add(operation)
            asked, _ = await root.operation(operation, **given.get(operation, {}))
            assert asked == [(action, "*") for action in operation_need(operation).actions]

    watch(work)
    watch(on_the_registry, "eu-south-1")  # where no other test depends on the policy
    assert tried == SERVICE.handled


def policy(account: str, **more: str) -> str:
    """A policy that lets an account do what it can do anyway."""
    principal = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "ecr:BatchGetImage", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def needs(route: Any, name: str) -> Asked:
    return [(action, name) for action in ROUTES[route].actions]


def test_routes(watch: Callable[..., None], repo: Repo) -> None:
    name, tried = repo.name, {"upload.mount", "upload.mount.source"}

    async def work(root: Asking) -> None:
        async def call(route: Any, status: int, method: str, target: str, body: bytes = b"", **headers: str) -> str:
            tried.add(route)
            asked, found, answered = await root.route(method, f"/v2/{target}", body, **headers)
            assert (found, asked) == (status, needs(route, "*" if route == "catalog" else name))
            return answered.get("location", "").removeprefix("/v2/")

        await call("ping", 200, "GET", "")
        await call("token", 200, "GET", "_token")
        await call("catalog", 200, "GET", "_catalog")
        await call("upload.monolithic", 201, "POST", f"{name}/blobs/uploads/?digest={digest_of(CONFIG)}", CONFIG)
        location = await call("upload.start", 202, "POST", f"{name}/blobs/uploads/")
        await call("upload.patch", 202, "PATCH", location, LAYER)
        await call("upload.status", 204, "GET", location)
        await call("upload.put", 201, "PUT", f"{location}?digest={digest_of(LAYER)}")
        location = await call("upload.start", 202, "POST", f"{name}/blobs/uploads/")
        await call("upload.put.body", 201, "PUT", f"{location}?digest={digest_of(b'whole')}", b"whole")
        location = await call("upload.start", 202, "POST", f"{name}/blobs/uploads/")
        await call("upload.cancel", 204, "DELETE", location)
        await call("blob.head", 200, "HEAD", f"{name}/blobs/{digest_of(LAYER)}")
        await call("blob.get", 200, "GET", f"{name}/blobs/{digest_of(LAYER)}")
        await call("blob.delete", 202, "DELETE", f"{name}/blobs/{digest_of(b'whole')}")
        await call("manifest.put", 201, "PUT", f"{name}/manifests/1", IMAGE.manifest, Content_Type=OCI_MANIFEST)
        await call("manifest.get", 200, "GET", f"{name}/manifests/1")
        await call("manifest.head", 200, "HEAD", f"{name}/manifests/1")
        await call("tags", 200, "GET", f"{name}/tags/list")
        await call("referrers", 200, "GET", f"{name}/referrers/{IMAGE.digest}")
        await call("manifest.delete", 202, "DELETE", f"{name}/manifests/{IMAGE.digest}")

    watch(work)
    assert tried == set(ROUTES)


def test_mounts_ask_for_the_source_too(server: Server, watch: Callable[..., None], new_repo: Any) -> None:
    region = "eu-south-1"  # where no other test depends on the setting
    ecr = client(server, region=region)
    source, target, digest = new_repo(ecr), new_repo(ecr), digest_of(b"mounted")
    source.upload(b"mounted")

    async def work(root: Asking) -> None:
        mount = f"/v2/{target.name}/blobs/uploads/?mount={digest}"
        both = [*needs("upload.mount", target.name), *needs("upload.mount.source", source.name)]
        await root.operation("PutAccountSetting", name="BLOB_MOUNTING", value="ENABLED")
        for wanted in (f"{mount}&from={source.name}", mount):
            asked, status, _ = await root.route("POST", wanted)
            assert (status, asked) == (201, both)
            _, status, _ = await root.route("DELETE", f"/v2/{target.name}/blobs/{digest}")
            assert status == 202

    watch(work, region)
