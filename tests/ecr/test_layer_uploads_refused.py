"""Uploads of others, uploads at their limits, and uploads that never were."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from entrepot.context import App
from entrepot.meta.tables import uploads
from entrepot.services.uploads import LAYER_LIMIT
from tests.ecr.lab import ABSENT, UPLOAD_ID, Refused, Repo, invalid, refused
from tests.oci.inprocess import in_app
from tests.support.images import digest_of
from tests.support.server import Server

UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
DIGEST = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"


def change(server: Server, upload_id: str, **values: Any) -> None:
    """Changes the row of an upload."""

    async def work(app: App) -> int:
        statement = update(uploads).where(uploads.c.id == upload_id).values(**values)
        return await app.db.write(lambda connection: connection.execute(statement).rowcount)

    assert in_app(server.data, work) == 1


def attempts(repo: Repo, upload_id: str, first: int = 0) -> dict[str, Refused]:
    """What both operations say that go on with an upload."""
    part = {"uploadId": upload_id, "partFirstByte": first, "partLastByte": first, "layerPartBlob": b"a"}
    return {
        "UploadLayerPart": refused(repo.upload_layer_part, **part),
        "CompleteLayerUpload": refused(repo.complete_layer_upload, uploadId=upload_id, layerDigests=[ABSENT]),
    }


def assert_unknown(repo: Repo, upload_id: str) -> None:
    message = (
        f"The upload with id '{upload_id}' does not exist for the repository with name '{repo.name}' "
        f"in the registry with id '{repo.account}'"
    )
    expected = Refused("UploadNotFoundException", message, 400, {})
    assert attempts(repo, upload_id) == {"UploadLayerPart": expected, "CompleteLayerUpload": expected}


def test_an_upload_that_never_was(repo: Repo) -> None:
    assert_unknown(repo, UPLOAD_ID)


def test_an_upload_belongs_to_its_repository(repo: Repo, new_repo: Any) -> None:
    upload_id = repo.initiate_layer_upload()["uploadId"]
    assert_unknown(new_repo(), upload_id)
    assert repo.upload_layer_part(uploadId=upload_id, partFirstByte=0, partLastByte=0, layerPartBlob=b"a")


def test_an_upload_belongs_to_its_principal(server: Server, repo: Repo) -> None:
    upload_id = repo.initiate_layer_upload()["uploadId"]
    change(server, upload_id, principal_arn=f"arn:aws:iam::{repo.account}:user/other")
    assert_unknown(repo, upload_id)
    change(server, upload_id, principal_arn=f"arn:aws:iam::{repo.account}:root")
    assert repo.upload_layer_part(uploadId=upload_id, partFirstByte=0, partLastByte=0, layerPartBlob=b"a")


def test_an_upload_ends_with_its_repository(ecr: Any, repo: Repo) -> None:
    upload_id = repo.initiate_layer_upload()["uploadId"]
    repo.delete_repository()
    ecr.create_repository(repositoryName=repo.name)
    assert_unknown(repo, upload_id)


def test_without_a_repository_there_are_no_uploads(ecr: Any, repo: Repo) -> None:
    absent = Repo(ecr, f"{repo.name}-absent", repo.account)
    assert refused(absent.initiate_layer_upload).code == "RepositoryNotFoundException"
    assert {each.code for each in attempts(absent, UPLOAD_ID).values()} == {"RepositoryNotFoundException"}


@pytest.mark.parametrize("upload_id", ["", "latest", UPLOAD_ID[:-1], UPLOAD_ID.replace("-", ""), f"{UPLOAD_ID}\n"])
def test_an_upload_id_is_a_uuid(repo: Repo, upload_id: str) -> None:
    expected = invalid("uploadId", f"must satisfy regular expression '{UUID}'")
    assert attempts(repo, upload_id) == {"UploadLayerPart": expected, "CompleteLayerUpload": expected}


def test_an_upload_has_4200_parts_at_most(server: Server, repo: Repo) -> None:
    upload_id = repo.initiate_layer_upload()["uploadId"]
    change(server, upload_id, parts=4199)
    repo.upload_layer_part(uploadId=upload_id, partFirstByte=0, partLastByte=0, layerPartBlob=b"a")
    expected = Refused("LimitExceededException", "The upload has the maximum of 4200 parts", 400, {})
    assert attempts(repo, upload_id, first=1)["UploadLayerPart"] == expected
    digest = digest_of(b"a")
    assert repo.complete_layer_upload(uploadId=upload_id, layerDigests=[digest])["layerDigest"] == digest


def test_a_layer_has_52000_mebibytes_at_most(server: Server, repo: Repo) -> None:
    assert LAYER_LIMIT == 52_000 << 20
    upload_id = repo.initiate_layer_upload()["uploadId"]
    change(server, upload_id, received=LAYER_LIMIT)
    expected = Refused("LimitExceededException", "The content is larger than the registry takes", 400, {})
    assert attempts(repo, upload_id, first=LAYER_LIMIT)["UploadLayerPart"] == expected


@pytest.mark.parametrize("digest", ["", "latest", "sha256:", "sha256:xyz", f"{ABSENT}\n"])
def test_a_layer_digest_has_the_form_of_one(repo: Repo, digest: str) -> None:
    upload_id = repo.initiate_layer_upload()["uploadId"]
    found = refused(repo.complete_layer_upload, uploadId=upload_id, layerDigests=[digest])
    element = f"Member must satisfy constraint: [Member must satisfy regular expression pattern: {DIGEST}]"
    assert found == invalid("layerDigests", element)


def test_a_layer_digest_is_of_a_known_algorithm(repo: Repo) -> None:
    upload_id = repo.initiate_layer_upload()["uploadId"]
    repo.upload_layer_part(uploadId=upload_id, partFirstByte=0, partLastByte=0, layerPartBlob=b"a")
    for digest, message in (
        ("md5:" + "a" * 32, "The digest algorithm 'md5' is not supported: use sha256 or sha512"),
        ("sha256:abc", "'sha256:abc' is not a digest: sha256 takes 64 hex digits in lower case"),
    ):
        found = refused(repo.complete_layer_upload, uploadId=upload_id, layerDigests=[digest_of(b"a"), digest])
        assert found == Refused("InvalidParameterException", message, 400, {})


def test_members_that_are_missing(repo: Repo) -> None:
    missing = "Member must not be null"
    assert refused(repo.upload_layer_part, uploadId=UPLOAD_ID, partLastByte=0, layerPartBlob=b"a") == invalid(
        "partFirstByte", missing
    )
    assert refused(repo.upload_layer_part, uploadId=UPLOAD_ID, partFirstByte=0, partLastByte=0) == invalid(
        "layerPartBlob", missing
    )
    assert refused(repo.complete_layer_upload, uploadId=UPLOAD_ID) == invalid("layerDigests", missing)
    least = "Member must have length greater than or equal to 1"
    assert refused(repo.complete_layer_upload, uploadId=UPLOAD_ID, layerDigests=[]) == invalid("layerDigests", least)
    assert refused(repo.ecr.initiate_layer_upload) == invalid("repositoryName", missing)
