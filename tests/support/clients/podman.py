"""podman with a store of its own."""

from __future__ import annotations

from pathlib import Path

from tests.support.archives import SavedImage, read_docker_archive
from tests.support.processes import isolated_env, require, run

LIMITS = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000")


class Podman:
    """`folder` holds the store."""

    def __init__(self, folder: Path) -> None:
        self.program = require("podman")
        self.folder = folder
        credentials = folder / "auth.json"
        self.env = isolated_env(folder / "home", REGISTRY_AUTH_FILE=str(credentials))
        credentials.write_text("{}")
        self.store = ["--root", str(folder / "root"), "--runroot", str(folder / "run")]

    def run(self, *words: str | Path, stdin: str = "") -> str:
        argv = [self.program, *self.store, "--cgroup-manager", "cgroupfs", "--events-backend", "none", *words]
        return run(argv, env=self.env, stdin=stdin)

    def login(self, host: str, password: str) -> str:
        return self.run("login", "--tls-verify=false", "--username", "AWS", "--password-stdin", host, stdin=password)

    def load(self, archive: Path) -> None:
        """Takes the images of a `docker save` archive."""
        self.run("load", "--input", archive)

    def push(self, reference: str) -> str:
        """Pushes and returns the digest that podman reports for the manifest."""
        note = self.folder / "pushed"
        self.run("push", "--tls-verify=false", "--digestfile", note, reference)
        return note.read_text().strip()

    def pull(self, reference: str) -> str:
        """Pulls and returns the digest of the manifest."""
        self.run("pull", "--tls-verify=false", reference)
        return self.run("image", "inspect", "--format", "{{.Digest}}", reference).strip()

    def remove(self, reference: str) -> None:
        """Drops an image and what only it holds, so that a pull fetches it anew."""
        self.run("image", "rm", "--force", reference)

    def save(self, reference: str, archive: Path) -> SavedImage:
        self.run("save", "--format", "docker-archive", "--output", archive, reference)
        return read_docker_archive(archive)

    def export(self, reference: str, archive: Path) -> Path:
        """The root filesystem of a container made of the image (never started), in a tar."""
        container = self.run("create", "--network", "none", *LIMITS, reference, "/bin/true").strip()
        self.run("export", "--output", archive, container)
        self.run("rm", container)
        return archive
