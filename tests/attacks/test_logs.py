"""The log of a server at its most talkative holds no secret (compare CVE-2025-48374)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.attacks.signed import sign
from tests.oci.checked import Checked
from tests.support.engines import database_of
from tests.support.images import OCI_MANIFEST, digest_of, tiny_image
from tests.support.oci import Oci
from tests.support.postgres import binary
from tests.support.processes import run
from tests.support.server import Server, start_server


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("logs") / "data", args=["--log-level", "debug"])
    yield running
    running.stop()


def test_no_secret_in_the_log(talkative: Server) -> None:
    ecr, secret = talkative.boto3("ecr"), talkative.keys.secret_access_key
    password = talkative.password()
    oci, wrong = Checked(talkative.url, password), password[:-2] + "xx"
    ecr.create_repository(repositoryName="logged")
    image = tiny_image("logged")
    oci.push_image("logged", image, "v1")
    oci.pull_image("logged", "v1")
    layer = digest_of(image.layers[0])
    url = ecr.get_download_url_for_layer(repositoryName="logged", layerDigest=layer)["downloadUrl"]
    ticket = urlsplit(url).path.rpartition("/")[2]
    anyone = Oci(talkative.url)
    anyone.request("GET", f"/layers/{ticket}").expect(200)
    anyone.request("GET", f"/layers/{ticket}x").expect(403)
    anyone.request("DELETE", f"/layers/{ticket}").expect(405)
    Checked(talkative.url, wrong).request("GET", "/v2/").expect(401)
    oci.put_manifest("logged", "v2", b'{"password":"in a manifest"}', OCI_MANIFEST).expect(400)
    oci.request("GET", f"/v2/logged/tags/list?token={password}&last={quote(secret)}")
    signed = sign(talkative, "ListImages", {"repositoryName": "logged"})
    signed.send()
    spoilt = signed.with_header("Authorization", signed.headers["Authorization"][:-4] + "0000")
    assert spoilt.send().code == "InvalidSignatureException"
    presigned = sign(talkative, "ListImages", {"repositoryName": "logged"}, presigned_for=60)
    presigned.send()
    bad = sign(talkative, "ListImages", b'{"repositoryName": "in a bad body", ')
    bad.send()
    tagged = {"repositoryName": "logged", "tags": [{"Key": "password", "Value": "in a resource tag"}]}
    sign(talkative, "CreateRepository", tagged).send()

    log = talkative.log.read_text()
    assert log.count('"event":"request"') > 15, "nothing was logged, so nothing was proved"
    basic = base64.b64encode(f"AWS:{password}".encode()).decode()
    master = (talkative.data / "master.key").read_bytes()
    for name, text in {
        "the secret access key": secret,
        "it in a URL": quote(secret, safe=""),
        "a registry password": password,
        "a wrong registry password": wrong,
        "the beginning of a password": password[:40],
        "a Basic header": basic,
        "a layer URL's ticket": ticket,
        "a signature": signed.headers["Authorization"].rpartition("=")[2],
        "a presigned signature": presigned.path.rpartition("X-Amz-Signature=")[2],
        "the master key": master.decode("latin-1").strip(),
        "the master key in base64": base64.b64encode(master).decode(),
        "the master key in hex": master.hex(),
        "a manifest": "in a manifest",
        "a body": "in a bad body",
        "a resource tag": "in a resource tag",
        "a login": "Basic ",
        "a signature's scheme": "AWS4-HMAC-SHA256",
        "a header": '"authorization"',
    }.items():
        assert text not in log, name


def test_line_ends_in_a_path_stay_in_their_line(talkative: Server) -> None:
    """A log line cannot be forged."""
    forged = quote('\n{"event":"forged","level":"info"}\x1b[31m', safe="")
    for path in (f"/{forged}", f"/v2/{forged}/tags/list", f"/v2/x/manifests/{forged}"):
        Oci(talkative.url, "x").request("GET", path)
    lines = talkative.log.read_text().splitlines()
    assert not [line for line in lines if line.startswith('{"event":"forged"')]
    assert "\x1b" not in talkative.log.read_text()


def test_files_are_their_owner_s_alone(talkative: Server) -> None:
    assert talkative.data.stat().st_mode & 0o777 == 0o700
    private = [talkative.data / "master.key", talkative.aws_config, *talkative.data.glob("entrepot.db*")]
    private += [path] if (path := talkative.data / "entrepot.toml").exists() else []
    assert len(private) >= 3
    for path in private:
        assert path.stat().st_mode & 0o077 == 0, path


def test_secrets_are_sealed_where_they_lie(talkative: Server) -> None:
    """The secret access key and the passwords are in no file but the one that is for the user."""
    secret = talkative.keys.secret_access_key.encode()
    files = [path for path in talkative.data.rglob("*") if path.is_file() and path != talkative.aws_config]
    if url := database_of(talkative.data):
        dump = run([binary("pg_dump"), url])
        assert "COPY public.access_keys" in dump
        assert not {secret.decode(), secret.hex()} & set(re.findall(r"[\w+/]+", dump))
    else:
        assert talkative.data / "entrepot.db" in files
    for path in files:
        assert secret not in Path(path).read_bytes(), path
