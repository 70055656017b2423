"""Requests that two programs could cut apart differently, and headers that try to write headers."""

from __future__ import annotations

import re

import pytest

from tests.attacks.wire import basic, body_of, exchange, header_of, statuses
from tests.oci.checked import Checked
from tests.support.images import digest_of
from tests.support.server import Server

LENGTHS = {
    "chunked and a length": "Content-Length: {n}\r\nTransfer-Encoding: chunked\r\n",
    "a length and chunked": "Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
    "a length of none and chunked": "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
    "two lengths": "Content-Length: 5\r\nContent-Length: {n}\r\n",
    "two lengths the other way round": "Content-Length: {n}\r\nContent-Length: 5\r\n",
    "two lengths in one": "Content-Length: {n}, 5\r\n",
    "chunked twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
    "chunked, then something": "Transfer-Encoding: chunked, identity\r\nContent-Length: {n}\r\n",
    "something": "Transfer-Encoding: xchunked\r\nContent-Length: {n}\r\n",
    "a space before the colon": "Transfer-Encoding : chunked\r\nContent-Length: {n}\r\n",
    "a space before the name": " Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
    "a tab in the value": "Transfer-Encoding: \tchunked\r\nContent-Length: {n}\r\n",
    "a vertical tab": "Transfer-Encoding: \x0bchunked\r\nContent-Length: {n}\r\n",
    "a folded header": "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
    "an underscore": "Transfer_Encoding: chunked\r\nContent-Length: {n}\r\n",
    "a bare line feed": "X: y\nTransfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
    "a bare carriage return": "X: y\rTransfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
}


@pytest.mark.parametrize("lengths", LENGTHS)
def test_no_request_hides_in_another(
    server: Server, password: str, repository: str, earlier: str, lengths: str
) -> None:
    """By the length the body holds a whole request; by the chunks it ends before that. It must not be carried out.

    Either the request is refused, or its length counts and the next request is the one behind the body, or its
    chunks count and the connection is closed behind them (RFC 9112, section 6.1). That the image which the hidden
    request deletes is still there is looked at behind every test of this folder.
    """
    login = basic(password)
    hidden = f"DELETE /v2/{earlier}/manifests/v1 HTTP/1.1\r\nHost: localhost\r\n{login}\r\n"
    body = f"0\r\n\r\n{hidden}"
    head = f"POST /v2/{repository}/blobs/uploads/ HTTP/1.1\r\nHost: localhost\r\n{login}"
    behind = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = exchange(server, f"{head}{LENGTHS[lengths].replace('{n}', str(len(body)))}\r\n{body}{behind}")
    assert statuses(answer) in ([400], [202], [202, 200], []), answer


def test_a_length_beside_chunked_never_counts(server: Server, oci: Checked, password: str, repository: str) -> None:
    location = oci.begin_upload(repository)
    head = f"PATCH {location} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{basic(password)}"
    body = b"a\r\n0123456789\r\n0\r\n\r\n"
    answer = exchange(server, f"{head}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", body)
    if statuses(answer) == [202]:
        oci.finish_upload(location, digest_of(b"0123456789")).expect(201)
    else:
        assert statuses(answer) == [400]


def test_two_requests_on_one_connection_are_two(server: Server, password: str, earlier: str) -> None:
    """What comes behind a whole request is the next one: this is how it is meant to be."""
    first = f"GET /v2/ HTTP/1.1\r\nHost: localhost\r\n{basic(password)}\r\n"
    second = f"GET /v2/{earlier}/tags/list HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert statuses(exchange(server, first + second)) == [200, 401], "a login belongs to its own request only"


HOSTS = [
    b'a"b',
    b'a", realm="http://evil.example.com/',
    b"a\\",
    b"<script>",
    b"a b",
    b"user:secret@localhost",
    b"localhost/../../x",
    b"localhost,evil.example.com",
    b"\xc3\xa9",
    b"\xff",
    b"localhost;x=y",
    b"x" * 2000,
    b"",
]


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: ascii(host)[:20])
def test_hosts_that_write_into_the_challenge(server: Server, host: bytes) -> None:
    head = b"GET /v2/ HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    answer = exchange(server, head)
    (status,) = statuses(answer)
    assert status in (400, 401)
    if status == 401:
        challenge = header_of(answer, "www-authenticate") or ""
        form = r'Basic realm="https?://[A-Za-z0-9.:\[\]_-]*/",service="ecr\.amazonaws\.com"'
        assert re.fullmatch(form, challenge), challenge


