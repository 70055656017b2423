"""GET /v2/, its challenge, and that nothing answers without a password."""

from __future__ import annotations

import base64

import pytest

from tests.oci.checked import Checked
from tests.support.oci import Answer
from tests.support.server import Server

DIGEST = "sha256:" + "0" * 64

EVERY_REQUEST = [
    ("GET", "/v2/"),
    ("GET", "/v2/_catalog"),
    ("GET", "/v2/{}/tags/list"),
    ("GET", "/v2/{}/manifests/latest"),
    ("HEAD", "/v2/{}/manifests/latest"),
    ("PUT", "/v2/{}/manifests/latest"),
    ("DELETE", "/v2/{}/manifests/latest"),
    ("GET", f"/v2/{{}}/blobs/{DIGEST}"),
    ("HEAD", f"/v2/{{}}/blobs/{DIGEST}"),
    ("DELETE", f"/v2/{{}}/blobs/{DIGEST}"),
    ("POST", "/v2/{}/blobs/uploads/"),
    ("GET", "/v2/{}/blobs/uploads/4c2b9a3e-0000-4000-8000-000000000000"),
    ("PATCH", "/v2/{}/blobs/uploads/4c2b9a3e-0000-4000-8000-000000000000"),
    ("PUT", f"/v2/{{}}/blobs/uploads/4c2b9a3e-0000-4000-8000-000000000000?digest={DIGEST}"),
    ("DELETE", "/v2/{}/blobs/uploads/4c2b9a3e-0000-4000-8000-000000000000"),
    ("GET", f"/v2/{{}}/referrers/{DIGEST}"),
]


def basic(credentials: str | bytes) -> str:
    raw = credentials.encode() if isinstance(credentials, str) else credentials
    return "Basic " + base64.b64encode(raw).decode()


def assert_challenged(answer: Answer, server: Server) -> None:
    answer.expect(401)
    assert answer.headers["www-authenticate"] == f'Basic realm="{server.url}/",service="ecr.amazonaws.com"'


@pytest.mark.parametrize("path", ["/v2/", "/v2"])
def test_answers_whoever_is_logged_in(oci: Checked, path: str) -> None:
    answer = oci.request("GET", path).expect(200)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {}
    assert oci.request("HEAD", path).status == 200


def test_challenges_whoever_is_not(nobody: Checked, server: Server) -> None:
    answer = nobody.request("GET", "/v2/")
    assert_challenged(answer, server)
    assert answer.codes == ["UNAUTHORIZED"]


@pytest.mark.parametrize(("method", "path"), EVERY_REQUEST)
def test_nothing_answers_without_a_password(
    nobody: Checked, server: Server, repository: str, method: str, path: str
) -> None:
    there = nobody.request(method, path.format(repository))
    assert_challenged(there, server)
    absent = nobody.request(method, path.format("no-such-repository"))
    assert absent.body == there.body, "the answer tells which repositories exist"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic QVdTOg",
        basic("AWS"),
        basic("AWS:"),
        basic("AWS:" + "A" * 300),
        basic("AWS:" + "A" * 5000),
        basic("AWS:pass:word"),
        basic("AWS:gr\u00fcn"),
        basic(b"AWS:\xff\xfe"),
        basic("AWS:\0"),
        "Bearer QVdTOnRva2Vu",
        "Negotiate x",
        "\u00ff",
    ],
)
def test_refuses_what_is_no_password(nobody: Checked, server: Server, authorization: str) -> None:
    headers = {"Authorization": authorization.encode("latin-1").decode("latin-1")}
    assert_challenged(nobody.request("GET", "/v2/", headers=headers), server)


def test_the_user_is_aws(nobody: Checked, server: Server, password: str) -> None:
    for user in ("aws", "root", "", "AWS "):
        answer = nobody.request("GET", "/v2/", headers={"Authorization": basic(f"{user}:{password}")})
        assert_challenged(answer, server)
        assert "AWS" in answer.json()["errors"][0]["message"]


def test_the_scheme_is_read_in_any_case(nobody: Checked, password: str) -> None:
    credentials = basic(f"AWS:{password}").partition(" ")[2]
    for scheme in ("basic", "BASIC", "bAsIc"):
        nobody.request("GET", "/v2/", headers={"Authorization": f"{scheme} {credentials}"}).expect(200)


def test_no_two_answers_share_an_id(oci: Checked, nobody: Checked) -> None:
    answers = [oci.request("GET", "/v2/"), oci.request("GET", "/v2/"), nobody.request("GET", "/v2/")]
    answers.append(oci.request("GET", "/v2/nothing/here"))
    assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == len(answers)
