"""Mounting blobs across repositories, as the account setting BLOB_MOUNTING allows.

The setting is a registry's, so each of its values has a Region of its own here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.oci.checked import Checked
from tests.support.images import digest_of, make_image
from tests.support.oci import Answer
from tests.support.server import Server

NONE = {"Content-Length": "0"}
ABSENT = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True)
class Region:
    """A registry with one setting, a client of each kind, and a blob in the repository `source`."""

    oci: Checked
    ecr: Any
    digest: str

    DATA = b"to be mounted"

    def mount(self, target: str, digest: str, source: str | None) -> Answer:
        origin = f"&from={source}" if source is not None else ""
        return self.oci.request("POST", f"/v2/{target}/blobs/uploads/?mount={digest}{origin}", headers=NONE)


def make_region(server: Server, region: str, setting: str | None) -> Region:
    ecr = server.boto3("ecr", region=region)
    if setting:
        ecr.put_account_setting(name="BLOB_MOUNTING", value=setting)
    ecr.create_repository(repositoryName="source")
    oci = Checked(server.url, server.password(region=region))
    return Region(oci, ecr, oci.push_blob("source", Region.DATA))


@pytest.fixture(scope="module")
def enabled(server: Server) -> Region:
    return make_region(server, "eu-west-1", "ENABLED")


@pytest.fixture(scope="module", params=[("eu-west-2", None), ("eu-west-3", "DISABLED")], ids=["default", "disabled"])
def disabled(server: Server, request: pytest.FixtureRequest) -> Region:
    return make_region(server, *request.param)


@pytest.fixture
def target(new_name: Callable[[], str]) -> str:
    return new_name()


@pytest.mark.parametrize("source", ["source", None])
def test_a_mounted_blob_is_the_target_s_own(enabled: Region, target: str, source: str | None) -> None:
    enabled.ecr.create_repository(repositoryName=target)
    answer = enabled.mount(target, enabled.digest, source).expect(201)
    assert answer.headers["location"] == f"/v2/{target}/blobs/{enabled.digest}"
    assert answer.headers["docker-content-digest"] == enabled.digest
    assert enabled.oci.get_blob(target, enabled.digest).expect(200).body == Region.DATA


def test_a_mounted_blob_outlives_its_source(enabled: Region, target: str) -> None:
    for name in (f"{target}/from", f"{target}/to"):
        enabled.ecr.create_repository(repositoryName=name)
    image = make_image([b"a layer"])
    enabled.oci.push_image(f"{target}/from", image, "v1")
    for blob in image.blobs:
        enabled.mount(f"{target}/to", digest_of(blob), f"{target}/from").expect(201)
    enabled.oci.put_manifest(f"{target}/to", "v1", image.manifest, image.media_type).expect(201)
    enabled.ecr.delete_repository(repositoryName=f"{target}/from", force=True)
    assert enabled.oci.pull_image(f"{target}/to", "v1") == image.contents()


@pytest.mark.parametrize("source", ["source", "no-such-repository", "", "Not/A/Name", "../source", None])
def test_what_cannot_be_mounted_is_uploaded(enabled: Region, target: str, source: str | None) -> None:
    enabled.ecr.create_repository(repositoryName=target)
    digest = ABSENT if source in ("source", None) else enabled.digest
    answer = enabled.mount(target, digest, source).expect(202)
    data = b"sent after all " + target.encode()
    enabled.oci.finish_upload(enabled.oci.location(answer), digest_of(data), data).expect(201)


@pytest.mark.parametrize("source", ["source", None])
def test_nothing_is_mounted_unless_the_setting_says_so(disabled: Region, target: str, source: str | None) -> None:
    disabled.ecr.create_repository(repositoryName=target)
    answer = disabled.mount(target, disabled.digest, source).expect(202)
    disabled.oci.get_blob(target, disabled.digest).expect(404)
    disabled.oci.finish_upload(disabled.oci.location(answer), disabled.digest, Region.DATA).expect(201)


def test_turning_the_setting_off_ends_it(server: Server, target: str) -> None:
    region = make_region(server, "eu-south-1", "ENABLED")
    region.ecr.create_repository(repositoryName=target)
    region.ecr.put_account_setting(name="BLOB_MOUNTING", value="DISABLED")
    region.mount(target, region.digest, "source").expect(202)
    region.ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
    region.mount(target, region.digest, "source").expect(201)


def test_a_mount_has_to_name_a_digest(enabled: Region) -> None:
    for digest in ("", "sha256:", "sha1:00", "../../source"):
        assert enabled.mount("source", digest, "source").expect(400).codes == ["DIGEST_INVALID"]


def test_a_mount_needs_its_target(enabled: Region) -> None:
    assert enabled.mount("no-such-repository", enabled.digest, "source").expect(404).codes == ["NAME_UNKNOWN"]
