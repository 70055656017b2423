"""Paths that are nobody's and methods that a path does not have."""

from __future__ import annotations

import pytest

from tests.oci.checked import Checked
from tests.support.oci import Oci
from tests.support.server import Server

DIGEST = "sha256:" + "0" * 64
UPLOAD = "4c2b9a3e-0000-4000-8000-000000000000"

ALLOWED = {
    "/v2/": {"GET", "HEAD"},
    "/v2/_catalog": {"GET"},
    "/v2/_token": {"GET", "POST"},
    "/v2/{}/tags/list": {"GET"},
    f"/v2/{{}}/referrers/{DIGEST}": {"GET"},
    "/v2/{}/manifests/latest": {"GET", "HEAD", "PUT", "DELETE"},
    f"/v2/{{}}/blobs/{DIGEST}": {"GET", "HEAD", "DELETE"},
    "/v2/{}/blobs/uploads/": {"POST"},
    f"/v2/{{}}/blobs/uploads/{UPLOAD}": {"GET", "PATCH", "PUT", "DELETE"},
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")

UNKNOWN = [
    "/v2/nothing",
    "/v2/name/nothing/latest",
    "/v2/name/tags",
    "/v2/name/tags/lists",
    "/v2/name/manifests",
    "/v2/name/blobs",
    "/v2/name/_catalog",
    "/v2/tags/list",
    "/v2/manifests/latest",
    f"/v2/blobs/{DIGEST}",
    "/v2/blobs/uploads/",
    f"/v2/name/blobs/uploads/{UPLOAD}/more",
    f"/v2/name/blobs/{DIGEST}/",
    "/v2/token",
]


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_routes_are_json_404(oci: Checked, nobody: Checked, path: str) -> None:
    for client in (oci, nobody):
        answer = client.request("GET", path).expect(404)
        assert answer.codes == ["NOT_FOUND"]
        assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/", "/v2x", "/v22/", "/V2/", "/nothing", "/healthz/more"])
def test_paths_outside_of_the_registry_are_json_404_too(server: Server, path: str) -> None:
    answer = Oci(server.url).request("GET", path).expect(404)
    assert answer.codes == ["NOT_FOUND"]
    assert answer.headers["x-amzn-requestid"]


@pytest.mark.parametrize("path", ALLOWED)
def test_other_methods_are_405_and_the_right_ones_are_named(oci: Checked, repository: str, path: str) -> None:
    for method in METHODS:
        if method in ALLOWED[path]:
            continue
        answer = oci.request(method, path.format(repository)).expect(405)
        assert {each.strip() for each in answer.headers["allow"].split(",")} == ALLOWED[path]
        if method != "HEAD":
            assert answer.codes == ["UNSUPPORTED"]


def test_layer_urls_are_only_read(server: Server) -> None:
    for method in ("POST", "PUT", "DELETE"):
        answer = Oci(server.url).request(method, "/layers/ticket").expect(405)
        assert answer.headers["allow"] == "GET, HEAD"
