"""A client that does one thing after the other, at random, until the server is gone."""

from __future__ import annotations

import http.client
import random
from collections.abc import Callable

from tests.faults.ledger import Ledger, Pending, Upload, held, is_stored
from tests.support.images import OCI_MANIFEST, Image, digest_of, gzip_layer, make_image, random_bytes
from tests.support.oci import OCTETS, Answer, Oci

BASE = gzip_layer({"base.bin": random_bytes(40_000, "crash")})
MEBIBYTE = 1 << 20


class Pusher:
    """One client with its own repository. What it does depends on `seed` only, how far it gets on the kill."""

    def __init__(self, oci: Oci, ledger: Ledger, seed: object) -> None:
        self._oci = oci
        self._ledger = ledger
        self._repository = ledger.repository
        self._random = random.Random(str(seed))

    def run(self, over: Callable[[], bool] = lambda: False) -> bool:
        """Resumes what is open, then goes on until it is `over`, or a request is not answered: False then.

        An answer that is not the expected one is an AssertionError.
        """
        try:
            for upload in list(self._ledger.uploads):
                self._go_on(upload)
            while not over():
                self._random.choices(
                    [self._small, self._whole, self._chunked, self._image, self._move, self._delete, self._give_up],
                    [3, 2, 4, 6, 2, 3, 1],
                )[0]()
        except (OSError, http.client.HTTPException):
            return False
        return True

    def _small(self) -> None:
        self._complete(self._begin(self._content(1, 60_000)))

    def _whole(self) -> None:
        data = self._content(1, 60_000)
        path = f"/v2/{self._repository}/blobs/uploads/?digest={digest_of(data)}"
        self._ask(
            lambda: self._oci.request("POST", path, headers=OCTETS, body=data),
            201,
            Pending(lambda oci: is_stored(oci, self._repository, data), lambda: self._ledger.add_blob(data)),
        )

    def _chunked(self) -> None:
        self._go_on(self._begin(self._content(MEBIBYTE // 2, 5 * MEBIBYTE // 2)))

    def _image(self) -> None:
        image = make_image([BASE, gzip_layer({"own.bin": self._content(100, 30_000)})])
        for blob in image.blobs:
            if digest_of(blob) not in self._ledger.blobs:
                self._complete(self._begin(blob))
        self._put(image, f"t{self._random.randrange(1 << 40)}")

    def _move(self) -> None:
        """Puts an image under the tag of another; the one before keeps its others, or has none from then on."""
        if len(self._ledger.images) > 1:
            manifest = self._random.choice(list(self._ledger.images.values()))
            self._put(Image(manifest, OCI_MANIFEST), self._random.choice([*self._ledger.tags, "moving"]))

    def _delete(self) -> None:
        """Deletes by tag or by digest."""
        ledger = self._ledger
        if self._random.random() < 0.5 and ledger.tags:
            tag = self._random.choice(list(ledger.tags))
            reference, apply = tag, lambda: ledger.drop_tag(tag)
        elif ledger.images:
            digest = self._random.choice(list(ledger.images))
            reference, apply = digest, lambda: ledger.drop_image(digest)
        else:
            return
        self._ask(
            lambda: self._oci.delete_manifest(self._repository, reference),
            202,
            Pending(lambda oci: oci.head_manifest(self._repository, reference).expect(200, 404).status == 404, apply),
        )

    def _give_up(self) -> None:
        upload = self._begin(self._content(100, MEBIBYTE * 3 // 2))
        self._chunk(upload, len(upload.content) // 2)
        self._ask(
            lambda: self._oci.request("DELETE", upload.location),
            204,
            Pending(lambda oci: is_over(oci, upload), lambda: self._ledger.drop_upload(upload)),
        )

    def _begin(self, content: bytes) -> Upload:
        upload = Upload(self._oci.begin_upload(self._repository), content)
        self._ledger.uploads.append(upload)
        self._ledger.acknowledged += 1
        return upload

    def _go_on(self, upload: Upload) -> None:
        """Sends the rest in chunks, the last of them perhaps with the end."""
        assert held(self._oci, upload) == upload.held
        while (left := len(upload.content) - upload.held) > 0:
            size = self._random.randint(2, MEBIBYTE)
            if size >= left and self._random.random() < 0.5:
                break
            self._chunk(upload, min(size, left))
        self._complete(upload)

    def _chunk(self, upload: Upload, size: int) -> None:
        start = upload.held
        chunk = upload.content[start : start + size]

        def happened(oci: Oci) -> bool:
            now = held(oci, upload)
            assert now in {start, start + len(chunk)}
            return now != start

        def apply() -> None:
            upload.held = start + len(chunk)

        self._ask(lambda: self._oci.upload_chunk(upload.location, start, chunk), 202, Pending(happened, apply))

    def _complete(self, upload: Upload) -> None:
        """Ends an upload with the bytes that it lacks."""
        rest = upload.content[upload.held :]

        def happened(oci: Oci) -> bool:
            stored = is_stored(oci, self._repository, upload.content)
            assert stored == is_over(oci, upload)
            if not stored:
                # The bytes may have been kept without being made a blob.
                now = held(oci, upload)
                assert now in {upload.held, len(upload.content)}
                upload.held = now
            return stored

        def apply() -> None:
            self._ledger.add_blob(upload.content)
            self._ledger.drop_upload(upload)

        self._ask(lambda: self._oci.finish_upload(upload.location, upload.digest, rest), 201, Pending(happened, apply))

    def _put(self, image: Image, tag: str) -> None:
        """A manifest under a tag: both are there afterwards, or neither."""

        def happened(oci: Oci) -> bool:
            found = oci.get_manifest(self._repository, tag).expect(200, 404)
            before = self._ledger.images.get(self._ledger.tags.get(tag, ""))
            assert found.body in {image.manifest, before} if found.status == 200 else before is None
            is_there = oci.head_manifest(self._repository, image.digest).expect(200, 404).status == 200
            assert is_there == (image.digest in self._ledger.images or found.body == image.manifest)
            return found.body == image.manifest

        self._ask(
            lambda: self._oci.put_manifest(self._repository, tag, image.manifest, image.media_type),
            201,
            Pending(happened, lambda: self._ledger.add_image(image.manifest, tag)),
        )

    def _ask(self, send: Callable[[], Answer], status: int, pending: Pending) -> None:
        self._ledger.pending = pending
        send().expect(status)
        pending.apply()
        self._ledger.pending = None
        self._ledger.acknowledged += 1

    def _content(self, least: int, most: int) -> bytes:
        return self._random.randbytes(self._random.randint(max(2, least), most))


def is_over(oci: Oci, upload: Upload) -> bool:
    """Whether an upload has come to its end."""
    return oci.request("GET", upload.location).expect(204, 404).status == 404
