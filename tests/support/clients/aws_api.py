"""ECR's own API and nothing else, by boto3: layers in parts, PutImage, BatchGetImage, signed URLs."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.images import Image, descriptor, digest_of
from tests.support.layout import Layout


class AwsApi:
    """`ecr` is a boto3 client of the service ecr."""

    def __init__(self, ecr: Any) -> None:
        self.ecr = ecr

    def push(self, repository: str, image: Image, tag: str) -> Any:
        """Uploads the blobs that are not there yet, then the manifest; returns PutImage's `image`."""
        missing = self._missing(repository, image.blobs)
        for blob in missing:
            self.upload_layer(repository, blob)
        answer = self.ecr.put_image(
            repositoryName=repository,
            imageManifest=image.manifest.decode(),
            imageManifestMediaType=image.media_type,
            imageTag=tag,
        )
        return answer["image"]

    def upload_layer(self, repository: str, data: bytes) -> str:
        """Uploads in parts of the size that the server asks for; returns the digest that it found."""
        name = {"repositoryName": repository}
        upload = self.ecr.initiate_layer_upload(**name)
        size, upload_id = upload["partSize"], upload["uploadId"]
        for first in range(0, len(data), size):
            part = data[first : first + size]
            answer = self.ecr.upload_layer_part(
                **name, uploadId=upload_id, partFirstByte=first, partLastByte=first + len(part) - 1, layerPartBlob=part
            )
            assert answer["lastByteReceived"] == first + len(part) - 1
        digests = [digest_of(data)]
        return self.ecr.complete_layer_upload(**name, uploadId=upload_id, layerDigests=digests)["layerDigest"]

    def pull(self, repository: str, tag: str, into: Path) -> Layout:
        """Fetches a manifest and all it refers to, through BatchGetImage and GetDownloadUrlForLayer."""
        layout = Layout(into)
        manifest, media_type = self._manifest(repository, {"imageTag": tag})
        self._fetch(repository, layout, manifest)
        layout.tag(tag, descriptor(manifest, media_type))
        return layout

    def download(self, repository: str, digest: str) -> bytes:
        """A layer's bytes, through its signed URL."""
        answer = self.ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)
        with urllib.request.urlopen(answer["downloadUrl"]) as response:
            return response.read()

    def _fetch(self, repository: str, layout: Layout, manifest: bytes) -> None:
        layout.add(manifest)
        document = json.loads(manifest)
        for child in document.get("manifests", []):
            self._fetch(repository, layout, self._manifest(repository, {"imageDigest": child["digest"]})[0])
        for blob in [document["config"], *document["layers"]] if "config" in document else []:
            assert layout.add(self.download(repository, blob["digest"])) == blob["digest"]

    def _manifest(self, repository: str, image_id: dict[str, str]) -> tuple[bytes, str]:
        answer = self.ecr.batch_get_image(repositoryName=repository, imageIds=[image_id])
        assert answer["failures"] == []
        image = answer["images"][0]
        return image["imageManifest"].encode(), image["imageManifestMediaType"]

    def _missing(self, repository: str, blobs: tuple[bytes, ...]) -> list[bytes]:
        by_digest = {digest_of(blob): blob for blob in blobs}
        answer = self.ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=list(by_digest))
        there = {layer["layerDigest"] for layer in answer["layers"] if layer["layerAvailability"] == "AVAILABLE"}
        return [blob for digest, blob in by_digest.items() if digest not in there]
