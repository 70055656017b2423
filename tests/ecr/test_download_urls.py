"""GetDownloadUrlForLayer: URLs that serve a layer for an hour and need no other credentials."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from entrepot.app import utc_now
from entrepot.context import App, Client
from entrepot.errors import AccessDenied
from entrepot.fronts.files import PREFIX
from entrepot.meta import access_keys
from entrepot.services import downloads
from entrepot.services.sealing import seal
from tests.ecr.lab import ABSENT, Refused, Repo, client, refused
from tests.oci.inprocess import in_app
from tests.support.images import digest_of, gzip_layer, make_image, random_bytes
from tests.support.oci import Answer, Oci
from tests.support.server import Keys, Server

LAYER = gzip_layer({"noise.bin": random_bytes((2 << 20) + 77, "download")})
IMAGE = make_image([LAYER])


@pytest.fixture(scope="module")
def stocked(new_repo: Any) -> Repo:
    repo = new_repo()
    repo.push(IMAGE, "1")
    return repo


@pytest.fixture(scope="module")
def url(stocked: Repo) -> str:
    return url_of(stocked)


def url_of(repo: Repo, digest: str = digest_of(LAYER)) -> str:
    return repo.get_download_url_for_layer(layerDigest=digest)["downloadUrl"]


def fetch(server: Server, url: str, method: str = "GET", **headers: str) -> Answer:
    """What a client without any credentials gets at a URL."""
    path = url.removeprefix(server.url)
    assert path.startswith(PREFIX)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Oci(server.url).request(method, path, headers=named)


def redeem(server: Server, url: str, at: datetime) -> str:
    """The digest that a URL stands for at a time. Raises AccessDenied."""
    ticket = url.removeprefix(f"{server.url}{PREFIX}")

    async def work(app: App) -> str:
        return (await downloads.redeem(replace(app, clock=lambda: at), ticket, "request", Client())).digest

    return in_app(server.data, work)


def test_a_url_serves_the_bytes(server: Server, stocked: Repo) -> None:
    answer = stocked.get_download_url_for_layer(registryId=stocked.account, layerDigest=digest_of(LAYER))
    del answer["ResponseMetadata"]
    assert set(answer) == {"downloadUrl", "layerDigest"}
    assert answer["layerDigest"] == digest_of(LAYER)
    served = fetch(server, answer["downloadUrl"]).expect(200)
    assert served.body == LAYER
    assert served.headers["docker-content-digest"] == digest_of(LAYER)
    assert served.headers["accept-ranges"] == "bytes"


def test_a_config_is_a_layer_too(server: Server, stocked: Repo) -> None:
    assert fetch(server, url_of(stocked, digest_of(IMAGE.blobs[0]))).expect(200).body == IMAGE.blobs[0]


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=1048570-1048585", 1048570, 1048586),
        ("bytes=2097152-", 2097152, len(LAYER)),
        ("bytes=-10", len(LAYER) - 10, len(LAYER)),
        ("bytes=5-999999999", 5, len(LAYER)),
    ],
)
def test_a_url_serves_ranges(server: Server, url: str, asked: str, start: int, stop: int) -> None:
    part = fetch(server, url, range=asked).expect(206)
    assert part.headers["content-range"] == f"bytes {start}-{stop - 1}/{len(LAYER)}"
    assert part.body == LAYER[start:stop]


def test_conditions_and_heads(server: Server, url: str) -> None:
    head = fetch(server, url, "HEAD").expect(200)
    assert (head.headers["content-length"], head.body) == (str(len(LAYER)), b"")
    assert fetch(server, url, if_none_match=head.headers["etag"]).status == 304
    assert (
        fetch(server, url, range=f"bytes={len(LAYER)}-").expect(416).headers["content-range"] == f"bytes */{len(LAYER)}"
    )
    assert fetch(server, url, "PUT").expect(405).headers["allow"] == "GET, HEAD"


def test_a_url_is_good_for_an_hour(server: Server, stocked: Repo) -> None:
    asked_at, url = utc_now(), url_of(stocked)
    assert redeem(server, url, asked_at + timedelta(minutes=59)) == digest_of(LAYER)
    for late in (timedelta(hours=1), timedelta(days=365)):
        with pytest.raises(AccessDenied, match=r"^Request has expired$"):
            redeem(server, url, utc_now() + late)


def test_a_changed_url_is_refused(server: Server, url: str) -> None:
    ticket = url.rpartition("/")[2]
    middle = len(ticket) // 2
    changed = [
        ticket[:middle] + ("A" if ticket[middle] != "A" else "B") + ticket[middle + 1 :],
        ("A" if ticket[0] != "A" else "B") + ticket[1:],
        ticket[:-4],
        ticket[4:],
        ticket + "AAAA",
        "A" * 5000,
        "x",
        "",
        "%00",
        "%F0%9F%93%A6",
        "../" + ticket,
    ]
    for each in changed:
        answer = fetch(server, f"{server.url}{PREFIX}{each}").expect(403)
        assert answer.json()["errors"] == [{"code": "DENIED", "message": "The download URL is not valid"}], each


def test_a_url_ends_with_the_key_that_asked_for_it(server: Server, stocked: Repo) -> None:
    """It has the rights of whoever asked, at the time of use: a disabled key has none."""

    async def another_key(app: App) -> Keys:
        first = await app.db.read(access_keys.find_access_key, server.keys.access_key_id)
        assert first is not None
        keys = Keys("AKIADOWNLOADSOFROOT0", "the other key of the root")
        sealed = seal(
            await app.keyring.by_id(first.data_key_id), keys.secret_access_key.encode(), b"AKIADOWNLOADSOFROOT0"
        )
        row = replace(first, access_key_id=keys.access_key_id, sealed_secret=sealed)
        await app.db.write(access_keys.add_access_key, row, 0)
        return keys

    def set_active(*, active: bool) -> None:
        in_app(server.data, lambda app: app.db.write(access_keys.set_active, keys.access_key_id, active=active))

    keys = in_app(server.data, another_key)
    url = url_of(Repo(client(server, keys=keys), stocked.name, stocked.account))
    assert fetch(server, url).status == 200
    set_active(active=False)
    assert fetch(server, url).expect(403).json()["errors"] == [{"code": "DENIED", "message": "Request has expired"}]
    assert fetch(server, url_of(stocked)).status == 200
    set_active(active=True)
    assert fetch(server, url).status == 200
    set_active(active=False)


def test_a_url_ends_with_the_image(server: Server, repo: Repo) -> None:
    repo.push(IMAGE, "1")
    url = url_of(repo)
    repo.batch_delete_image(imageIds=[{"imageTag": "1"}])
    assert fetch(server, url).expect(404).codes == ["BLOB_UNKNOWN"]
    repo.delete_repository(force=True)
    assert fetch(server, url).expect(404).codes == ["NAME_UNKNOWN"]


def test_layers_that_are_not_there(stocked: Repo, new_repo: Any) -> None:
    def missing(repo: Repo, digest: str) -> Refused:
        message = (
            f"The layer with digest '{digest}' does not exist within the repository with name '{repo.name}' "
            f"in the registry with id '{repo.account}'"
        )
        return Refused("LayersNotFoundException", message, 400, {})

    assert refused(stocked.get_download_url_for_layer, layerDigest=ABSENT) == missing(stocked, ABSENT)
    other = new_repo()
    digest = digest_of(LAYER)
    assert refused(other.get_download_url_for_layer, layerDigest=digest) == missing(other, digest)
    absent = Repo(stocked.ecr, f"{stocked.name}-absent", stocked.account)
    assert refused(absent.get_download_url_for_layer, layerDigest=digest).code == "RepositoryNotFoundException"


def test_layers_that_no_image_has_are_inaccessible(stocked: Repo) -> None:
    digest = stocked.upload(b"nobody's layer")
    message = (
        f"The layer with digest '{digest}' in the repository with name '{stocked.name}' is not available "
        "because it is not associated with an image."
    )
    expected = Refused("LayerInaccessibleException", message, 400, {})
    assert refused(stocked.get_download_url_for_layer, layerDigest=digest) == expected


def test_digests_are_checked(stocked: Repo) -> None:
    for digest in ("", "latest", "sha256:xyz"):
        found = refused(stocked.get_download_url_for_layer, layerDigest=digest)
        form = "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
        assert found.message == f"Invalid parameter at 'layerDigest' failed to satisfy constraint: '{form}'"
    found = refused(stocked.get_download_url_for_layer, layerDigest="sha256:abc")
    message = "'sha256:abc' is not a digest: sha256 takes 64 hex digits in lower case"
    assert found == Refused("InvalidParameterException", message, 400, {})


def test_a_url_names_the_registry_of_its_region(server: Server, new_repo: Any) -> None:
    repo = new_repo(client(server, region="sa-east-1"))
    repo.push(IMAGE, "1")
    assert fetch(server, url_of(repo)).expect(200).body == LAYER
