"""URLs of GetDownloadUrlForLayer: good for one layer and for an hour, and no more than whoever asked still may."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from entrepot.app import utc_now
from entrepot.context import App, Context, Registry, RepositoryRef
from entrepot.services import credentials, downloads
from tests.oci.checked import Checked
from tests.oci.inprocess import in_app
from tests.support.images import Image, digest_of
from tests.support.oci import Answer, Oci
from tests.support.server import Server


@pytest.fixture
def fetch(server: Server) -> Callable[[str], Answer]:
    """GET of a path without credentials."""
    return lambda path: Oci(server.url).request("GET", path)


@pytest.fixture
def path(ecr: Any, earlier: str, earlier_image: Image) -> str:
    """The path of a layer's URL."""
    digest = digest_of(earlier_image.layers[0])
    url = ecr.get_download_url_for_layer(repositoryName=earlier, layerDigest=digest)["downloadUrl"]
    return urlsplit(url).path


def test_every_letter_counts(fetch: Callable[[str], Answer], path: str, earlier_image: Image) -> None:
    assert fetch(path).expect(200).body == earlier_image.layers[0]
    prefix, _, ticket = path.rpartition("/")
    # Every third, and the last ones: those hold the bits that base64 leaves over.
    for position in {*range(0, len(ticket), 3), len(ticket) - 2, len(ticket) - 1}:
        other = chr(ord(ticket[position]) ^ 1)
        forged = ticket[:position] + (other if other.isalnum() else "A") + ticket[position + 1 :]
        if forged != ticket:
            assert fetch(f"{prefix}/{forged}").expect(403).codes == ["DENIED"], position


@pytest.mark.parametrize("ticket", ["", "A", "=", "AAAA", "A" * 200, "A" * 20_000, "..", "%2e%2e", "%00", "%FF", "a/b"])
def test_what_is_no_ticket(fetch: Callable[[str], Answer], path: str, ticket: str) -> None:
    assert fetch(f"/layers/{ticket}").expect(403).codes == ["DENIED"]
    fetch(f"{path}{ticket or 'x'}").expect(403)


def test_a_registry_password_is_no_ticket_and_the_other_way_round(
    server: Server, fetch: Callable[[str], Answer], password: str, path: str
) -> None:
    fetch(f"/layers/{password}").expect(403)
    Checked(server.url, path.rpartition("/")[2]).request("GET", "/v2/").expect(401)


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 403), (24 * 60, 403)])
def test_an_hour(
    server: Server, fetch: Callable[[str], Answer], earlier: str, earlier_image: Image, minutes: int, status: int
) -> None:
    async def issue(app: App) -> str:
        past = dataclasses.replace(app, clock=lambda: utc_now() - timedelta(minutes=minutes))
        root = await credentials.ensure_root(app, "123456789012")
        registry = Registry("123456789012", server.region)
        ctx = Context(root.principal, registry, "id", past.clock())
        return await downloads.url_for_layer(
            past, ctx, RepositoryRef(registry, earlier), digest_of(earlier_image.layers[0])
        )

    fetch(urlsplit(in_app(server.data, issue)).path).expect(status)


def test_it_ends_with_the_image(
    oci: Checked, ecr: Any, repository: str, earlier_image: Image, fetch: Callable[[str], Answer]
) -> None:
    oci.push_image(repository, earlier_image, "v1")
    digest = digest_of(earlier_image.layers[0])
    url = ecr.get_download_url_for_layer(repositoryName=repository, layerDigest=digest)["downloadUrl"]
    path = urlsplit(url).path
    fetch(path).expect(200)
    oci.delete_manifest(repository, "v1").expect(202)
    for _ in range(4):
        assert fetch(path).status in (403, 404)
