"""No secret, token or key, and nothing of what is stored, comes out where it does not belong.

One deployment on PostgreSQL and a bucket, at its most talkative, with known values planted wherever it takes any. It is
driven through every door with good requests and bad ones, with the database away, the store away and a layer damaged.
Then its log, its metrics, its traces, every refusal and the output of its commands are searched for each value, as it
is and in the forms that a program may give it. (Backups are searched in tests/backup.)
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.attacks.signed import Request, sign
from tests.observability.collector import Collector, collector
from tests.observability.scrape import text
from tests.support.balancer import Balancer
from tests.support.images import OCI_MANIFEST, digest_of, make_image
from tests.support.oci import Oci
from tests.support.people import add_user
from tests.support.postgres import PASSWORD, USER, cluster
from tests.support.seaweed import SECRET_KEY, bucket, seaweed
from tests.support.server import COMMAND, Keys, Server, start_server

TOKEN = "metrics-token-planted-7731"
COLLECTOR_KEY = "collector-key-planted-5519"
PLAINTEXT = b"kms-plaintext-planted-6642"
CONTENT = b"content-of-a-layer-planted-9927"
ANNOTATION = "annotation-planted-3385"
TAG_VALUE = "tag-value-planted-1164"
QUERY = "query-planted-8846"
AGENT = "agent-planted-2253"
WEB_TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJwbGFudGVkIjoid2ViLXRva2VuIn0.c2lnbmF0dXJlLXBsYW50ZWQ"
PREFIX = "planted-corner"


@dataclass
class Scene:
    """The server, the lines that can be cut, what is secret by its name, and every refusal that was seen."""

    server: Server
    traces: Collector
    database: Balancer
    store: Balancer
    secrets: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    def note(self, status: int, headers: Mapping[str, str] | http.client.HTTPMessage, body: bytes) -> int:
        if status >= 400:
            self.refusals.append(f"{status} {list(headers.items())} {body.decode('latin-1')}")
        return status

    def oci(self, method: str, path: str, password: str | None = None, **more: Any) -> int:
        answer = Oci(self.server.url, password, seconds=60).request(method, path, **more)
        return self.note(answer.status, answer.headers, answer.body)

    def aws(self, request: Request) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(request.method, request.path, request.body, dict(request.headers))
            answer = connection.getresponse()
            body = answer.read()
        return self.note(answer.status, answer.headers, body), body


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    store, pg = Balancer([seaweed().port]), Balancer([cluster().port])
    name = cluster().create(cluster().migrated)
    with collector() as traces:
        env = {
            **seaweed().env,
            "ENTREPOT_DATABASE": f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{pg.port}/{name}",
            "ENTREPOT_METRICS_TOKEN": TOKEN,
            "ENTREPOT_OTLP_ENDPOINT": traces.url,
            "ENTREPOT_OTLP_HEADERS": f"authorization=Bearer {COLLECTOR_KEY}",
            "ENTREPOT_BLOBS": f"s3://{bucket()}/{PREFIX}",
            "ENTREPOT_S3_ENDPOINT_URL": f"http://127.0.0.1:{store.port}",
            "ENTREPOT_S3_PATH_STYLE": "true",
            "ENTREPOT_S3_TIMEOUT": "1",
            "ENTREPOT_LOG_LEVEL": "debug",
        }
        data = tmp_path_factory.mktemp("planted") / "data"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tests.support.engines.provide", lambda _: None)  # it has a database already
            server = start_server(data, env=env)
        found = Scene(server, traces, pg, store)
        try:
            play(found, env)
            yield found
        finally:
            server.stop()
            store.close()
            pg.close()


def play(scene: Scene, env: dict[str, str]) -> None:
    """All acts, the last of which closes the doors."""
    _keys(scene)
    _registry(scene)
    _kms(scene)
    _strangers(scene)
    _commands(scene, env)
    _trouble(scene)
    scene.outputs.append(text(scene.server.url, TOKEN))
    scene.server.terminate()


def _keys(scene: Scene) -> None:
    server, secrets = scene.server, scene.secrets
    secrets["the root's secret key"] = server.keys.secret_access_key
    secrets["the master key"] = (server.data / "master.key").read_text().split()[0]
    user = add_user(server, "planted", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"})
    secrets["a user's secret key"] = user.secret_access_key
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    iam = server.boto3("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="planted", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    session = server.boto3("sts", keys=user).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    secrets["a session's secret key"] = session["SecretAccessKey"]
    secrets["a session token"] = session["SessionToken"]
    keys = Keys(session["AccessKeyId"], session["SecretAccessKey"])
    for token in (session["SessionToken"], session["SessionToken"][:-6] + "AAAAAA"):
        scene.aws(sign(server, "DescribeRepositories", keys=keys, headers={"X-Amz-Security-Token": token}))
    signed = sign(server, "DescribeRepositories")
    secrets["a signature"] = signed.headers["Authorization"].rpartition("=")[2]
    scene.aws(signed)
    scene.aws(signed.with_header("Authorization", signed.headers["Authorization"][:-4] + "0000"))
    presigned = sign(server, "DescribeRepositories", presigned_for=60)
    secrets["a presigned signature"] = presigned.path.rpartition("X-Amz-Signature=")[2]
    scene.aws(presigned)
    scene.aws(presigned.change(path=presigned.path.replace("Signature=", "Signature=0")))


def _registry(scene: Scene) -> None:
    server, secrets = scene.server, scene.secrets
    password = secrets["a registry password"] = server.password()
    oci, ecr = Oci(server.url, password), server.boto3("ecr")
    ecr.create_repository(repositoryName="planted", tags=[{"Key": "note", "Value": TAG_VALUE}])
    image = make_image([CONTENT], annotations={"note": ANNOTATION})
    oci.push_image("planted", image, "v1")
    oci.pull_image("planted", "v1")
    bearer = secrets["a bearer token"] = oci.request("GET", "/v2/_token").json()["token"]
    for token in (bearer, bearer[:-6] + "AAAAAA"):
        scene.oci("GET", "/v2/", headers={"Authorization": f"Bearer {token}"})
    url = ecr.get_download_url_for_layer(repositoryName="planted", layerDigest=digest_of(CONTENT))["downloadUrl"]
    ticket = secrets["a download URL"] = urlsplit(url).path.rpartition("/")[2]
    for path, method in ((f"/layers/{ticket}", "GET"), (f"/layers/{ticket}x", "GET"), (f"/layers/{ticket}", "PUT")):
        scene.oci(method, path)
    scene.oci("GET", f"/v2/planted/tags/list?token={QUERY}", password, headers={"User-Agent": AGENT})
    headers = {"Content-Type": OCI_MANIFEST}
    body = json.dumps({"schemaVersion": 2, "annotations": {"note": ANNOTATION}}).encode()
    scene.oci("PUT", "/v2/planted/manifests/bad", password, headers=headers, body=body)
    scene.oci("PUT", "/v2/planted/manifests/bad", password, headers=headers, body=ANNOTATION.encode())
    location = oci.begin_upload("planted")
    answer = oci.finish_upload(location, digest_of(b"other"), CONTENT)
    scene.note(answer.status, answer.headers, answer.body)
    scene.aws(sign(server, "PutImage", {"repositoryName": "planted", "imageManifest": ANNOTATION}))
    tag = {"Key": "x" * 200, "Value": TAG_VALUE}
    scene.aws(sign(server, "CreateRepository", {"repositoryName": "more", "tags": [tag]}))
    scene.aws(sign(server, "UploadLayerPart", b'{"layerPartBlob": "' + base64.b64encode(CONTENT) + b'", '))


def _kms(scene: Scene) -> None:
    kms, secrets = scene.server.boto3("kms"), scene.secrets
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=PLAINTEXT)["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == PLAINTEXT
    data_key = kms.generate_data_key(KeyId=key, KeySpec="AES_256")["Plaintext"]
    secrets["a data key of KMS"] = base64.b64encode(data_key).decode()
    secrets["it in hexadecimal"] = data_key.hex()
    for given in ({"Plaintext": PLAINTEXT}, {"KeyId": "0" * 36, "Plaintext": PLAINTEXT}):
        with contextlib.suppress(Exception):
            kms.encrypt(**{"KeyId": key, **given, "EncryptionContext": {"x": "y" * 9000}})
    kms.disable_key(KeyId=key)
    for call in (lambda: kms.encrypt(KeyId=key, Plaintext=PLAINTEXT), lambda: kms.decrypt(CiphertextBlob=sealed)):
        with pytest.raises(Exception, match="DisabledException") as caught:
            call()
        scene.refusals.append(str(getattr(caught.value, "response", caught.value)))


def _strangers(scene: Scene) -> None:
    """Credentials that prove nothing are somebody's all the same."""
    wrong = scene.secrets["a wrong password"] = scene.secrets["a registry password"][:-6] + "QQQQQQ"
    scene.oci("GET", "/v2/", wrong)
    scene.oci("POST", "/v2/_token", body=f"grant_type=password&username=AWS&password={wrong}".encode())
    scene.oci("GET", "/v2/", headers={"Authorization": f"Basic {base64.b64encode(b'me:' + wrong.encode()).decode()}"})
    scene.oci("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}x"})
    form = (
        f"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=x&RoleSessionName=s&WebIdentityToken={WEB_TOKEN}"
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    scene.oci("POST", "/", headers=headers, body=form.encode())
    scene.oci("GET", f"/?{form}", headers=headers)
    scene.oci("GET", f"/nowhere/{QUERY}?x={QUERY}", headers={"Cookie": QUERY})


def _commands(scene: Scene, env: dict[str, str]) -> None:
    away = env["ENTREPOT_DATABASE"].replace(str(scene.database.port), "1")
    runs: tuple[tuple[dict[str, str], str], ...] = (
        ({}, "settings"),
        ({}, "settings --json"),
        ({}, "doctor"),
        ({}, "gc status"),
        ({}, "usage"),
        ({"ENTREPOT_DATABASE": away}, "gc status"),
        ({"ENTREPOT_DATABASE": f"postgresql://x:{PASSWORD}@@/"}, "settings"),
        ({"ENTREPOT_OTLP_HEADERS": COLLECTOR_KEY}, "settings"),
        ({"ENTREPOT_METRICS_TOKEN": f"{TOKEN} "}, "settings"),
        ({"AWS_SECRET_ACCESS_KEY": f"{SECRET_KEY}-wrong-planted"}, "serve --port 0"),
    )

    def output(more: dict[str, str], words: str) -> str:
        argv = [COMMAND, *words.split(), "--data", scene.server.data]
        done = subprocess.run(argv, env={**os.environ, **env, **more}, capture_output=True, timeout=300, check=False)
        return (done.stdout + done.stderr).decode()

    with ThreadPoolExecutor(4) as threads:
        scene.outputs += threads.map(output, *zip(*runs, strict=True))
    assert all(each.strip() for each in scene.outputs)


def _trouble(scene: Scene) -> None:
    password = scene.secrets["a registry password"]
    digest = digest_of(CONTENT)
    location = Oci(scene.server.url, password).begin_upload("planted").removeprefix(scene.server.url)
    path = f"{location}{'&' if '?' in location else '?'}digest={digest}"
    with scene.store.cut():
        _at_once(
            lambda: scene.oci("GET", f"/v2/planted/blobs/{digest}", password),
            lambda: scene.oci("PUT", path, password, body=CONTENT),
        )
    client = seaweed().client()
    for each in client.list_objects_v2(Bucket=bucket(), Prefix=PREFIX)["Contents"]:
        client.put_object(Bucket=bucket(), Key=each["Key"], Body=b"damaged" * 100)
    scene.oci("GET", f"/v2/planted/blobs/{digest}", password)
    with scene.database.cut():
        _at_once(
            lambda: scene.oci("GET", "/v2/planted/manifests/v1", password),
            lambda: scene.oci("GET", f"/layers/{scene.secrets['a download URL']}"),
            lambda: scene.aws(sign(scene.server, "DescribeRepositories"))[0],
            lambda: scene.oci("GET", "/readyz"),
            lambda: scene.oci("GET", "/v2/_token", password),
        )


def _at_once(*calls: Callable[[], int]) -> None:
    """Each of them fails, after a while in which it was tried again."""
    with ThreadPoolExecutor(len(calls)) as threads:
        assert all(status >= 500 for status in threads.map(lambda call: call(), calls))


def planted(scene: Scene) -> dict[str, str]:
    """Every value that is nobody's business, by what it is."""
    return {
        **scene.secrets,
        "the password of the database": PASSWORD,
        "the secret key of the store": SECRET_KEY,
        "the token for metrics": TOKEN,
        "the key of the collector": COLLECTOR_KEY,
        "a plaintext of KMS": PLAINTEXT.decode(),
        "the content of a layer": CONTENT.decode(),
        "an annotation": ANNOTATION,
        "the value of a tag": TAG_VALUE,
        "a query": QUERY,
        "a user agent": AGENT,
        "a web identity token": WEB_TOKEN,
        "its signature": WEB_TOKEN.rpartition(".")[2],
    }


def forms(secret: str) -> set[str]:
    """A value as it is, and as headers, URLs, JSON and dumps show it."""
    plain = secret.encode()
    inside = (base64.b64encode(bytes(pad) + plain).decode().rstrip("=") for pad in range(3))
    # In base64 the value may begin anywhere in a group of three, which leaves the ends open.
    return {secret, quote(secret, safe=""), plain.hex(), json.dumps(secret)[1:-1], *(each[4:-4] for each in inside)}


def places(scene: Scene) -> dict[str, str]:
    """Everything that came out and is no answer to who had a right to it."""
    return {
        "the log": scene.server.log.read_text(),
        "the traces": "".join(body.decode("latin-1") for body in scene.traces.raw),
        "an answer that refuses": "\n".join(scene.refusals),
        "the metrics or the output of a command": "\n".join(scene.outputs),
    }


def test_nothing_that_was_planted_comes_out(scene: Scene) -> None:
    found = places(scene)
    leaks = [
        f"{what} in {where}"
        for where, content in found.items()
        for what, secret in planted(scene).items()
        if any(form in content for form in forms(secret)) and not _allowed(what, where, content, secret)
    ]
    assert not leaks


def _allowed(what: str, where: str, content: str, secret: str) -> bool:
    """A path that leads nowhere is logged as it came, without its query: that is how its line is found."""
    paths = set(re.findall(rf'"path":"(/nowhere/{re.escape(secret)})"', content))
    return what == "a query" and where == "the log" and content.count(secret) == len(paths) == 1


def test_enough_came_out_to_prove_something(scene: Scene) -> None:
    found = places(scene)
    assert found["the log"].count('"event":"request"') > 60
    events = set(re.findall(r'"event":"([^"]+)"', found["the log"]))
    assert {"request", "stored content is damaged", "database not available"} <= events
    names = {span.name for span in scene.traces.spans}
    assert {"POST /", "GET /layers/{ticket}", "db write", "store read", "kms.Encrypt", "INSERT"} <= names
    assert len(scene.refusals) > 25
    statuses = {refusal.partition(" ")[0] for refusal in scene.refusals}
    assert {"400", "401", "403", "404", "500", "503"} <= statuses
    assert "entrepot_db_failures_total" in found["the metrics or the output of a command"]
    assert "********" in found["the metrics or the output of a command"]


def test_an_error_is_no_traceback(scene: Scene) -> None:
    for refusal in scene.refusals:
        assert "Traceback" not in refusal
        assert str(Path(scene.server.data)) not in refusal
        assert ".py" not in refusal


@pytest.mark.parametrize("secret", ["s3cr3t/with+signs=", "plain"])
def test_forms_are_found_wherever_a_value_stands(secret: str) -> None:
    for before in ("", "a", "ab", "abc"):
        dumped = base64.b64encode(f"{before}xxx{secret}xxxxxx".encode()).decode()
        assert len(secret) < 8 or any(form in dumped for form in forms(secret))
    assert any(form in f"x={quote(secret, safe='')}" for form in forms(secret))
