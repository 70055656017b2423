"""What requests that broke off leave behind: staged bytes, which the sweep takes, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from entrepot.context import App, Registry, RepositoryRef
from entrepot.services import blob_storage
from entrepot.services.repositories import require
from entrepot.services.sweeping import sweep
from tests.attacks.wire import basic, connected
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.images import Image, digest_of, random_bytes, tiny_image
from tests.support.oci import OCTETS
from tests.support.server import Server, start_server
from tests.support.stored import is_stored

SENT = random_bytes(9 << 20, "broken off")
HELD = random_bytes(3 << 20, "held")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, whose files are counted."""
    running = start_server(tmp_path_factory.mktemp("cut") / "data", workers=2)
    running.boto3("ecr").create_repository(repositoryName="cut")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(own: Server) -> Checked:
    return Checked(own.url, own.password())


def break_off(own: Server, client: Checked, method: str, path: str, sent: bytes = SENT) -> None:
    """Sends all of a body but its last byte, and closes the connection."""
    login = basic(client.password or "")
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(sent) + 1}\r\n{login}\r\n"
    with connected(own) as connection:
        connection.sendall(head.encode() + sent)


def turned(own: Server, later: timedelta) -> int:
    """Sweeps as if it were `later`; how many objects went."""

    async def work(app: App) -> int:
        now = app.clock()
        return await sweep(dataclasses.replace(app, clock=lambda: now + later))

    return in_app(own.data, work)


def stored(own: Server) -> int:
    """Bytes of everything that is stored of blobs."""
    return sum(file.stat().st_size for file in (own.data / "blobs").rglob("*") if is_stored(file))


def test_what_is_left_is_swept_and_no_more(own: Server, client: Checked) -> None:
    image: Image = tiny_image("kept")
    client.push_image("cut", image, "v1")
    kept = stored(own)
    held = client.begin_upload("cut")
    client.upload_chunk(held, 0, HELD).expect(202)
    broken, completed = client.begin_upload("cut"), client.begin_upload("cut")
    digest = digest_of(SENT)
    break_off(own, client, "PATCH", held)
    break_off(own, client, "PATCH", broken)
    break_off(own, client, "PUT", f"{completed}?digest={digest}")
    break_off(own, client, "POST", f"/v2/cut/blobs/uploads/?digest={digest}")
    break_off(own, client, "PUT", "/v2/cut/manifests/broken", image.manifest)
    own.program.wait_until(lambda: own.log.read_text().count("client went away") == 5, 20)

    client.get_blob("cut", digest).expect(404)
    client.get_manifest("cut", "broken").expect(404)
    assert client.request("GET", held).expect(204).headers["range"] == f"0-{len(HELD) - 1}"
    for upload in (broken, completed):
        assert client.request("GET", upload).expect(204).headers["range"] == "0-0"

    # A sweep of today touches nothing that is young: both uploads go on where they stood.
    assert turned(own, timedelta()) == 0
    client.upload_chunk(held, len(HELD), b"and on").expect(202)
    client.finish_upload(held, digest_of(HELD + b"and on")).expect(201)
    client.upload_chunk(broken, 0, b"anew").expect(202)
    for upload in (broken, completed):
        client.request("DELETE", upload).expect(204)
    client.request("DELETE", f"/v2/cut/blobs/{digest_of(HELD + b'and on')}").expect(202)

    late = client.begin_upload("cut")
    client.request("PATCH", late, headers=OCTETS, body=HELD).expect(202)
    assert stored(own) > kept + len(HELD)
    assert turned(own, timedelta(hours=23)) == 0
    client.request("GET", late).expect(204)
    assert turned(own, timedelta(hours=25)) >= 1
    assert client.request("GET", late).expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
    # The blob without a repository is the garbage collection's, not the sweep's.
    assert stored(own) < kept + len(HELD) + (1 << 20)
    assert turned(own, timedelta(days=365)) == 0
    assert client.pull_image("cut", "v1") == image.contents()


def test_bytes_that_no_row_names(own: Server, client: Checked) -> None:
    """Such as a server leaves that is killed in the middle of a blob that comes in one request."""
    cut = RepositoryRef(Registry("123456789012", "us-east-1"), "cut")

    async def leave(app: App) -> str:
        async def body() -> AsyncIterator[bytes]:
            yield HELD

        _, staging = await blob_storage.new_staging(app, await app.db.read(require, cut))
        await app.blobs.append(staging, body(), len(HELD))
        return staging.object_id

    before = stored(own)
    client.push_image("cut", tiny_image("beside orphans"), "v2")
    in_app(own.data, leave)
    assert stored(own) > before + len(HELD)
    assert turned(own, timedelta(minutes=59)) == 0
    assert turned(own, timedelta(minutes=61)) == 1
    assert stored(own) < before + len(HELD)
    assert client.pull_image("cut", "v2") == tiny_image("beside orphans").contents()


def test_readers_that_go_away(own: Server, client: Checked) -> None:
    """A download that breaks off costs the next one nothing."""
    data = random_bytes(6 << 20, "read in part")
    digest = client.push_blob("cut", data)
    head = f"GET /v2/cut/blobs/{digest} HTTP/1.1\r\nHost: localhost\r\n{basic(client.password or '')}\r\n"
    for _ in range(8):
        with connected(own) as connection:
            connection.sendall(head.encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    assert client.get_blob("cut", digest).expect(200).body == data
    assert not [line for line in own.log.read_text().splitlines() if '"level":"error"' in line]


def test_uploads_that_nobody_finishes_do_not_hold_up_others(own: Server, client: Checked) -> None:
    with connected(own) as idle:
        path = client.begin_upload("cut")
        login = basic(client.password or "")
        head = f"PATCH {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(SENT)}\r\n{login}"
        idle.sendall(head.encode() + b"\r\n" + SENT[:1000])
        client.push_image("cut", tiny_image("meanwhile"), "meanwhile")
        assert client.pull_image("cut", "meanwhile") == tiny_image("meanwhile").contents()
