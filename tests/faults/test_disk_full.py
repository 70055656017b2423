"""A disk that is full in the middle of a push: a clear error, a server that lives, and nothing lost of before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conftest import StartServer
from tests.faults.commands import refused_start, snapshot
from tests.faults.disks import MEBIBYTE, MakeDisk
from tests.support import engines
from tests.support.images import Image, digest_of, make_image, random_bytes
from tests.support.oci import OCTETS, Answer, Oci
from tests.support.server import Server

FULL = "The registry's storage is full"


def image_of(size: int, seed: object) -> Image:
    """An image of one layer of that many bytes."""
    return make_image([random_bytes(size, seed)])


def noise(mebibytes: int) -> Iterator[bytes]:
    for number in range(mebibytes):
        yield random_bytes(MEBIBYTE, number)


def assert_full(answer: Answer) -> None:
    error = answer.expect(507).json()["errors"][0]
    assert error["message"].startswith(FULL)


def prepare(server: Server, name: str, image: Image) -> Oci:
    server.create_repository(name)
    oci = Oci(server.url, server.password())
    oci.push_image(name, image, "before")
    return oci


def test_a_push_that_finds_no_room(make_disk: MakeDisk, start: StartServer, tmp_path: Path) -> None:
    disk = make_disk(tmp_path / "data", 40)
    server, before = start(tmp_path / "data", workers=2), image_of(2 * MEBIBYTE, "before")
    oci = prepare(server, "full", before)
    held, location = random_bytes(3 * MEBIBYTE // 2, "held"), oci.begin_upload("full")
    oci.upload_chunk(location, 0, held).expect(202)
    free = disk.free
    other = oci.begin_upload("full")
    assert_full(oci.request("PATCH", other, headers=OCTETS, body=noise(52)))
    assert_full(oci.request("PATCH", location, headers=OCTETS, body=noise(52)))
    whole = b"".join(noise(52))
    path = f"/v2/full/blobs/uploads/?digest={digest_of(whole)}"
    assert_full(oci.request("POST", path, headers=OCTETS, body=whole))
    assert_full(oci.finish_upload(oci.begin_upload("full"), digest_of(whole), whole))
    assert oci.head_blob("full", digest_of(whole)).status == 404
    assert disk.free > free - 2 * MEBIBYTE  # what did not fit was given back; the database may have grown
    assert oci.pull_image("full", "before") == before.contents()
    # What was acknowledged of the upload is as it was, and goes on.
    rest = random_bytes(MEBIBYTE, "rest")
    oci.upload_chunk(location, len(held), rest).expect(202)
    oci.finish_upload(location, digest_of(held + rest)).expect(201)
    assert oci.get_blob("full", digest_of(held + rest)).expect(200).body == held + rest


def test_a_full_disk_that_is_cleared(make_disk: MakeDisk, start: StartServer, tmp_path: Path) -> None:
    """Not a byte is left, neither for content nor for metadata."""
    disk = make_disk(tmp_path / "data", 32)
    server, before = start(tmp_path / "data", workers=2), image_of(2 * MEBIBYTE, "before")
    oci = prepare(server, "full", before)
    disk.fill()
    layer = random_bytes(MEBIBYTE, "no room")
    assert_full(oci.request("POST", f"/v2/full/blobs/uploads/?digest={digest_of(layer)}", headers=OCTETS, body=layer))
    assert oci.pull_image("full", "before") == before.contents()
    assert oci.tags("full").expect(200).json()["tags"] == ["before"]
    assert server.ready()
    disk.clear()
    after = image_of(3 * MEBIBYTE, "after")
    oci.push_image("full", after, "after")
    for tag, image in {"before": before, "after": after}.items():
        assert oci.pull_image("full", tag) == image.contents()


def bulky(image: Image, number: int) -> Image:
    """The same image with a manifest of half a MiB: what fills a database quickly."""
    return make_image(image.layers, annotations={"bulk": random_bytes(MEBIBYTE // 4, number).hex()})


def test_a_database_without_room(make_disk: MakeDisk, start: StartServer, tmp_path: Path) -> None:
    """Content has a disk of its own here; the one of the database fills up."""
    if engines.on_postgres():
        pytest.skip("the disk of PostgreSQL is not the server's")
    disk = make_disk(tmp_path / "data", 48)
    make_disk(tmp_path / "data" / "blobs", 16)
    server, before = start(tmp_path / "data", workers=2), image_of(MEBIBYTE, "before")
    oci = prepare(server, "full", before)
    disk.fill(leaving=6 * MEBIBYTE)
    pushed, image = push_until_full(oci, before)
    assert put_image(server.boto3(), bulky(before, 1000)) == ("ServerException", 500)
    oci.head_manifest("full", image.digest).expect(404)
    oci.head_manifest("full", f"t{len(pushed)}").expect(404)
    all_is_there(oci, before, pushed)
    disk.clear()
    oci.put_manifest("full", f"t{len(pushed)}", image.manifest, image.media_type).expect(201)
    all_is_there(oci, before, [*pushed, image])
    assert server.terminate() == 0
    again = start(server.data)
    all_is_there(Oci(again.url, oci.password), before, [*pushed, image])


def push_until_full(oci: Oci, before: Image) -> tuple[list[Image], Image]:
    """The images that were taken, tagged t0, t1, ..., and the first for which there was no room."""
    pushed: list[Image] = []
    for number in range(100):
        image = bulky(before, number)
        answer = oci.put_manifest("full", f"t{number}", image.manifest, image.media_type)
        if answer.status != 201:
            assert_full(answer)
            return pushed, image
        pushed.append(image)
    raise AssertionError("the disk did not fill up")


def put_image(ecr: Any, image: Image) -> tuple[str, int]:
    """How PutImage fails."""
    manifest = image.manifest.decode()
    with pytest.raises(ClientError, match=FULL) as failed:
        ecr.put_image(repositoryName="full", imageManifest=manifest, imageManifestMediaType=image.media_type)
    return failed.value.response["Error"]["Code"], failed.value.response["ResponseMetadata"]["HTTPStatusCode"]


def all_is_there(oci: Oci, before: Image, pushed: list[Image]) -> None:
    assert oci.pull_image("full", "before") == before.contents()
    for number, image in enumerate(pushed):
        assert oci.get_manifest("full", f"t{number}").expect(200).body == image.manifest


def test_a_start_without_room_spoils_nothing(make_disk: MakeDisk, start: StartServer, tmp_path: Path) -> None:
    disk, before = make_disk(tmp_path / "data", 32), image_of(MEBIBYTE, "before")
    first = start(disk.path)
    password = prepare(first, "full", before).password
    keys = first.keys
    assert first.terminate() == 0
    disk.fill()
    files = {name: held for name, held in snapshot(disk.path).items() if name != "ballast"}
    refusal = refused_start(disk.path)
    assert refusal.code == 1
    assert len(refusal.lines) == 1, refusal.lines
    assert refusal.lines[0].startswith("entrepot: ")
    assert {name: held for name, held in snapshot(disk.path).items() if name in files} == files
    disk.clear()
    second = start(disk.path)
    assert second.keys == keys
    assert Oci(second.url, password).pull_image("full", "before") == before.contents()


def test_a_first_start_without_room_can_be_repeated(make_disk: MakeDisk, start: StartServer, tmp_path: Path) -> None:
    disk = make_disk(tmp_path / "data", 16)
    for leaving in (0, 4 << 10, 16 << 10, 128 << 10, 192 << 10):
        disk.fill(leaving)
        refusal = refused_start(disk.path)
        assert refusal.code == 1
        assert len(refusal.lines) == 1, refusal.lines
        assert refusal.lines[0].startswith("entrepot: ")
    disk.clear()
    image = image_of(MEBIBYTE, "first")
    assert prepare(start(disk.path), "full", image).pull_image("full", "before") == image.contents()
