"""What whoever is not logged in, or somebody else, can find out (compare CVE-2020-29662, CVE-2026-27771)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.attacks.signed import JSON, TARGET, Request
from tests.oci.checked import Checked
from tests.support.images import Image, digest_of
from tests.support.oci import Oci
from tests.support.server import Server


def paths(name: str, image: Image) -> list[str]:
    """Everything that there is to read of a repository."""
    return [
        f"/v2/{name}/tags/list",
        f"/v2/{name}/manifests/v1",
        f"/v2/{name}/manifests/{image.digest}",
        f"/v2/{name}/blobs/{digest_of(image.blobs[0])}",
        f"/v2/{name}/referrers/{image.digest}",
    ]


def test_nobody_reads_or_finds_out_what_is_there(nobody: Checked, earlier: str, earlier_image: Image) -> None:
    wanted = [path for name in (earlier, "no-such-repository") for path in paths(name, earlier_image)]
    wanted += [f"{path}?n=1" for path in wanted] + ["/v2/_catalog"]
    given = [nobody.request("GET", path) for path in wanted]
    answers = {(answer.status, answer.body, answer.headers["www-authenticate"]) for answer in given}
    assert len(answers) == 1
    assert {status for status, *_ in answers} == {401}


def test_heads_tell_nobody_anything_either(nobody: Checked, earlier: str, earlier_image: Image) -> None:
    for name in (earlier, "no-such-repository"):
        for path in paths(name, earlier_image)[1:4]:
            answer = nobody.request("HEAD", path).expect(401)
            assert not {"docker-content-digest", "etag"} & set(answer.headers)


def test_an_expired_looking_or_foreign_password_reads_nothing(
    server: Server, earlier: str, earlier_image: Image
) -> None:
    for password in ("A" * 200, "AWS", ""):
        for path in paths(earlier, earlier_image):
            Checked(server.url, password).request("GET", path).expect(401)


def test_another_account_sees_only_its_own(
    second_oci: Checked, second_ecr: Any, earlier: str, earlier_image: Image
) -> None:
    assert earlier not in second_oci.request("GET", "/v2/_catalog?n=1000").expect(200).json()["repositories"]
    shown = second_ecr.describe_repositories(maxResults=1000)["repositories"]
    assert earlier not in {repository["repositoryName"] for repository in shown}
    for path in paths(earlier, earlier_image):
        mine = second_oci.request("GET", path).expect(404)
        none = second_oci.request("GET", path.replace(earlier, "no-such-repository")).expect(404)
        assert mine.body.replace(earlier.encode(), b"") == none.body.replace(b"no-such-repository", b"")


def test_the_api_answers_nobody(server: Server) -> None:
    headers = {"Host": server.host, "Content-Type": JSON, "X-Amz-Target": TARGET + "DescribeRepositories"}
    reply = Request(server, "POST", "/", headers, b"{}").send()
    assert (reply.status, reply.code) == (400, "MissingAuthenticationTokenException")


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/readyz", "/metrics", "/debug", "/.git/config", "/favicon.ico", "/layers/"]
)
def test_what_is_open_says_nothing(server: Server, earlier: str, path: str) -> None:
    answer = Oci(server.url).request("GET", path)
    text = answer.body.decode() + str(answer.headers)
    for secret in (earlier, "123456789012", str(server.data), "AKIA", "Traceback", "python", "starlette"):
        assert secret not in text


def test_errors_name_no_files(oci: Checked, server: Server, earlier: str) -> None:
    for path in (f"/v2/{earlier}/blobs/sha256:{'0' * 64}", f"/v2/{earlier}/manifests/x", "/v2/x", "/layers/x"):
        body = Oci(server.url, oci.password).request("GET", path).body.decode()
        assert str(server.data) not in body
        assert ".py" not in body


def test_what_a_shared_cache_may_keep(oci: Checked, earlier: str, earlier_image: Image) -> None:
    """Nothing that needs a password: a proxy must not serve it to somebody without."""
    for path in paths(earlier, earlier_image):
        answer = oci.request("GET", path).expect(200)
        assert "public" not in answer.headers.get("cache-control", "")
        assert "s-maxage" not in answer.headers.get("cache-control", "")
    blob = oci.request("GET", paths(earlier, earlier_image)[3])
    assert "private" in blob.headers["cache-control"]
