"""Stored bytes that change on disk are never served: the digest of what a client gets is right, or it gets nothing."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.oci.checked import Checked
from tests.support.images import digest_of, random_bytes
from tests.support.server import Server, start_server

FRAME = 1 << 20
OTHER = random_bytes(2 * FRAME, "left alone")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose files are tampered with."""
    running = start_server(tmp_path_factory.mktemp("damage") / "data", workers=2)
    running.boto3("ecr").create_repository(repositoryName="damaged")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def client(own: Server) -> Checked:
    return Checked(own.url, own.password())


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob and the file that holds it."""

    digest: str
    data: bytes
    path: Path


@pytest.fixture
def stored(own: Server, client: Checked, request: pytest.FixtureRequest) -> Iterator[Stored]:
    """A blob to damage; once its file is as it was, it is served again."""
    client.push_blob("damaged", OTHER)
    data = random_bytes(3 * FRAME + 5000, request.node.name)
    before = files(own)
    digest = client.push_blob("damaged", data)
    (path,) = files(own) - before
    sealed = path.read_bytes()
    yield Stored(digest, data, path)
    path.write_bytes(sealed)
    assert client.get_blob("damaged", digest).expect(200).body == data
    assert client.get_blob("damaged", digest_of(OTHER)).expect(200).body == OTHER


def files(own: Server) -> set[Path]:
    return {path for path in (own.data / "blobs").rglob("*") if path.is_file() and path.stat().st_size > FRAME}


def received(client: Checked, digest: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, bool]:
    """Status, bytes, and whether they are all that were announced."""
    try:
        answer = client.get_blob("damaged", digest, headers)
    except http.client.IncompleteRead as cut:
        return 200, cut.partial, False
    return answer.status, answer.body, True


def flip(path: Path, position: int) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 0x40]))


def assert_not_served(client: Checked, stored: Stored, intact: int) -> None:
    """Never a whole answer: an error, or a connection that breaks behind the `intact` bytes before the damage."""
    for _ in range(3):
        status, data, whole = received(client, stored.digest)
        assert (status, whole) == ((200, False) if intact else (500, True))
        assert intact == 0 or data == stored.data[: len(data)] == stored.data[:intact]
    assert client.get_blob("damaged", digest_of(OTHER)).expect(200).body == OTHER


SEALED = FRAME + 28
PLACES = {
    "nonce": (3, 0),
    "first byte": (12, 0),
    "tag": (SEALED - 1, 0),
    "second frame": (SEALED + 500_000, FRAME),
    "last byte": (-1, 3 * FRAME),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_bit_flipped(client: Checked, stored: Stored, place: str) -> None:
    position, intact = PLACES[place]
    flip(stored.path, position % stored.path.stat().st_size)
    assert_not_served(client, stored, intact)


def test_an_error_before_the_first_byte_is_an_answer(client: Checked, stored: Stored) -> None:
    flip(stored.path, 100)
    answer = client.get_blob("damaged", stored.digest).expect(500)
    assert answer.codes == ["UNKNOWN"]
    assert "integrity" in answer.json()["errors"][0]["message"]


def test_parts_that_are_whole_are_served(client: Checked, stored: Stored) -> None:
    flip(stored.path, 2 * SEALED + 500_000)
    damaged = f"bytes={2 * FRAME + 7}-{2 * FRAME + 9}"
    client.get_blob("damaged", stored.digest, {"Range": damaged}).expect(500)
    for first, last in ((5, 99), (3 * FRAME, 3 * FRAME + 4999)):
        answer = client.get_blob("damaged", stored.digest, {"Range": f"bytes={first}-{last}"}).expect(206)
        assert answer.body == stored.data[first : last + 1]


@pytest.mark.parametrize(("length", "intact"), [(-1, 3 * FRAME), (SEALED + 1, FRAME), (SEALED - 1, 0), (0, 0)])
def test_cut_short(client: Checked, stored: Stored, length: int, intact: int) -> None:
    stored.path.write_bytes(stored.path.read_bytes()[:length])
    assert_not_served(client, stored, intact)


def test_frames_exchanged(client: Checked, stored: Stored) -> None:
    """Each frame is whole by itself, but not in its place."""
    sealed = stored.path.read_bytes()
    stored.path.write_bytes(sealed[SEALED : 2 * SEALED] + sealed[:SEALED] + sealed[2 * SEALED :])
    assert_not_served(client, stored, 0)


def test_another_blob_in_its_place(own: Server, client: Checked, stored: Stored) -> None:
    before = files(own)
    client.push_blob("damaged", random_bytes(len(stored.data), "replacement"))
    (other,) = files(own) - before
    stored.path.write_bytes(other.read_bytes())
    assert_not_served(client, stored, 0)


def test_a_file_that_is_gone(client: Checked, stored: Stored) -> None:
    stored.path.unlink()
    assert_not_served(client, stored, 0)


def test_the_log_tells_the_operator(own: Server, client: Checked, stored: Stored) -> None:
    flip(stored.path, 100)
    client.get_blob("damaged", stored.digest).expect(500)
    lines = [line for line in own.log.read_text().splitlines() if "stored content is damaged" in line]
    assert any(stored.path.name in line and '"level":"error"' in line for line in lines)
