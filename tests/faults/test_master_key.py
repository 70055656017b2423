"""A master key that is lost, wrong or garbled: the server refuses to start, in one line, and generates nothing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import StartServer
from tests.faults.commands import refused_start, snapshot
from tests.support.images import Image, tiny_image
from tests.support.oci import Oci
from tests.support.server import Server, start_server

GARBLED = {
    "empty": b"",
    "cut short": b"0123456789abcdef",
    "too long": b"0" * 65,
    "not hexadecimal": b"z" * 64,
    "not text": bytes(range(128, 192)),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A data folder that a server has left in order, with one image in it."""

    data: Path
    image: Image

    def copy(self, data: Path) -> Path:
        shutil.copytree(self.data, data)
        return data

    def is_whole(self, server: Server) -> bool:
        return Oci(server.url, server.password()).pull_image("kept", "1") == self.image.contents()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    data, image = tmp_path_factory.mktemp("filled") / "data", tiny_image("kept")
    server = start_server(data)
    try:
        server.create_repository("kept")
        Oci(server.url, server.password()).push_image("kept", image, "1")
        assert server.terminate() == 0
    finally:
        server.stop()
    return Filled(data, image)


def assert_refused(data: Path, words: str) -> None:
    before = snapshot(data)
    refusal = refused_start(data)
    assert (refusal.code, refusal.output) == (1, "")
    assert len(refusal.lines) == 1
    assert refusal.lines[0].startswith("entrepot: ")
    assert words in refusal.lines[0]
    assert snapshot(data) == before


def test_a_missing_key_is_not_replaced(filled: Filled, start: StartServer, tmp_path: Path) -> None:
    data = filled.copy(tmp_path / "data")
    (data / "master.key").rename(tmp_path / "kept.key")
    assert_refused(data, "is missing")
    assert not (data / "master.key").exists()
    (tmp_path / "kept.key").rename(data / "master.key")
    assert filled.is_whole(start(data))


def test_a_wrong_key_is_found_out_before_anything_is_served(filled: Filled, start: StartServer, tmp_path: Path) -> None:
    data = filled.copy(tmp_path / "data")
    key = (data / "master.key").read_bytes()
    (data / "master.key").write_text("0" * 64 + "\n")
    assert_refused(data, "not the one that sealed this data")
    (data / "master.key").write_bytes(key)
    assert filled.is_whole(start(data))


@pytest.mark.parametrize("content", GARBLED.values(), ids=GARBLED.keys())
def test_a_garbled_key_is_left_as_it_is(filled: Filled, tmp_path: Path, content: bytes) -> None:
    data = filled.copy(tmp_path / "data")
    (data / "master.key").write_bytes(content)
    assert_refused(data, "is not 64 hexadecimal digits")


def test_a_key_that_is_a_folder_is_refused(filled: Filled, tmp_path: Path) -> None:
    data = filled.copy(tmp_path / "data")
    (data / "master.key").unlink()
    (data / "master.key").mkdir()
    assert_refused(data, "cannot be read")
