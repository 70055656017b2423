"""Bodies with fewer or more bytes than announced, and requests that end in the middle."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.attacks.wire import basic, connected, everything, exchange, header_of, statuses
from tests.oci.checked import Checked
from tests.support.images import OCI_MANIFEST, digest_of, random_bytes, tiny_image
from tests.support.oci import OCTETS, Answer
from tests.support.server import Server

HELD = b"held before the attack: "
DATA = random_bytes(1_300_000, "cut off")


@pytest.fixture
def send(server: Server, password: str) -> Callable[..., bytes]:
    """Sends a request by hand; the answer as bytes, empty where the connection ends before one."""

    def send_one(method: str, path: str, headers: str, *body: bytes) -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}{basic(password)}\r\n"
        return exchange(server, head, *body, end=True)

    return send_one


@pytest.fixture
def location(oci: Checked, repository: str) -> str:
    """An upload that holds some bytes."""
    started = oci.begin_upload(repository)
    oci.upload_chunk(started, 0, HELD).expect(202)
    return started


def when_free(request: Callable[[], Answer]) -> Answer:
    """Repeats a request as long as another process is still busy with one that broke off."""
    deadline = time.monotonic() + 20
    while (answer := request()).status == 409 and time.monotonic() < deadline:
        pass
    return answer


def assert_resumes(oci: Checked, repository: str, location: str) -> None:
    """The upload stands where it stood before the attack, can be gone on with, and holds what it should."""
    standing = oci.request("GET", location).expect(204)
    assert standing.headers["range"] == f"0-{len(HELD) - 1}"
    when_free(lambda: oci.upload_chunk(location, len(HELD), DATA)).expect(202)
    digest = digest_of(HELD + DATA)
    oci.finish_upload(location, digest).expect(201)
    assert oci.get_blob(repository, digest).expect(200).body == HELD + DATA


CHUNKED = "Transfer-Encoding: chunked\r\n"
CUT = {
    "a length never reached": (f"Content-Length: {len(DATA)}\r\n", (DATA[: len(DATA) // 2],)),
    "no byte of it": (f"Content-Length: {len(DATA)}\r\n", ()),
    "one byte missing": (f"Content-Length: {len(DATA)}\r\n", (DATA[:-1],)),
    "a chunk never finished": (CHUNKED, (b"%x\r\n" % len(DATA), DATA[:1_100_000])),
    "no last chunk": (CHUNKED, (b"%x\r\n" % len(DATA), DATA, b"\r\n")),
    "half of the last chunk": (CHUNKED, (b"%x\r\n" % len(DATA), DATA, b"\r\n0\r\n")),
    "a chunk's size cut off": (CHUNKED, (b"%x\r\n" % len(DATA), DATA, b"\r\n5")),
    "a chunk's size that is none": (CHUNKED, (b"%x\r\n" % len(DATA), DATA, b"\r\nxyz\r\n")),
    "a chunk of negative size": (CHUNKED, (b"%x\r\n" % len(DATA), DATA, b"\r\n-5\r\nabcde\r\n0\r\n\r\n")),
    "a chunk of a size without end": (CHUNKED, (b"f" * 40 + b"\r\n", DATA)),
}


@pytest.mark.parametrize("cut", CUT)
def test_a_patch_cut_off(oci: Checked, repository: str, location: str, send: Callable[..., bytes], cut: str) -> None:
    headers, body = CUT[cut]
    answer = send("PATCH", location, headers, *body)
    assert statuses(answer) in ([], [400])
    assert_resumes(oci, repository, location)


@pytest.mark.parametrize("cut", CUT)
def test_a_put_cut_off(oci: Checked, repository: str, location: str, send: Callable[..., bytes], cut: str) -> None:
    """The digest is that of all the bytes that did come, so that nothing but their number gives it away."""
    headers, body = CUT[cut]
    digest = digest_of(HELD + b"".join(piece for piece in body if len(piece) > 100))
    answer = send("PUT", f"{location}?digest={digest}", headers, *body)
    assert statuses(answer) in ([], [400])
    oci.get_blob(repository, digest).expect(404)
    assert_resumes(oci, repository, location)


@pytest.mark.parametrize("cut", CUT)
def test_a_blob_in_one_request_cut_off(oci: Checked, repository: str, send: Callable[..., bytes], cut: str) -> None:
    headers, body = CUT[cut]
    digest = digest_of(b"".join(piece for piece in body if len(piece) > 100))
    answer = send("POST", f"/v2/{repository}/blobs/uploads/?digest={digest}", headers, *body)
    assert statuses(answer) in ([], [400])
    oci.get_blob(repository, digest).expect(404)


def test_a_manifest_cut_off(oci: Checked, repository: str, send: Callable[..., bytes]) -> None:
    """What came of it is a whole manifest: only the length says that there was to be more."""
    image = tiny_image("cut off")
    for blob in image.blobs:
        oci.push_blob(repository, blob)
    path, size = f"/v2/{repository}/manifests/v1", len(image.manifest)
    kind = f"Content-Type: {OCI_MANIFEST}\r\n"
    for headers, body in (
        (f"Content-Length: {size + 1}\r\n", (image.manifest,)),
        (CHUNKED, (b"%x\r\n" % size, image.manifest, b"\r\n")),
    ):
        assert statuses(send("PUT", path, kind + headers, *body)) in ([], [400])
        oci.get_manifest(repository, "v1").expect(404)
        oci.get_manifest(repository, image.digest).expect(404)


@pytest.mark.parametrize("span", ["24-28", "24-24", "24-33", "24-99"])
def test_another_number_of_bytes_than_content_range_says(
    oci: Checked, repository: str, location: str, span: str
) -> None:
    headers = {"Content-Range": span, **OCTETS}
    for body in (b"123456789", iter([b"12345", b"6789"])):
        answer = oci.request("PATCH", location, headers=headers, body=body).expect(400)
        assert answer.codes == ["SIZE_INVALID"]
        digest = digest_of(HELD + b"123456789")
    for body in (b"123456789", iter([b"12345", b"6789"])):
        answer = oci.request("PUT", f"{location}?digest={digest}", headers=headers, body=body).expect(400)
        assert answer.codes == ["SIZE_INVALID"]
    assert_resumes(oci, repository, location)


def test_bytes_behind_the_announced_ones_are_not_the_body_s(
    oci: Checked, repository: str, location: str, send: Callable[..., bytes]
) -> None:
    answer = send("PATCH", location, "Content-Length: 5\r\n", b"12345", b"and more that nobody announced\r\n\r\n")
    assert statuses(answer)[0] == 202
    assert header_of(answer, "range") == f"0-{len(HELD) + 4}"
    oci.finish_upload(location, digest_of(HELD + b"12345")).expect(201)
    oci.get_blob(repository, digest_of(HELD + b"12345")).expect(200)


@pytest.mark.parametrize("length", ["-1", "+5", "5.0", "0x5", "5 5", "five", "", "9" * 30, "\u0665"])
def test_a_length_that_is_no_number(
    oci: Checked, repository: str, location: str, send: Callable[..., bytes], length: str
) -> None:
    headers = f"Content-Length: {length}\r\n".encode().decode("latin-1")
    assert statuses(send("PATCH", location, headers, b"12345"))[:1] in ([400], [])
    assert_resumes(oci, repository, location)


def test_a_blob_is_not_there_before_it_is_whole(
    oci: Checked, server: Server, password: str, repository: str, location: str
) -> None:
    digest = digest_of(HELD + DATA)
    head = f"PUT {location}?digest={digest} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{basic(password)}"
    with connected(server) as connection:
        connection.sendall(f"{head}Content-Length: {len(DATA)}\r\n\r\n".encode() + DATA[:1_200_000])
        for _ in range(4):
            oci.get_blob(repository, digest).expect(404)
            oci.head_blob(repository, digest).expect(404)
        connection.sendall(DATA[1_200_000:])
        assert statuses(everything(connection)) == [201]
    assert oci.get_blob(repository, digest).expect(200).body == HELD + DATA


@pytest.mark.parametrize(
    ("method", "path", "login", "status"),
    [
        ("PATCH", "/v2/{}/blobs/uploads/4c2b9a3e-0000-4000-8000-000000000000", True, 404),
        ("PATCH", "/v2/{}/blobs/uploads/4c2b9a3e-0000-4000-8000-000000000000", False, 401),
        ("POST", "/v2/{}/blobs/uploads/?digest=sha256:0", True, 400),
        ("PUT", "/v2/{}/manifests/v1", True, 413),
        ("PUT", "/v2/{}/nothing", True, 404),
        ("POST", "/layers/ticket", False, 405),
        ("POST", "/nothing", False, 404),
    ],
)
def test_a_refusal_reaches_a_client_that_is_still_sending(
    server: Server, password: str, repository: str, method: str, path: str, status: int, *, login: bool
) -> None:
    """And the connection can be used again."""
    size = 12 << 20
    head = f"{method} {path.format(repository)} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n"
    request = (head + (basic(password) if login else "") + "\r\n").encode() + bytes(size)
    again = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert statuses(exchange(server, request, again)) == [status, 200]
