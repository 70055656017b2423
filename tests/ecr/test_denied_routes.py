"""At /v2/ too, who may do nothing is told which action is missing on which resource, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from entrepot.context import App, Context, Principal, Registry
from entrepot.rules.actions import ROUTES, Route
from entrepot.services import tokens
from tests.ecr.lab import ABSENT, UPLOAD_ID, Repo
from tests.oci.inprocess import in_app
from tests.support.images import OCI_MANIFEST, tiny_image
from tests.support.oci import Answer, Oci
from tests.support.server import Keys, Server

IMAGE = tiny_image("closed route")
LAYER = IMAGE.document["layers"][0]["digest"]


@dataclass(frozen=True, slots=True)
class Call:
    """A request; `{}` stands for the repository's name, `{upload}` for an upload's id."""

    method: str
    path: str
    body: bytes | None = None


UPLOAD = "/v2/{}/blobs/uploads/{upload}"
CALLS: dict[Route, Call] = {
    "ping": Call("GET", "/v2/"),
    "token": Call("GET", "/v2/_token"),
    "catalog": Call("GET", "/v2/_catalog"),
    "tags": Call("GET", "/v2/{}/tags/list"),
    "referrers": Call("GET", f"/v2/{{}}/referrers/{IMAGE.digest}"),
    "manifest.get": Call("GET", "/v2/{}/manifests/1"),
    "manifest.head": Call("HEAD", "/v2/{}/manifests/1"),
    "manifest.put": Call("PUT", "/v2/{}/manifests/1", IMAGE.manifest),
    "manifest.delete": Call("DELETE", f"/v2/{{}}/manifests/{IMAGE.digest}"),
    "blob.get": Call("GET", f"/v2/{{}}/blobs/{LAYER}"),
    "blob.head": Call("HEAD", f"/v2/{{}}/blobs/{LAYER}"),
    "blob.delete": Call("DELETE", f"/v2/{{}}/blobs/{LAYER}"),
    "upload.start": Call("POST", "/v2/{}/blobs/uploads/"),
    "upload.monolithic": Call("POST", f"/v2/{{}}/blobs/uploads/?digest={LAYER}", IMAGE.layers[0]),
    "upload.mount": Call("POST", f"/v2/{{}}/blobs/uploads/?mount={LAYER}&from=any"),
    "upload.status": Call("GET", UPLOAD),
    "upload.patch": Call("PATCH", UPLOAD, b"chunk"),
    "upload.put": Call("PUT", f"{UPLOAD}?digest={ABSENT}"),
    "upload.put.body": Call("PUT", f"{UPLOAD}?digest={ABSENT}", b"chunk"),
    "upload.cancel": Call("DELETE", UPLOAD),
}
UNREACHABLE = {"upload.mount.source": "only whoever may start the upload is asked for the source: test_actions_asked"}


@pytest.fixture(scope="module")
def stranger(server: Server, account: str, nobody: Keys) -> Oci:
    """Logged in, as a principal who may do nothing; not even get a password, so this one is made by hand."""
    registry = Registry(account, server.region)
    root = Principal(f"arn:aws:iam::{account}:root", account, account, nobody.access_key_id)

    async def issue(app: App) -> str:
        ctx = Context(root, registry, "request", app.clock())
        return (await tokens.issue(app, ctx, [registry]))[0].password

    return Oci(server.url, in_app(server.data, issue))


@pytest.fixture(scope="module")
def closed(new_repo: Any) -> Repo:
    """A repository with an image, which a stranger is not to learn of."""
    repo = new_repo()
    repo.push(IMAGE, "1")
    return repo


@pytest.fixture
def send(stranger: Oci, closed: Repo) -> Callable[..., Answer]:
    """Sends a call about `closed`, or about a repository that is not there."""
    upload_id = closed.initiate_layer_upload()["uploadId"]

    def send_one(call: Call, *, existing: bool) -> Answer:
        name, upload = (closed.name, upload_id) if existing else (f"{closed.name}-absent", UPLOAD_ID)
        headers = {"Content-Type": OCI_MANIFEST if "manifests" in call.path else "application/octet-stream"}
        path = call.path.format(name, upload=upload)
        return stranger.request(call.method, path, headers=headers if call.body else None, body=call.body)

    return send_one


def test_every_route_is_tried() -> None:
    assert set(ROUTES) == {*CALLS, *UNREACHABLE}


@pytest.mark.parametrize("route", sorted(set(CALLS) - {"ping", "token"}))
def test_a_route_is_denied(send: Callable[..., Answer], account: str, closed: Repo, route: Route) -> None:
    call, need = CALLS[route], ROUTES[route]
    for existing in (True, False):
        arn = closed.arn if existing else f"{closed.arn}-absent"
        if route == "catalog":
            arn = closed.arn.replace(closed.name, "*")
        answer = send(call, existing=existing).expect(403)
        message = (
            f"User: arn:aws:iam::{account}:user/nobody is not authorized to perform: {need.actions[0]} "
            f"on resource: {arn} because no identity-based policy allows the {need.actions[0]} action"
        )
        if call.method == "HEAD":
            assert len(message) < int(answer.headers["content-length"])
        else:
            (error,) = answer.json()["errors"]
            said, advice = error.pop("message").split(". ", 1)
            assert (error, said) == ({"code": "DENIED"}, message)
            assert advice.startswith(f"Ask an administrator of account {account}")
        assert "www-authenticate" not in answer.headers
    assert need.resource == "repository"
    assert closed.ids() == {(IMAGE.digest, "1")}


@pytest.mark.parametrize("route", ["ping", "token"])
def test_a_valid_password_is_enough(send: Callable[..., Answer], route: Route) -> None:
    assert ROUTES[route].actions == ()
    assert send(CALLS[route], existing=True).status == 200
