"""What one repository or account holds is not another's, however it is stored (compare CVE-2024-39897)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.oci.checked import Checked
from tests.support.images import digest_of, make_index, random_bytes, tiny_image
from tests.support.server import Keys, Server

NONE = {"Content-Length": "0"}
SECRET = random_bytes(1_100_000, "held by one repository only")
DIGEST = digest_of(SECRET)


@pytest.fixture
def held(oci: Checked, other: str) -> str:
    """A repository that holds SECRET."""
    oci.push_blob(other, SECRET)
    return other


def test_a_blob_of_another_repository(oci: Checked, ecr: Any, repository: str, held: str) -> None:
    assert oci.get_blob(held, DIGEST).expect(200).body == SECRET
    assert oci.get_blob(repository, DIGEST).expect(404).codes == ["BLOB_UNKNOWN"]
    oci.get_blob(repository, DIGEST, {"Range": "bytes=0-9"}).expect(404)
    oci.get_blob(repository, DIGEST, {"If-None-Match": f'"{DIGEST}"'}).expect(404)
    oci.head_blob(repository, DIGEST).expect(404)
    oci.request("DELETE", f"/v2/{repository}/blobs/{DIGEST}").expect(404)
    (found,) = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=[DIGEST])["layers"]
    assert found == {"layerDigest": DIGEST, "layerAvailability": "UNAVAILABLE"}
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=DIGEST)


def test_deduplication_gives_nobody_what_they_have_not_sent(oci: Checked, repository: str, held: str) -> None:
    """To claim a digest its bytes are needed, even where the store has them already."""
    assert held
    location = oci.begin_upload(repository)
    oci.finish_upload(location, DIGEST).expect(400)
    oci.finish_upload(location, DIGEST, SECRET[:-1]).expect(400)
    path = f"/v2/{repository}/blobs/uploads/?digest={DIGEST}"
    oci.request("POST", path, headers=NONE).expect(400)
    oci.get_blob(repository, DIGEST).expect(404)
    oci.finish_upload(location, DIGEST, SECRET).expect(201)
    assert oci.get_blob(repository, DIGEST).body == SECRET


def test_stored_once_all_the_same(server: Server, oci: Checked, repository: str, held: str) -> None:
    """And one repository's deletion takes nothing from the other."""
    before = sum(file.stat().st_size for file in (server.data / "blobs").rglob("*") if file.is_file())
    oci.push_blob(repository, SECRET)
    after = sum(file.stat().st_size for file in (server.data / "blobs").rglob("*") if file.is_file())
    assert after - before < len(SECRET) // 2
    oci.request("DELETE", f"/v2/{held}/blobs/{DIGEST}").expect(202)
    assert oci.get_blob(repository, DIGEST).expect(200).body == SECRET
    oci.get_blob(held, DIGEST).expect(404)


def test_an_image_of_another_repository(oci: Checked, ecr: Any, repository: str, other: str) -> None:
    image = tiny_image("of another repository")
    oci.push_image(other, image, "v1")
    for reference in ("v1", image.digest):
        assert oci.get_manifest(repository, reference).expect(404).codes == ["MANIFEST_UNKNOWN"]
        oci.head_manifest(repository, reference).expect(404)
        oci.delete_manifest(repository, reference).expect(404)
    for reference in ({"imageTag": "v1"}, {"imageDigest": image.digest}):
        found = ecr.batch_get_image(repositoryName=repository, imageIds=[reference])
        assert (found["images"], found["failures"][0]["failureCode"]) == ([], "ImageNotFound")
    for manifest in (image, make_index({"amd64": image})):
        answer = oci.put_manifest(repository, "v1", manifest.manifest, manifest.media_type).expect(400)
        assert answer.codes == ["MANIFEST_BLOB_UNKNOWN"]


def mount(oci: Checked, target: str, source: str | None) -> int:
    origin = f"&from={source}" if source is not None else ""
    path = f"/v2/{target}/blobs/uploads/?mount={DIGEST}{origin}"
    return oci.request("POST", path, headers=NONE).expect(201, 202).status


def test_a_mount_with_the_setting_off(oci: Checked, repository: str, held: str) -> None:
    for source in (held, None):
        assert mount(oci, repository, source) == 202
    oci.get_blob(repository, DIGEST).expect(404)


@pytest.fixture(scope="module")
def mounting(server: Server, second_keys: Keys) -> tuple[Checked, Checked]:
    """Clients of both accounts in a Region where both allow mounting; the first holds SECRET in `source`."""
    clients: list[Checked] = []
    for keys in (server.keys, second_keys):
        ecr = server.boto3("ecr", region="sa-east-1", keys=keys)
        ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
        ecr.create_repository(repositoryName="target")
        clients.append(Checked(server.url, server.password(region="sa-east-1", keys=keys)))
    server.boto3("ecr", region="sa-east-1").create_repository(repositoryName="source")
    clients[0].push_blob("source", SECRET)
    return clients[0], clients[1]


def test_a_mount_from_another_account(mounting: tuple[Checked, Checked]) -> None:
    """Neither a name nor the digest alone reaches across."""
    first, second = mounting
    for source in ("source", None, "123456789012/source", "123456789012.dkr.ecr.sa-east-1.amazonaws.com/source"):
        assert mount(second, "target", source) == 202
    second.get_blob("target", DIGEST).expect(404)
    assert mount(first, "target", "source") == 201
    second.get_blob("target", DIGEST).expect(404)


def test_a_mount_from_what_is_not_there(mounting: tuple[Checked, Checked]) -> None:
    first, _ = mounting
    for source in ("no-such-repository", "target/..", "../source", "Source", "source%2F", "so%00urce", "%20source", ""):
        assert mount(first, "target", source) == 202, source


def test_accounts_do_not_share_what_is_stored(
    second_oci: Checked, second_ecr: Any, oci: Checked, repository: str, new_name: Callable[[], str]
) -> None:
    """Even the same bytes lie there twice, each under its own registry's key: deleting one leaves the other."""
    name = new_name()
    second_ecr.create_repository(repositoryName=name)
    oci.push_blob(repository, SECRET)
    second_oci.get_blob(name, DIGEST).expect(404)
    second_oci.push_blob(name, SECRET)
    oci.request("DELETE", f"/v2/{repository}/blobs/{DIGEST}").expect(202)
    assert second_oci.get_blob(name, DIGEST).expect(200).body == SECRET


def test_registry_ids_are_no_way_in(second_ecr: Any, ecr: Any, earlier: str) -> None:
    """And tell nobody what is there: the refusal of a repository is the same whether it exists or not."""
    account = ecr.describe_registry()["registryId"]
    for name in (earlier, "no-such-repository"):
        where = {"registryId": account, "repositoryName": name}
        for call in (
            lambda where=where: second_ecr.list_images(**where),
            lambda where=where: second_ecr.describe_images(**where),
            lambda where=where: second_ecr.batch_get_image(imageIds=[{"imageTag": "v1"}], **where),
            lambda where=where: second_ecr.batch_delete_image(imageIds=[{"imageTag": "v1"}], **where),
            lambda where=where: second_ecr.initiate_layer_upload(**where),
            lambda where=where: second_ecr.delete_repository(force=True, **where),
            lambda where=where: second_ecr.put_image_tag_mutability(imageTagMutability="IMMUTABLE", **where),
        ):
            with pytest.raises(ClientError) as refused:
                call()
            assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    with pytest.raises(ClientError, match="AccessDeniedException"):
        second_ecr.describe_repositories(registryId=account)
