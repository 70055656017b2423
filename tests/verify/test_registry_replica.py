"""A registry as a replica: what it is asked, who is told the password, and what of its answers is taken."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable

import pytest

from entrepot.adapters.registry_replica import MOST_OF_A_MANIFEST, RegistryReplica
from entrepot.errors import StorageUnavailable
from tests.support.tls import Certificate
from tests.verify.stub_registry import Reply, stub_registry

DIGEST = "sha256:" + "ab" * 32
BLOB = f"/v2/app/blobs/{DIGEST}"
CONTENT = bytes(range(256)) * 10_000
BASIC = "Basic " + base64.b64encode(b"user:pass:word").decode()
USER = ("user", "pass:word")
NOT_HERE = Reply(404)
Answer = Callable[[str, str], Reply]


def blob(replica: RegistryReplica, *repositories: str) -> bytes:
    async def read() -> bytes:
        return b"".join([piece async for piece in replica.blob(None, DIGEST, repositories or ("app",))])

    return asyncio.run(read())


def manifest(replica: RegistryReplica) -> bytes:
    return asyncio.run(replica.manifest(DIGEST, "application/vnd.oci.image.manifest.v1+json", ["app"]))


def always(reply: Reply) -> Answer:
    return lambda _path, _who: reply


def needs(who: str, challenge: str, then: Reply = Reply(200, CONTENT)) -> Answer:  # noqa: B008 - frozen
    return lambda _path, asking: then if asking == who else Reply(401, headers={"WWW-Authenticate": challenge})


def test_names_are_the_same_there() -> None:
    with stub_registry(always(Reply(200, CONTENT))) as registry:
        assert blob(RegistryReplica(registry.url), "team/app") == CONTENT
        assert manifest(RegistryReplica(f"{registry.url}/mirror/")) == CONTENT
        assert registry.seen == [
            (f"/v2/team/app/blobs/{DIGEST}", ""),
            (f"/v2/mirror/app/manifests/{DIGEST}", ""),
        ]


def test_every_repository_that_needs_it_is_asked_for() -> None:
    with stub_registry(lambda path, _who: Reply(200, CONTENT) if "/two/" in path else NOT_HERE) as registry:
        assert blob(RegistryReplica(registry.url), "one", "two", "three") == CONTENT
        assert [path.split("/")[2] for path, _ in registry.seen] == ["one", "two"]
        with pytest.raises(StorageUnavailable, match="answers 404 for one"):
            blob(RegistryReplica(registry.url), "one")


def test_what_nobody_needs_is_not_asked_for() -> None:
    async def read() -> None:
        async for _ in RegistryReplica("http://localhost:1").blob(None, DIGEST, []):
            pass

    with pytest.raises(StorageUnavailable, match="under which name"):
        asyncio.run(read())


def test_basic_credentials() -> None:
    with stub_registry(needs(BASIC, 'Basic realm="x"')) as registry:
        assert blob(RegistryReplica(registry.url, *USER)) == CONTENT
        with pytest.raises(StorageUnavailable, match="401"):
            blob(RegistryReplica(registry.url))


def test_a_redirect_is_followed_without_credentials() -> None:
    with (
        stub_registry(always(Reply(200, CONTENT))) as store,
        stub_registry(always(Reply(307, headers={"Location": f"{store.url}/objects/1?signed=yes"}))) as registry,
    ):
        assert blob(RegistryReplica(registry.url, *USER)) == CONTENT
        assert registry.seen == [(BLOB, BASIC)]
        assert store.seen == [("/objects/1?signed=yes", "")]


def test_a_relative_redirect_stays_with_the_registry() -> None:
    def answer(path: str, _who: str) -> Reply:
        return Reply(200, CONTENT) if path == "/there" else Reply(302, headers={"Location": "/there"})

    with stub_registry(answer) as registry:
        assert blob(RegistryReplica(registry.url, *USER)) == CONTENT
        assert registry.seen == [(BLOB, BASIC), ("/there", BASIC)]


def test_redirects_end() -> None:
    with stub_registry(always(Reply(302, headers={"Location": "/again"}))) as registry:
        with pytest.raises(StorageUnavailable, match="from one place to another"):
            blob(RegistryReplica(registry.url))
        assert len(registry.seen) == 4


def test_a_token_from_the_registry_itself_is_asked_for_with_credentials() -> None:
    def answer(path: str, who: str) -> Reply:
        if path.startswith("/token"):
            return Reply(200, json.dumps({"token": "t0ken"}).encode()) if who == BASIC else Reply(401)
        return needs("Bearer t0ken", f'Bearer realm="{registry.url}/token",service="here"')(path, who)

    with stub_registry(answer) as registry:
        assert blob(RegistryReplica(registry.url, *USER)) == CONTENT
        [asked] = [path for path, _ in registry.seen if path.startswith("/token")]
        assert asked == "/token?service=here&scope=repository%3Aapp%3Apull"


def test_a_token_from_elsewhere_is_asked_for_without() -> None:
    with (
        stub_registry(always(Reply(200, json.dumps({"access_token": "public"}).encode()))) as service,
        stub_registry(needs("Bearer public", f'Bearer realm="{service.url}/token"')) as registry,
    ):
        assert blob(RegistryReplica(registry.url, *USER)) == CONTENT
        assert [who for _, who in service.seen] == [""]


@pytest.mark.parametrize(
    "told",
    [
        Reply(403),
        Reply(200, b"not JSON"),
        Reply(200, b"[]"),
        Reply(200, b"{}"),
        Reply(200, b'{"token": 5}'),
        Reply(200, json.dumps({"token": "a\r\nHost: elsewhere"}).encode()),
    ],
)
def test_a_token_service_that_gives_none(told: Reply) -> None:
    with (
        stub_registry(always(told)) as service,
        stub_registry(needs("Bearer x", f'Bearer realm="{service.url}/token"')) as registry,
        pytest.raises(StorageUnavailable, match="token service"),
    ):
        blob(RegistryReplica(registry.url))


def test_a_manifest_is_read_up_to_a_limit() -> None:
    with stub_registry(always(Reply(200, bytes(MOST_OF_A_MANIFEST + 5)))) as registry:
        assert len(manifest(RegistryReplica(registry.url))) == MOST_OF_A_MANIFEST + 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nowhere.invalid"])
def test_nobody_is_there(url: str) -> None:
    with pytest.raises(StorageUnavailable, match="cannot be reached"):
        blob(RegistryReplica(url))


def test_certificates_are_checked(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    with stub_registry(always(Reply(200, CONTENT)), certificate) as registry:
        with pytest.raises(StorageUnavailable, match="certificate verify failed"):
            blob(RegistryReplica(registry.url, *USER))
        assert registry.seen == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.ca))
        assert blob(RegistryReplica(registry.url, *USER)) == CONTENT


def test_nobody_is_led_from_tls_to_the_clear(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.ca))
    with (
        stub_registry(always(Reply(200, CONTENT))) as store,
        stub_registry(always(Reply(307, headers={"Location": f"{store.url}/objects/1"})), certificate) as registry,
    ):
        with pytest.raises(StorageUnavailable, match="without TLS"):
            blob(RegistryReplica(registry.url, *USER))
        registry.answer = needs("Bearer x", f'Bearer realm="{store.url}/token"')
        with pytest.raises(StorageUnavailable, match="without TLS"):
            blob(RegistryReplica(registry.url, *USER))
        assert store.seen == []


def test_a_name_has_no_password_in_it() -> None:
    assert RegistryReplica("https://registry.example/", *USER).name == "https://registry.example"
    for url in ("https://user:word@registry.example", "https://", "https://x:port", "file:///x", "https://x#y"):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
            RegistryReplica(url)
