"""What one client was told by a server that may be killed at any moment, and what follows from it.

Each request is noted before it goes out and carried out in the ledger when it was answered. The one that was on its
way when the server died is settled later: it happened as a whole or it did not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.support.images import digest_of
from tests.support.oci import Answer, Oci


@dataclass(slots=True)
class Upload:
    """An upload under way: `content` is what it is to be in the end, the first `held` bytes were acknowledged."""

    location: str
    content: bytes
    held: int = 0

    @property
    def digest(self) -> str:
        return digest_of(self.content)


@dataclass(slots=True)
class Pending:
    """A request on its way. `happened` asks a server whether it was carried out, `apply` says what that means."""

    happened: Callable[[Oci], bool]
    apply: Callable[[], None]


@dataclass(slots=True)
class Ledger:
    """All that one client knows of its repository. `gone` are images that it has deleted."""

    repository: str
    blobs: dict[str, int] = field(default_factory=dict[str, int])
    images: dict[str, bytes] = field(default_factory=dict[str, bytes])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    gone: set[str] = field(default_factory=set[str])
    uploads: list[Upload] = field(default_factory=list[Upload])
    fresh: set[str] = field(default_factory=set[str])
    pending: Pending | None = None
    acknowledged: int = 0

    def settle(self, oci: Oci) -> None:
        """Finds out what became of the request that was not answered."""
        if self.pending and self.pending.happened(oci):
            self.pending.apply()
        self.pending = None

    def add_blob(self, data: bytes) -> None:
        self.blobs[digest_of(data)] = len(data)
        self.fresh.add(digest_of(data))

    def add_image(self, manifest: bytes, tag: str) -> None:
        digest = digest_of(manifest)
        self.images[digest] = manifest
        self.tags[tag] = digest
        self.gone.discard(digest)
        self.fresh.add(digest)

    def drop_tag(self, tag: str) -> None:
        """With its last tag an image goes too."""
        digest = self.tags.pop(tag)
        if digest not in self.tags.values():
            self.drop_image(digest)

    def drop_image(self, digest: str) -> None:
        del self.images[digest]
        self.gone.add(digest)
        self.fresh.add(digest)
        self.tags = {tag: named for tag, named in self.tags.items() if named != digest}

    def drop_upload(self, upload: Upload) -> None:
        self.uploads.remove(upload)

    def check(self, oci: Oci, *, everything: bool) -> None:
        """Compares a server with the ledger: what was touched since the last time, or all."""
        assert set(oci.tags(self.repository).expect(200).json()["tags"] or []) == set(self.tags)
        for tag, digest in self.tags.items():
            if everything or digest in self.fresh:
                assert oci.get_manifest(self.repository, tag).expect(200).body == self.images[digest]
        for digest, manifest in self.images.items():
            if everything or digest in self.fresh:
                assert oci.get_manifest(self.repository, digest).expect(200).body == manifest
        for digest in self.gone if everything else self.gone & self.fresh:
            oci.head_manifest(self.repository, digest).expect(404)
        for digest, size in self.blobs.items():
            if everything or digest in self.fresh:
                body = oci.get_blob(self.repository, digest).expect(200).body
                assert (digest_of(body), len(body)) == (digest, size)
        for upload in self.uploads:
            assert held(oci, upload) == upload.held
        self.fresh.clear()


def held(oci: Oci, upload: Upload) -> int:
    """How many bytes a server says that an upload holds."""
    answer = oci.request("GET", upload.location).expect(204)
    first, _, last = answer.headers["range"].partition("-")
    assert first == "0"
    # The protocol's Range cannot tell no byte from one; an upload in these tests never holds just one.
    return 0 if last == "0" else int(last) + 1


def is_stored(oci: Oci, repository: str, data: bytes) -> bool:
    """Whether a blob is there: as a whole, or not at all."""
    answer: Answer = oci.get_blob(repository, digest_of(data)).expect(200, 404)
    assert answer.status == 404 or answer.body == data
    return answer.status == 200
