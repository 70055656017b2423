"""The OCI distribution protocol request by request, also with requests that no proper client sends.

Paths go out as they are given: nothing is normalized, encoded or repeated, and no redirect is followed.
"""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.support.images import DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, Image, digest_of

Body = bytes | Iterable[bytes] | None
MANIFESTS = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST)
OCTETS = {"Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, read to its end. Header names are in lower case; of a repeated header the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        """The codes of an OCI error answer."""
        return [error["code"] for error in self.json()["errors"]]

    def expect(self, *statuses: int) -> Answer:
        """This answer; AssertionError unless it has one of these statuses."""
        assert self.status in statuses, f"{self.status} instead of {statuses}: {self.body[:1000]!r}"
        return self


class Oci:
    """A client of one registry. `password` is sent as Basic with the user AWS; without one nothing is sent."""

    def __init__(self, url: str, password: str | None = None, *, ca: str | None = None, seconds: float = 120) -> None:
        self.url = url
        self.password = password
        self._address = urlsplit(url)
        self._tls = ssl.create_default_context(cafile=ca) if self._address.scheme == "https" else None
        self._seconds = seconds

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Body = None) -> Answer:
        """Sends one request on a connection of its own. An iterable body goes out chunked unless a length is given."""
        with self.stream(method, path, headers=headers, body=body) as response:
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())

    @contextmanager
    def stream(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: Body = None
    ) -> Iterator[http.client.HTTPResponse]:
        """Like `request`, with the body still to be read."""
        connection = self.connect()
        try:
            connection.request(method, path, body, {**self.authorization(), **(headers or {})})
            yield connection.getresponse()
        finally:
            connection.close()

    def connect(self) -> http.client.HTTPConnection:
        """A new connection, for requests that are cut off or sent by hand."""
        host, port = self._address.hostname or "localhost", self._address.port
        if self._tls:
            return http.client.HTTPSConnection(host, port, timeout=self._seconds, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=self._seconds)

    def begin_upload(self, repository: str) -> str:
        """Opens an upload; returns its location as a path."""
        answer = self.request("POST", f"/v2/{repository}/blobs/uploads/").expect(202)
        return self.location(answer)

    def location(self, answer: Answer) -> str:
        """The path and query of a Location, relative or absolute."""
        parts = urlsplit(answer.headers["location"])
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def upload_chunk(self, location: str, start: int, data: bytes) -> Answer:
        """PATCH with the chunk's Content-Range."""
        span = {"Content-Range": f"{start}-{start + len(data) - 1}", **OCTETS}
        return self.request("PATCH", location, headers=span, body=data)

    def finish_upload(self, location: str, digest: str, data: Body = None) -> Answer:
        """PUT with the digest and, perhaps, the last bytes."""
        joint = "&" if "?" in location else "?"
        headers = OCTETS if data else {"Content-Length": "0"}
        return self.request("PUT", f"{location}{joint}digest={digest}", headers=headers, body=data)

    def push_blob(self, repository: str, data: bytes) -> str:
        """POST, then PUT with all bytes; returns the digest."""
        digest = digest_of(data)
        self.finish_upload(self.begin_upload(repository), digest, data).expect(201)
        return digest

    def push_blob_in_chunks(self, repository: str, data: bytes, size: int) -> str:
        """POST, PATCHes of `size` bytes, PUT without a body; returns the digest."""
        location, digest = self.begin_upload(repository), digest_of(data)
        for start in range(0, len(data), size):
            answer = self.upload_chunk(location, start, data[start : start + size]).expect(202)
            location = self.location(answer)
        self.finish_upload(location, digest).expect(201)
        return digest

    def put_manifest(self, repository: str, reference: str, body: bytes, media_type: str) -> Answer:
        """PUT of a manifest by tag or digest."""
        headers = {"Content-Type": media_type}
        return self.request("PUT", f"/v2/{repository}/manifests/{reference}", headers=headers, body=body)

    def push_image(self, repository: str, image: Image, tag: str | None = None) -> str:
        """Pushes children, blobs, then the manifest, by tag or by digest; returns the digest."""
        for child in image.children:
            self.push_image(repository, child)
        for blob in image.blobs:
            self.push_blob(repository, blob)
        self.put_manifest(repository, tag or image.digest, image.manifest, image.media_type).expect(201)
        return image.digest

    def get_manifest(self, repository: str, reference: str, *accept: str) -> Answer:
        headers = {"Accept": ", ".join(accept)} if accept else {}
        return self.request("GET", f"/v2/{repository}/manifests/{reference}", headers=headers)

    def head_manifest(self, repository: str, reference: str) -> Answer:
        return self.request("HEAD", f"/v2/{repository}/manifests/{reference}")

    def delete_manifest(self, repository: str, reference: str) -> Answer:
        return self.request("DELETE", f"/v2/{repository}/manifests/{reference}")

    def get_blob(self, repository: str, digest: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", f"/v2/{repository}/blobs/{digest}", headers=headers)

    def head_blob(self, repository: str, digest: str) -> Answer:
        return self.request("HEAD", f"/v2/{repository}/blobs/{digest}")

    def tags(self, repository: str, query: str = "") -> Answer:
        return self.request("GET", f"/v2/{repository}/tags/list{query}")

    def referrers(self, repository: str, digest: str, query: str = "") -> Answer:
        return self.request("GET", f"/v2/{repository}/referrers/{digest}{query}")

    def pull_image(self, repository: str, reference: str) -> dict[str, bytes]:
        """Everything an image refers to, itself included, by digest; each one's bytes are hashed."""
        manifest = self.get_manifest(repository, reference, *MANIFESTS).expect(200).body
        document, found = json.loads(manifest), {digest_of(manifest): manifest}
        for child in document.get("manifests", []):
            found |= self.pull_image(repository, child["digest"])
        for blob in [document["config"], *document["layers"]] if "config" in document else []:
            data = self.get_blob(repository, blob["digest"]).expect(200).body
            assert digest_of(data) == blob["digest"]
            found[blob["digest"]] = data
        return found

    def authorization(self) -> dict[str, str]:
        if self.password is None:
            return {}
        return {"Authorization": "Basic " + base64.b64encode(f"AWS:{self.password}".encode()).decode()}
