"""skopeo: copies between layouts and registries without a store, every byte kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.layout import Layout
from tests.support.processes import isolated_env, require, run


class Skopeo:
    """`folder` holds credentials, `trust` the CA (*.crt) of a registry that speaks TLS; none means plain HTTP."""

    def __init__(self, folder: Path, trust: Path | None = None) -> None:
        self.program = require("skopeo")
        self.env = isolated_env(folder / "home", REGISTRY_AUTH_FILE=str(folder / "auth.json"))
        self._trust = trust

    def run(self, *words: str | Path, stdin: str = "") -> str:
        return run([self.program, *words], env=self.env, stdin=stdin)

    def login(self, host: str, password: str) -> str:
        words = ("--username", "AWS", "--password-stdin", *self._tls(""))
        return self.run("login", *words, host, stdin=password)

    def push(self, layout: Layout, tag: str, reference: str) -> None:
        """Copies a manifest with all it refers to, unchanged."""
        words = ("--all", "--preserve-digests", *self._tls("dest-"))
        self.run("copy", "--quiet", *words, f"oci:{layout.path}:{tag}", f"docker://{reference}")

    def pull(self, reference: str, into: Path, tag: str = "latest") -> Layout:
        """Copies the other way."""
        words = ("--all", "--preserve-digests", *self._tls("src-"))
        self.run("copy", "--quiet", *words, f"docker://{reference}", f"oci:{into}:{tag}")
        return Layout(into)

    def copy(self, source: str, target: str) -> None:
        """Copies within one registry."""
        words = ("--all", "--preserve-digests", *self._tls("src-"), *self._tls("dest-"))
        self.run("copy", "--quiet", *words, f"docker://{source}", f"docker://{target}")

    def inspect(self, reference: str) -> dict[str, Any]:
        """Name, digest, tags and layers of an image."""
        return json.loads(self.run("inspect", *self._tls(""), f"docker://{reference}"))

    def delete(self, reference: str) -> None:
        self.run("delete", *self._tls(""), f"docker://{reference}")

    def _tls(self, side: str) -> list[str]:
        if self._trust:
            return [f"--{side}cert-dir", str(self._trust)]
        return [f"--{side}tls-verify=false"]
