"""A backup that is taken while sixteen clients push, and what a server has that was restored from it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.backup.commands import entrepot
from tests.conftest import StartServer
from tests.support.images import Image, gzip_layer, make_image, random_bytes
from tests.support.oci import Oci
from tests.support.server import Server

CLIENTS = 16
BASE = gzip_layer({"base.bin": random_bytes(300_000, "base")})


class Pushing:
    """Clients that push images, half of which they delete again, until they are told to stop."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._password = server.password()
        self.acknowledged: dict[str, Image] = {}
        self.pushed = threading.Semaphore(0)

    def client(self, number: int) -> None:
        oci, count = Oci(self._server.url, self._password), 0
        while not self._over.is_set():
            count += 1
            image = make_image([BASE, random_bytes(20_000, (number, count))])
            name = f"t{number}-{count}"
            oci.push_image("app", image, name)
            if count % 2:
                with self._lock:
                    self.acknowledged[name] = image
                self.pushed.release()
            else:
                oci.delete_manifest("app", image.digest).expect(202)

    def before(self) -> dict[str, Image]:
        with self._lock:
            return dict(self.acknowledged)

    def stop(self) -> None:
        self._over.set()


def assert_served(server: Server, images: dict[str, Image]) -> None:
    oci = Oci(server.url, server.password())
    for tag, image in images.items():
        assert oci.pull_image("app", tag) == image.contents()


def test_everything_that_was_acknowledged_before(start: StartServer, tmp_path: Path) -> None:
    """Without a delay, and with the collection at work: what is deleted meanwhile is gone at once."""
    server = start(tmp_path / "data", workers=2, args=["--gc-delay", "5s"])
    server.create_repository("app")
    pushing, backups = Pushing(server), tmp_path / "backups"
    with ThreadPoolExecutor(CLIENTS) as threads:
        clients = [threads.submit(pushing.client, number) for number in range(CLIENTS)]
        try:
            for _ in range(CLIENTS):
                pushing.pushed.acquire(timeout=300)
            first = pushing.before()
            entrepot("backup", backups, "--data", server.data)
            entrepot("gc", "run", "--data", server.data, "--gc-delay", "0s")
            second = pushing.before()
            entrepot("backup", backups, "--data", server.data)
        finally:
            pushing.stop()
        for client in clients:
            client.result(60)
    server.terminate()
    assert len(second) > len(first) >= 1
    assert "snapshots" in entrepot("backup", "verify", backups, "--data", server.data)
    old, new = (line.split()[0] for line in entrepot("backup", "list", backups).splitlines())
    for snapshot, images in ((old, first), (new, second)):
        data = tmp_path / snapshot
        key = server.data / "master.key"
        entrepot("restore", backups, "--snapshot", snapshot, "--data", data, "--key-file", key)
        assert "are whole" in entrepot("restore", "--check", "--data", data)
        restored = start(data)
        assert_served(restored, images)
        assert "agree" in entrepot("gc", "verify", "--data", data)
        Oci(restored.url, restored.password()).push_image("app", make_image([BASE, b"new"]), "new")
        restored.terminate()
