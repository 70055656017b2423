"""The registry under uvicorn: nothing in the application depends on which ASGI server runs it."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator

import pytest

from tests.oci.checked import Checked
from tests.oci_servers.uvicorn_server import start_uvicorn
from tests.support.images import digest_of, gzip_layer, make_image, make_index, random_bytes
from tests.support.server import Server

REPOSITORY = "hello"


@pytest.fixture(scope="module")
def uvicorn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers of uvicorn with the repository `hello`."""
    running = start_uvicorn(tmp_path_factory.mktemp("uvicorn") / "data", workers=2)
    running.create_repository(REPOSITORY)
    yield running
    running.stop()


@pytest.fixture
def client(uvicorn: Server) -> Checked:
    """A raw client, logged in."""
    return Checked(uvicorn.url, uvicorn.password())


def test_an_index_comes_back_byte_for_byte(uvicorn: Server, client: Checked) -> None:
    layers = [gzip_layer({"data": random_bytes((3 << 20) + 17)}), gzip_layer({"etc/hello": b"hello"})]
    index = make_index({each: make_image(layers, architecture=each) for each in ("amd64", "arm64")})
    assert client.push_image(REPOSITORY, index, "1") == index.digest
    assert client.pull_image(REPOSITORY, "1") == index.contents()
    shown = uvicorn.boto3("ecr").describe_images(repositoryName=REPOSITORY, imageIds=[{"imageTag": "1"}])
    assert [each["imageDigest"] for each in shown["imageDetails"]] == [index.digest]


def test_a_streamed_body_of_unknown_length(client: Checked) -> None:
    data = random_bytes((2 << 20) + 5, "streamed")
    pieces = (data[start : start + 100_000] for start in range(0, len(data), 100_000))
    location = client.begin_upload(REPOSITORY)
    answer = client.request("PATCH", location, body=pieces).expect(202)
    assert answer.headers["range"] == f"0-{len(data) - 1}"
    client.finish_upload(client.location(answer), digest_of(data)).expect(201)
    assert client.get_blob(REPOSITORY, digest_of(data)).expect(200).body == data


def test_chunks_go_to_any_worker(client: Checked) -> None:
    data = random_bytes((1 << 20) + 3, "chunks")
    digest = client.push_blob_in_chunks(REPOSITORY, data, 100_000)
    part = client.get_blob(REPOSITORY, digest, {"Range": "bytes=1048570-"}).expect(206)
    assert part.body == data[1048570:]
    assert part.headers["content-range"] == f"bytes 1048570-{len(data) - 1}/{len(data)}"
    assert client.head_blob(REPOSITORY, digest).expect(200).headers["content-length"] == str(len(data))


def test_paths_keep_the_bytes_that_the_client_sent(client: Checked) -> None:
    assert client.request("GET", f"/v2/{REPOSITORY}/tags/list").status == 200
    assert client.request("GET", f"/v2/{REPOSITORY}%2Ftags/list").status == 404
    assert client.request("GET", "/v2/up/../hello/tags/list").status in (400, 404)


def test_a_refusal_before_the_body_is_read(uvicorn: Server) -> None:
    answer = Checked(uvicorn.url).request("PUT", f"/v2/{REPOSITORY}/manifests/1", body=bytes(1 << 20)).expect(401)
    assert answer.headers["www-authenticate"].startswith("Basic realm=")


def test_a_client_that_goes_away_leaves_the_upload_as_it_was_told(uvicorn: Server, client: Checked) -> None:
    location = client.begin_upload(REPOSITORY)
    client.upload_chunk(location, 0, b"hello ").expect(202)
    credentials = base64.b64encode(f"AWS:{client.password}".encode()).decode()
    head = (
        f"PATCH {location} HTTP/1.1\r\nHost: {uvicorn.host}\r\nContent-Length: 1000000\r\n"
        f"Authorization: Basic {credentials}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", uvicorn.port)) as connection:
        connection.sendall(head.encode() + bytes(1000))
    uvicorn.program.wait_until(lambda: "client went away" in uvicorn.program.log_text(), 20)
    client.upload_chunk(location, 6, b"world").expect(202)
    client.finish_upload(location, digest_of(b"hello world")).expect(201)


def test_sigterm_ends_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    running = start_uvicorn(tmp_path_factory.mktemp("ending") / "data", workers=1)
    assert running.terminate() in (0, -15)
