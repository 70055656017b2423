"""Clients that push through a balancer and do again what was not acknowledged, as container engines do."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.ledger import Ledger
from tests.support.images import Image, digest_of, gzip_layer, make_image, random_bytes
from tests.support.oci import OCTETS, Answer, Oci

SECONDS = 60.0
CHUNKED = 100_000
_PAUSE = threading.Event()


class Unavailable(Exception):
    """503, with the header that says when to come again."""


@dataclass(slots=True)
class Client:
    """One client with a repository of its own. `ledger` is what it was told, `broken` and `refused` what it was not."""

    oci: Oci
    ledger: Ledger
    broken: int = 0
    refused: int = 0
    _images: dict[str, Image] = field(default_factory=dict[str, Image])

    def push(self, seed: str) -> None:
        """Pushes one image until all of it is acknowledged; AssertionError where an answer is none of the expected."""
        image = made_image(f"{self.ledger.repository} {seed}")
        for blob in image.blobs:
            if digest_of(blob) not in self.ledger.blobs:
                self._until_done(lambda blob=blob: self._upload(blob))
                self.ledger.add_blob(blob)
                self.ledger.acknowledged += 1
        self._until_done(lambda: self._put(image, seed))
        self.ledger.add_image(image.manifest, seed)
        self.ledger.acknowledged += 1

    def _until_done(self, work: Callable[[], object]) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            assert time.monotonic() < deadline, f"not done in {SECONDS} s: {self.broken} broken, {self.refused} refused"
            try:
                work()
            except (OSError, http.client.HTTPException):
                self.broken += 1
            except Unavailable:
                self.refused += 1
            else:
                return
            _PAUSE.wait(0.1)

    def _upload(self, data: bytes) -> None:
        """In one request, or in chunks that may each go to another node."""
        oci, half = self.oci, len(data) // 2
        path = f"/v2/{self.ledger.repository}/blobs/uploads/"
        if len(data) < CHUNKED:
            path += f"?digest={digest_of(data)}"
            expect(oci.request("POST", path, headers=OCTETS, body=data), 201)
            return
        location = oci.location(expect(oci.request("POST", path), 202))
        for start, chunk in ((0, data[:half]), (half, data[half:])):
            location = oci.location(expect(oci.upload_chunk(location, start, chunk), 202))
        expect(oci.finish_upload(location, digest_of(data)), 201)

    def _put(self, image: Image, tag: str) -> None:
        expect(self.oci.put_manifest(self.ledger.repository, tag, image.manifest, image.media_type), 201)


def made_image(seed: str) -> Image:
    """A config and two layers that no other seed has."""
    return make_image([gzip_layer({"data": random_bytes(size, f"{seed} {size}")}) for size in (200_000, 3_000)])


def expect(answer: Answer, status: int) -> Answer:
    """The answer, where it is what was asked for. Raises Unavailable for 503, AssertionError for anything else."""
    if answer.status == 503:
        assert int(answer.headers["retry-after"]) > 0
        raise Unavailable
    return answer.expect(status)


def check(clients: list[Client], oci: Oci) -> None:
    """Everything that any of the clients was told is so."""
    for client in clients:
        client.ledger.check(oci, everything=True)
