"""buildah with a store of its own."""

from __future__ import annotations

from pathlib import Path

from tests.support.archives import SavedImage, read_docker_archive
from tests.support.processes import isolated_env, require, run


class Buildah:
    """`folder` holds the store."""

    def __init__(self, folder: Path) -> None:
        self.program = require("buildah")
        self.folder = folder
        credentials = folder / "auth.json"
        self.env = isolated_env(folder / "home", REGISTRY_AUTH_FILE=str(credentials), BUILDAH_ISOLATION="chroot")
        credentials.write_text("{}")
        self.store = ["--root", str(folder / "root"), "--runroot", str(folder / "run")]

    def run(self, *words: str | Path, stdin: str = "") -> str:
        return run([self.program, *self.store, *words], env=self.env, stdin=stdin)

    def login(self, host: str, password: str) -> str:
        return self.run("login", "--tls-verify=false", "--username", "AWS", "--password-stdin", host, stdin=password)

    def build(self, name: str, root: Path, architecture: str) -> None:
        """Builds the image `name` from a root filesystem in a tar, gzipped or not."""
        container = self.run("from", "--arch", architecture, "scratch").strip()
        self.run("add", "--quiet", container, root, "/")
        self.run("config", "--arch", architecture, "--cmd", "/bin/sh", container)
        self.run("commit", "--quiet", "--rm", container, name)

    def push_index(self, names: list[str], reference: str) -> str:
        """Puts local images into one index, pushes it with all it refers to, and returns its digest."""
        index, note = "index-of-images", self.folder / "pushed"
        self.run("manifest", "create", index, *names)
        words = ("--all", "--tls-verify=false", "--format", "oci", "--digestfile", note)
        self.run("manifest", "push", *words, index, f"docker://{reference}")
        self.run("manifest", "rm", index)
        return note.read_text().strip()

    def pull(self, reference: str) -> str:
        """Pulls and returns the digest of the manifest."""
        self.run("pull", "--quiet", "--tls-verify=false", reference)
        return self.run("inspect", "--type", "image", "--format", "{{.FromImageDigest}}", reference).strip()

    def save(self, reference: str, archive: Path) -> SavedImage:
        self.run("push", "--quiet", reference, f"docker-archive:{archive}:{reference}")
        return read_docker_archive(archive)
