"""containerd's ctr with a containerd of its own."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.layout import Layout, read_archive, write_archive
from tests.support.processes import Program, isolated_env, require, run, unavailable

READY_SECONDS = 120.0
IMPORTED = "imported.invalid/image"
CONFIG = """
version = 2
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
address = "{folder}/c.sock"
"""


class Ctr:
    """`folder` holds containerd's content and socket; it must be short, as a socket's path has at most 107 bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = require("ctr")
        daemon = require("containerd")
        if os.geteuid() != 0:
            unavailable("containerd needs root")
        self.env = isolated_env(folder / "home")
        settings = folder / "config.toml"
        settings.write_text(CONFIG.format(folder=folder))
        self.daemon = Program([daemon, "--config", settings], log=folder / "containerd.log", env=self.env)
        self.daemon.wait_until(self._answers, READY_SECONDS)
        self._user: list[str] = []

    def close(self) -> None:
        self.daemon.stop()

    def run(self, *words: str | Path) -> str:
        return run([self.program, "--address", self.folder / "c.sock", *words], env=self.env)

    def login(self, password: str) -> None:
        """Remembers the password: ctr takes it with every command."""
        self._user = ["--user", f"AWS:{password}"]

    def push(self, layout: Layout, tag: str, reference: str) -> None:
        """Imports a layout and pushes `tag` with all it refers to, unchanged."""
        archive = write_archive(layout, self.folder / "import.tar")
        self.run("images", "import", "--all-platforms", "--no-unpack", "--base-name", IMPORTED, archive)
        self.run("images", "tag", "--force", f"{IMPORTED}:{tag}", reference)
        self.run("images", "push", "--plain-http", *self._user, reference)
        self.run("images", "rm", "--sync", f"{IMPORTED}:{tag}", reference)

    def pull(self, reference: str, into: Path) -> Layout:
        """Pulls for all platforms, unpacks each into a snapshot, and exports what was pulled."""
        self.run("images", "pull", "--plain-http", *self._user, "--all-platforms", "--snapshotter", "native", reference)
        archive = self.folder / "export.tar"
        self.run("images", "export", "--all-platforms", archive, reference)
        self.run("images", "rm", "--sync", reference)
        return read_archive(archive, into)

    def _answers(self) -> bool:
        try:
            self.run("version")
        except AssertionError:
            return False
        return True
