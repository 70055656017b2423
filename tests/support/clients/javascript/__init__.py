"""The AWS SDK for JavaScript, installed from the npm registry by the lock file beside this module."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.images import Image, descriptor
from tests.support.layout import Layout
from tests.support.processes import isolated_env, require, run, unavailable

SOURCE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "client.mjs")


class JavaScript:
    """`settings` are a server's AWS_* variables; the SDK is installed into `folder`."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.node = require("node")
        self.folder = folder
        self.env = isolated_env(folder / "home", **settings)
        _install(folder)

    def push(self, repository: str, image: Image, tag: str) -> dict[str, Any]:
        """Uploads every blob in parts, then the manifest; returns PutImage's `image`."""
        blobs = [b64encode(blob).decode() for blob in image.blobs]
        manifest = {"manifest": image.manifest.decode(), "mediaType": image.media_type}
        return self._run("push", repositoryName=repository, blobs=blobs, tag=tag, **manifest)

    def pull(self, repository: str, tag: str, into: Path) -> Layout:
        """Fetches a manifest and its blobs, through BatchGetImage and GetDownloadUrlForLayer."""
        answer = self._run("pull", repositoryName=repository, tag=tag)
        layout, manifest = Layout(into), answer["manifest"].encode()
        for data in (manifest, *map(b64decode, answer["blobs"])):
            layout.add(data)
        layout.tag(tag, descriptor(manifest, answer["mediaType"]))
        return layout

    def send(self, operation: str, **members: Any) -> dict[str, Any]:
        """Any operation: `status`, and `output` with `requestId`, or `error` (the exception's name) with `message`."""
        return self._run("send", operation=operation, input=members)

    def _run(self, command: str, **members: Any) -> Any:
        stdin = json.dumps({"command": command, **members})
        return json.loads(run([self.node, "client.mjs"], env=self.env, cwd=self.folder, stdin=stdin))


def _install(folder: Path) -> None:
    npm = require("npm")
    for name in FILES:
        shutil.copy(SOURCE / name, folder / name)
    try:
        # npm's own settings (mirrors, certificates) are the user's: no isolated environment here.
        run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder)
    except AssertionError as error:
        unavailable(f"npm ci failed: {str(error)[-500:]}")
