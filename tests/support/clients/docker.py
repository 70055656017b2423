"""The docker CLI with a dockerd of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.support.archives import SavedImage, read_docker_archive
from tests.support.processes import Program, isolated_env, require, run, unavailable

READY_SECONDS = 120.0


class Docker:
    """`folder` holds the engine's images and socket; it must be short, as a socket's path has at most 107 bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "d.sock"
        self.program = require("docker")
        daemon = require("dockerd")
        if os.geteuid() != 0:
            unavailable("dockerd needs root")
        self.env = isolated_env(folder / "home", DOCKER_HOST=f"unix://{self.socket}", DOCKER_CONFIG=str(folder / "cli"))
        self.daemon = Program(self._daemon_argv(daemon), log=folder / "dockerd.log", env=self.env)
        self.daemon.wait_until(self._answers, READY_SECONDS)

    def close(self) -> None:
        self.daemon.stop()

    def run(self, *words: str | Path, stdin: str = "", env: Mapping[str, str] | None = None) -> str:
        return run([self.program, *words], env={**self.env, **(env or {})}, stdin=stdin)

    def login(self, host: str, password: str) -> str:
        return self.run("login", "--username", "AWS", "--password-stdin", host, stdin=password)

    def logout(self, host: str) -> str:
        return self.run("logout", host)

    def load(self, archive: Path) -> None:
        """Takes the images of a `docker save` archive."""
        self.run("load", "--input", archive)

    def import_root(self, root: Path, reference: str) -> None:
        """Makes an image of a root filesystem in a tar, gzipped or not."""
        self.run("import", root, reference)

    def push(self, reference: str) -> str:
        """Pushes and returns the digest that docker reports for the manifest."""
        return self.run("push", reference).rpartition("digest: ")[2].split()[0]

    def pull(self, reference: str) -> str:
        """Pulls and returns the digest that docker reports for the manifest."""
        return self.run("pull", reference).rpartition("Digest: ")[2].split()[0]

    def remove(self, reference: str) -> None:
        """Drops an image and what only it holds, so that a pull fetches it anew."""
        self.run("image", "rm", "--force", reference)
        self.run("image", "prune", "--force")

    def image_id(self, reference: str) -> str:
        """The digest of the image's config."""
        return self.run("image", "inspect", "--format", "{{.Id}}", reference).strip()

    def save(self, reference: str, archive: Path) -> SavedImage:
        self.run("save", "--output", archive, reference)
        return read_docker_archive(archive)

    def export(self, reference: str, archive: Path) -> Path:
        """The root filesystem of a container made of the image (never started), in a tar."""
        container = self.run("create", "--network", "none", reference, "/bin/true").strip()
        self.run("export", "--output", archive, container)
        self.run("rm", container)
        return archive

    def _daemon_argv(self, daemon: str) -> list[str]:
        folder = self.folder
        argv = [daemon, "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile", f"{folder}/pid"]
        return [*argv, "-H", f"unix://{self.socket}", "--iptables=false", "--bridge=none"]

    def _answers(self) -> bool:
        try:
            run([self.program, "version"], env=self.env, seconds=10)
        except AssertionError:
            return False
        return True