@pytest.mark.parametrize("ending", [b"\r\n", b"\n", b"\r", b"\0"], ids=ascii)
def test_line_ends_in_a_host(server: Server, ending: bytes) -> None:
    head = b"GET /v2/ HTTP/1.1\r\nHost: a" + ending + b"X-Injected: 1\r\nConnection: close\r\n\r\n"
    answer = exchange(server, head)
    assert b"x-injected" not in answer.lower().partition(b"\r\n\r\n")[0]
    assert statuses(answer)[0] in (400, 401)


@pytest.mark.parametrize(
    "hosts", ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n"], ids=["none", "two", "twice"]
)
def test_not_one_host(server: Server, hosts: str) -> None:
    """RFC 9112, section 3.2: it decides on the registry, and a proxy may have looked at the other one."""
    for path in ("/v2/", "/", "/healthz"):
        answer = exchange(server, f"GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")
        assert statuses(answer) == [400], path


INJECTIONS = ["%0d%0aX-Injected:%201", "%0aX-Injected:%201", "%E5%98%8A%E5%98%8DX-Injected:%201", "%00"]


@pytest.mark.parametrize("text", INJECTIONS)
def test_line_ends_in_what_answers_repeat(oci: Checked, earlier: str, repository: str, text: str) -> None:
    digest = "sha256:" + "0" * 64
    upload = oci.begin_upload(repository)
    requests = [
        ("POST", f"/v2/{repository}{text}/blobs/uploads/"),
        ("POST", f"/v2/{repository}/blobs/uploads/?mount={digest}{text}&from={earlier}"),
        ("POST", f"/v2/{repository}/blobs/uploads/?mount={digest}&from={earlier}{text}"),
        ("GET", f"{upload}{text}"),
        ("PUT", f"{upload}?digest={digest}{text}"),
        ("PUT", f"/v2/{repository}/manifests/v1{text}"),
        ("PUT", f"/v2/{repository}/manifests/{digest}?tag=v1{text}"),
        ("GET", f"/v2/{repository}/manifests/{text}"),
        ("GET", f"/v2/{earlier}/tags/list?n=1&last=a{text}"),
        ("GET", f"/v2/_catalog?n=1&last={text}"),
        ("GET", f"/v2/{earlier}/referrers/{digest}?n=1&artifactType=a/b{text}"),
    ]
    for method, path in requests:
        answer = oci.request(method, path, headers={"Content-Length": "0"} if method != "GET" else None)
        assert answer.status < 500
        assert "x-injected" not in answer.headers


def test_names_of_headers_that_nobody_trusts(server: Server, nobody: Checked, oci: Checked, earlier: str) -> None:
    """Such headers are for proxies that set them; here they change neither who asks nor what is answered."""
    headers = {
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example.com;proto=https",
        "X-Forwarded-User": "AWS",
        "X-Original-URL": f"/v2/{earlier}/tags/list",
        "X-HTTP-Method-Override": "DELETE",
        "X-Amzn-RequestId": "chosen",
    }
    answer = nobody.request("GET", "/v2/", headers=headers).expect(401)
    assert answer.headers["www-authenticate"] == f'Basic realm="{server.url}/",service="ecr.amazonaws.com"'
    assert answer.headers["x-amzn-requestid"] != "chosen"
    answer = oci.request("GET", f"/v2/{earlier}/manifests/v1", headers=headers).expect(200)
    assert "evil" not in str(answer.headers)


def test_what_is_no_http(server: Server) -> None:
    for data in (
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET\r\n\r\n",
        b"\r\n" * 50,
    ):
        answer = exchange(server, data, end=True)
        assert statuses(answer) in ([], [400])
    for target in (b"*", b"localhost:1", b"http://[::1", b"\\\\x"):
        answer = exchange(server, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert statuses(answer)[0] in (400, 404)
    assert body_of(exchange(server, b"GET /healthz HTTP/1.0\r\n\r\n")) == b'{"status":"ok"}'


def test_headers_without_end(server: Server) -> None:
    head = b"GET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    many = b"".join(b"X-%d: y\r\n" % number for number in range(5000))
    assert statuses(exchange(server, head + many + b"\r\n")) in ([431], [400], [])
    long = b"X: " + b"y" * (1 << 20) + b"\r\n"
    assert statuses(exchange(server, head + long + b"\r\n")) in ([431], [400], [])
    target = b"GET /v2/" + b"a/" * (1 << 17) + b"tags/list HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert statuses(exchange(server, target)) in ([401], [414], [431], [400], [])
