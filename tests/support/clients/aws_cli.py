"""The AWS CLI."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.images import descriptor, digest_of
from tests.support.layout import Layout
from tests.support.processes import isolated_env, require, run


class AwsCli:
    """`settings` are a server's AWS_* variables; `folder` is the CLI's home."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.program = require("aws")
        self.folder = folder
        nobody = {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"), "AWS_PAGER": ""}
        self.env = isolated_env(folder, **nobody, **settings)

    def run(self, *words: str | Path) -> str:
        return run([self.program, *words], env=self.env)

    def ecr(self, operation: str, *words: str | Path) -> Any:
        """Runs `aws ecr OPERATION` and returns its output, parsed; None where there is none."""
        output = self.run("ecr", operation, "--output", "json", *words)
        return json.loads(output) if output.strip() else None

    def password(self) -> str:
        return self.run("ecr", "get-login-password").strip()

    def upload_layer(self, repository: str, data: bytes, part_size: int) -> str:
        """Uploads a layer part by part; returns the digest that the server found."""
        name = ("--repository-name", repository)
        upload = self.ecr("initiate-layer-upload", *name)["uploadId"]
        for first in range(0, len(data), part_size):
            part = self._file("part", data[first : first + part_size])
            span = ("--part-first-byte", str(first), "--part-last-byte", str(min(first + part_size, len(data)) - 1))
            self.ecr("upload-layer-part", *name, "--upload-id", upload, *span, "--layer-part-blob", f"fileb://{part}")
        digest = digest_of(data)
        self.ecr("complete-layer-upload", *name, "--upload-id", upload, "--layer-digests", digest)
        return digest

    def put_image(self, repository: str, manifest: bytes, media_type: str, tag: str) -> Any:
        path = self._file("manifest.json", manifest)
        words = ("--image-manifest", f"file://{path}", "--image-manifest-media-type", media_type, "--image-tag", tag)
        return self.ecr("put-image", "--repository-name", repository, *words)["image"]

    def pull(self, repository: str, tag: str, into: Path) -> Layout:
        """Fetches an image's manifest, and its blobs from their signed URLs."""
        layout, name = Layout(into), ("--repository-name", repository)
        answer = self.ecr("batch-get-image", *name, "--image-ids", f"imageTag={tag}")
        assert answer["failures"] == []
        manifest = answer["images"][0]["imageManifest"].encode()
        document = json.loads(manifest)
        for blob in [document["config"], *document["layers"]]:
            url = self.ecr("get-download-url-for-layer", *name, "--layer-digest", blob["digest"])["downloadUrl"]
            with urllib.request.urlopen(url) as response:
                layout.add(response.read())
        layout.add(manifest)
        layout.tag(tag, descriptor(manifest, answer["images"][0]["imageManifestMediaType"]))
        return layout

    def _file(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        return path
