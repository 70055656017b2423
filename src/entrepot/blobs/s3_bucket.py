"""The requests that an S3 store is asked, each once and none else. Keys are given without the store's prefix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from entrepot.blobs.s3_client import ClientError, code_of, s3_errors
from entrepot.blobs.s3_segments import Stretch

DELETED_AT_ONCE = 1000  # DeleteObjects takes no more
PAST_THE_END = frozenset({"InvalidRange", "416"})


@dataclass(frozen=True, slots=True)
class Multipart:
    """An unfinished multipart upload."""

    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket, or what of it is under a prefix. All methods raise StorageFull and StorageUnavailable.

    `sealing` are the parameters that make the store encrypt what is written (SSE), if it is to.
    """

    client: Any
    name: str
    prefix: str = ""
    sealing: dict[str, str] = field(default_factory=dict[str, str])

    def put(self, key: str, body: bytes | bytearray, *, new: bool = False) -> None:
        """Stores a whole object. Raises FileExistsError where it has to be `new` and is not."""
        condition = {"IfNoneMatch": "*"} if new else {}
        with s3_errors():
            self.client.put_object(**self._at(key), Body=body, **condition, **self.sealing)

    def get(self, stretch: Stretch) -> Any | None:  # noqa: ANN401 - a stream of botocore's
        """A stream of some bytes; None where the object ends before them. Raises FileNotFoundError."""
        last = "" if stretch.stop is None else stretch.stop - 1
        with s3_errors():
            try:
                return self.client.get_object(**self._at(stretch.key), Range=f"bytes={stretch.start}-{last}")["Body"]
            except ClientError as error:
                if code_of(error) not in PAST_THE_END:
                    raise
                return None

    def size(self, key: str) -> int | None:
        """The length of an object; None where there is none."""
        try:
            with s3_errors():
                return int(self.client.head_object(**self._at(key))["ContentLength"])
        except FileNotFoundError:
            return None

    def begin(self, key: str) -> Multipart:
        """Begins a multipart upload."""
        with s3_errors():
            answer = self.client.create_multipart_upload(**self._at(key), **self.sealing)
        return Multipart(key, answer["UploadId"])

    def put_part(self, upload: Multipart, number: int, body: bytes | bytearray) -> str:
        """Stores one part; returns its tag. Raises FileNotFoundError where the upload was given up."""
        with s3_errors():
            return self.client.upload_part(**self._of(upload), PartNumber=number, Body=body)["ETag"]

    def copy_part(self, upload: Multipart, number: int, source: Stretch) -> str:
        """Makes some bytes of another object a part; returns its tag. Raises FileNotFoundError."""
        span = f"bytes={source.start}-{(source.stop or 0) - 1}"
        with s3_errors():
            answer = self.client.upload_part_copy(
                **self._of(upload), PartNumber=number, CopySource=self._at(source.key), CopySourceRange=span
            )
        return answer["CopyPartResult"]["ETag"]

    def finish(self, upload: Multipart, tags: Sequence[str], *, new: bool = False) -> None:
        """Makes parts an object. Raises FileExistsError where it has to be `new` and is not, FileNotFoundError."""
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
        condition = {"IfNoneMatch": "*"} if new else {}
        with s3_errors():
            self.client.complete_multipart_upload(**self._of(upload), MultipartUpload={"Parts": parts}, **condition)

    def abort(self, upload: Multipart) -> None:
        """Gives a multipart upload up; one that is gone is no error."""
        try:
            with s3_errors():
                self.client.abort_multipart_upload(**self._of(upload))
        except FileNotFoundError:
            return

    def copy(self, source: str, key: str) -> bool:
        """Copies an object of at most 5 GiB. False where the store cannot, as Ceph 16 with what it has encrypted.

        Raises FileNotFoundError.
        """
        with s3_errors():
            try:
                self.client.copy_object(**self._at(key), CopySource=self._at(source), **self.sealing)
            except ClientError as error:
                if code_of(error) != "NotImplemented":
                    raise
                return False
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Removes objects, a thousand a request; those that are gone already are no error."""
        for start in range(0, len(keys), DELETED_AT_ONCE):
            names = [{"Key": self.prefix + key} for key in keys[start : start + DELETED_AT_ONCE]]
            with s3_errors():
                answer = self.client.delete_objects(Bucket=self.name, Delete={"Objects": names, "Quiet": True})
                if refused := answer.get("Errors"):
                    raise ClientError({"Error": refused[0]}, "DeleteObjects")

    def list(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Keys with the time each was written, in seconds since the epoch."""
        for each in self._contents(prefix):
            yield each["Key"].removeprefix(self.prefix), each["LastModified"].timestamp()

    def sizes(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Keys with the length of each object."""
        for each in self._contents(prefix):
            yield each["Key"].removeprefix(self.prefix), each["Size"]

    def unfinished(self, prefix: str) -> Iterator[tuple[Multipart, float]]:
        """Multipart uploads with the time each was begun."""
        for page in self._pages("list_multipart_uploads", prefix):
            for each in page.get("Uploads", ()):
                upload = Multipart(each["Key"].removeprefix(self.prefix), each["UploadId"])
                yield upload, each["Initiated"].timestamp()

    def newest_part(self, upload: Multipart) -> float | None:
        """When the newest part of a multipart upload was stored; None where it has none, or is gone."""
        pages = self.client.get_paginator("list_parts").paginate(**self._of(upload))
        try:
            with s3_errors():
                times = [each["LastModified"].timestamp() for page in pages for each in page.get("Parts", ())]
        except FileNotFoundError:
            return None
        return max(times, default=None)

    def presigned(self, key: str, seconds: int) -> str:
        """A URL that serves an object for a while to whoever has it (SigV4)."""
        with s3_errors():
            return self.client.generate_presigned_url("get_object", Params=self._at(key), ExpiresIn=seconds)

    def _contents(self, prefix: str) -> Iterator[dict[str, Any]]:
        return (each for page in self._pages("list_objects_v2", prefix) for each in page.get("Contents", ()))

    def _pages(self, operation: str, prefix: str) -> Iterator[dict[str, Any]]:
        pages = iter(self.client.get_paginator(operation).paginate(Bucket=self.name, Prefix=self.prefix + prefix))
        while True:
            with s3_errors():
                page = next(pages, None)
            if page is None:
                return
            yield page

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.name, "Key": self.prefix + key}

    def _of(self, upload: Multipart) -> dict[str, str]:
        return {**self._at(upload.key), "UploadId": upload.upload_id}
