"""An upload is its owner's: known only in its repository, registry and by the principal that began it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from entrepot.context import App
from entrepot.meta import uploads
from entrepot.meta.times import to_micros
from entrepot.meta.uploads import UploadRow
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.images import digest_of
from tests.support.oci import OCTETS, Answer
from tests.support.server import Server

DATA = b"bytes of somebody else"
ABSENT = str(uuid.UUID(int=0))


def attempts(oci: Checked, location: str) -> Iterator[Answer]:
    """All that can be done to an upload at the registry."""
    yield oci.request("GET", location)
    yield oci.request("PATCH", location, headers=OCTETS, body=b"injected")
    yield oci.upload_chunk(location, len(DATA), b"injected")
    yield oci.finish_upload(location, digest_of(DATA))
    yield oci.finish_upload(location, digest_of(DATA + b"injected"), b"injected")
    yield oci.request("DELETE", location)


def refusals(ecr: Any, repository: str, upload: str) -> set[str]:
    """The codes with which the API refuses all that can be done to an upload there."""
    codes = set[str]()
    part = {"partFirstByte": len(DATA), "partLastByte": len(DATA) + 7, "layerPartBlob": b"injected"}
    for operation, members in (
        (ecr.upload_layer_part, part),
        (ecr.upload_layer_part, {**part, "partLastByte": 3}),
        (ecr.complete_layer_upload, {"layerDigests": [digest_of(DATA)]}),
    ):
        with pytest.raises(ClientError) as refused:
            operation(repositoryName=repository, uploadId=upload, **members)
        codes.add(refused.value.response["Error"]["Code"])
    return codes


@pytest.fixture
def upload(oci: Checked, repository: str) -> str:
    """The id of an upload that holds DATA."""
    location = oci.begin_upload(repository)
    oci.upload_chunk(location, 0, DATA).expect(202)
    return location.rpartition("/")[2]


@pytest.fixture
def untouched(oci: Checked, repository: str, upload: str) -> Callable[[], None]:
    """Checks that the upload is as it was, and completes it."""

    def check() -> None:
        location = f"/v2/{repository}/blobs/uploads/{upload}"
        assert oci.request("GET", location).expect(204).headers["range"] == f"0-{len(DATA) - 1}"
        oci.finish_upload(location, digest_of(DATA)).expect(201)
        assert oci.get_blob(repository, digest_of(DATA)).body == DATA

    return check


@pytest.mark.parametrize("upload_id", [ABSENT, "x", "..", "%", "' OR 1=1--", "a" * 3000, "\u00fc", "null", "0"])
def test_unknown_ids(oci: Checked, repository: str, upload_id: str) -> None:
    for answer in attempts(oci, f"/v2/{repository}/blobs/uploads/{quote(upload_id, safe='')}"):
        assert answer.expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]


def test_unknown_ids_at_the_api(ecr: Any, repository: str) -> None:
    assert refusals(ecr, repository, ABSENT) == {"UploadNotFoundException"}
    assert refusals(ecr, repository, "not-a-uuid") == {"InvalidParameterException"}


def test_from_another_repository(
    oci: Checked, ecr: Any, other: str, upload: str, untouched: Callable[[], None]
) -> None:
    for answer in attempts(oci, f"/v2/{other}/blobs/uploads/{upload}"):
        assert answer.expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
    assert refusals(ecr, other, upload) == {"UploadNotFoundException"}
    oci.get_blob(other, digest_of(DATA)).expect(404)
    untouched()


def test_from_another_account(
    second_oci: Checked, second_ecr: Any, repository: str, upload: str, untouched: Callable[[], None]
) -> None:
    """Even one that has a repository of the same name."""
    second_ecr.create_repository(repositoryName=repository)
    for answer in attempts(second_oci, f"/v2/{repository}/blobs/uploads/{upload}"):
        assert answer.expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
    assert refusals(second_ecr, repository, upload) == {"UploadNotFoundException"}
    untouched()


def test_from_another_region(server: Server, repository: str, upload: str, untouched: Callable[[], None]) -> None:
    ecr = server.boto3("ecr", region="sa-east-1")
    ecr.create_repository(repositoryName=repository)
    oci = Checked(server.url, server.password(region="sa-east-1"))
    for answer in attempts(oci, f"/v2/{repository}/blobs/uploads/{upload}"):
        assert answer.expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
    assert refusals(ecr, repository, upload) == {"UploadNotFoundException"}
    untouched()


def test_of_another_principal_of_the_same_account(
    server: Server, oci: Checked, ecr: Any, repository: str, upload: str, untouched: Callable[[], None]
) -> None:
    """Not even an account's root goes on with what another principal began."""
    theirs = str(uuid.uuid4())

    async def give_away(app: App) -> None:
        def copy(connection: Any) -> None:
            mine = _row(connection, upload)
            changes = {"id": theirs, "object_id": uuid.uuid4().hex}
            arn = mine.principal_arn.replace(":root", ":user/alice")
            uploads.add_upload(
                connection, dataclasses.replace(mine, **changes, principal_arn=arn), to_micros(app.clock())
            )

        await app.db.write(copy)

    in_app(server.data, give_away)
    for answer in attempts(oci, f"/v2/{repository}/blobs/uploads/{theirs}"):
        assert answer.expect(404).codes == ["BLOB_UPLOAD_UNKNOWN"]
    assert refusals(ecr, repository, theirs) == {"UploadNotFoundException"}
    untouched()


def _row(connection: Any, upload: str) -> UploadRow:
    columns = [uploads.t.c[name] for name in UploadRow.__slots__]
    return UploadRow(*connection.execute(uploads.select(*columns).where(uploads.t.c.id == upload)).one())
