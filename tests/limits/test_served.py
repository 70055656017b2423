"""What clients are told at both doors, by servers with several workers and on several nodes."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.access.eventually import PROMISED, settled
from tests.concurrency.crowd import at_once, statuses
from tests.conftest import StartServer
from tests.support.clients.skopeo import Skopeo
from tests.support.images import digest_of, gzip_layer, make_image, random_bytes, tiny_image
from tests.support.oci import Oci
from tests.support.postgres import cluster
from tests.support.server import Server, start_server
from tests.support.stored import Stored

RATES = (
    "DescribeRepositories=1:1,ListImages=1:1,BatchGetImage=2:1,GetDownloadUrlForLayer=4:1,iam:ListUsers=1:1,"
    "unauthenticated=1:3"
)
QUOTAS = ("--quota-repository-bytes", "3MiB", "--quota-images-per-repository", "4", "--quota-repositories", "2000")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers with low rates and quotas."""
    data = tmp_path_factory.mktemp("served") / "data"
    running = start_server(data, workers=2, args=["--rate-limits", RATES, *QUOTAS, "--hostname", "localhost"])
    yield running
    running.stop()


@pytest.fixture(scope="module")
def password(server: Server) -> str:
    return server.password()


@pytest.fixture
def oci(server: Server, password: str) -> Oci:
    return Oci(server.url, password)


def error_of(call: Callable[..., Any], **given: Any) -> tuple[str, str, int]:
    """Code, message and status of the first call that is refused; there have to be no more than ten before."""
    for _ in range(10):
        try:
            call(**given)
        except ClientError as error:
            answer: Any = error.response
            return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("nothing was refused")


def test_throttled_in_the_json_protocol(server: Server) -> None:
    assert error_of(server.boto3().describe_repositories) == ("ThrottlingException", "Rate exceeded", 400)


def test_throttled_in_the_query_protocol(server: Server) -> None:
    assert error_of(server.boto3("iam").list_users) == ("ThrottlingException", "Rate exceeded", 400)


def test_throttled_at_the_registry(oci: Oci, repository: str) -> None:
    answers = [oci.tags(repository) for _ in range(4)]
    assert statuses(answers)[429] >= 2
    refused = next(answer for answer in answers if answer.status == 429)
    assert refused.codes == ["TOOMANYREQUESTS"]
    assert refused.json()["errors"][0]["message"] == "Rate exceeded"
    assert refused.headers["retry-after"] == "1"


def test_strangers_are_counted_by_their_address(server: Server, password: str) -> None:
    answers = [Oci(server.url, "nonsense").request("GET", "/v2/") for _ in range(8)]
    assert statuses(answers)[401] >= 1
    assert statuses(answers)[429] >= 4
    assert Oci(server.url, password).request("GET", "/v2/").status == 200  # who is known is none of them
    assert set(statuses([Oci(server.url).request("GET", "/v2/") for _ in range(4)])) <= {401, 429}
    wrong = boto3.Session().client(
        "ecr",
        endpoint_url=server.url,
        region_name=server.region,
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )
    codes = Counter()
    for _ in range(6):
        with pytest.raises(ClientError) as caught:
            wrong.describe_repositories()
        codes[caught.value.response["Error"]["Code"]] += 1
    assert set(codes) <= {"ThrottlingException", "UnrecognizedClientException"}
    assert codes["ThrottlingException"] >= 2


def test_boto3_comes_again_until_it_gets_through(server: Server) -> None:
    client = boto3.Session().client(
        "ecr",
        endpoint_url=server.url,
        region_name=server.region,
        aws_access_key_id=server.keys.access_key_id,
        aws_secret_access_key=server.keys.secret_access_key,
        config=Config(retries={"mode": "standard", "total_max_attempts": 8}),
    )
    answers = [client.describe_repositories() for _ in range(4)]
    assert sum(each["ResponseMetadata"]["RetryAttempts"] for each in answers) >= 2


def test_skopeo_comes_again_until_it_gets_through(
    server: Server, oci: Oci, repository: str, password: str, tmp_path: Path
) -> None:
    image = make_image([gzip_layer({"data": random_bytes(1_000, each)}) for each in range(5)])
    oci.push_image(repository, image, "v")
    client = Skopeo(tmp_path)
    client.login(server.host, password)
    pulled = client.pull(f"{server.host}/{repository}:v", tmp_path / "pulled")
    assert set(pulled.contents(image.digest)) == set(image.contents())
    throttled = [line for line in server.program.log_text().splitlines() if f"/v2/{repository}/" in line]
    assert any('"status":429' in line or "status=429" in line for line in throttled)


@pytest.mark.alone
@pytest.mark.parametrize("door", ["registry", "api"])
def test_a_full_repository(server: Server, oci: Oci, repository: str, door: str) -> None:
    stored = Stored(server.data)
    oci.push_blob(repository, random_bytes(2 << 20, repository))
    before = stored.objects().keys()
    more = random_bytes(2 << 20, "more")
    if door == "registry":
        location = oci.begin_upload(repository)
        pieces = (more[at : at + 100_000] for at in range(0, len(more), 100_000))
        answer = oci.request("PATCH", location, body=pieces)
        if answer.status == 202:  # by a worker that had counted just before; then the completion has the last word
            answer = oci.finish_upload(location, digest_of(more))
        answer.expect(403)
        assert answer.codes == ["DENIED"]
        assert "quota repository_bytes" in answer.json()["errors"][0]["message"]
        oci.request("GET", location).expect(404)
    else:
        ecr = server.boto3()
        upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
        part = {"partFirstByte": 0, "partLastByte": len(more) - 1, "layerPartBlob": more}
        given = {"repositoryName": repository, "uploadId": upload}

        def push() -> None:
            ecr.upload_layer_part(**given, **part)
            ecr.complete_layer_upload(**given, layerDigests=[digest_of(more)])

        code, message, status = error_of(push)
        assert (code, status) == ("LimitExceededException", 400)
        assert "'3145728'" in message
    assert stored.objects().keys() == before
    # Full to the last byte, nothing can be begun, at an operation whose model declares no such error.
    held = sum(
        stored.rows(
            "SELECT size FROM blobs b JOIN repository_blobs h ON h.blob_id = b.id JOIN repositories r "
            "ON r.id = h.repository_id WHERE r.name = ?",
            repository,
        )
    )
    oci.push_blob(repository, random_bytes((3 << 20) - held, "the rest"))
    assert error_of(server.boto3().initiate_layer_upload, repositoryName=repository)[0] == "LimitExceededException"
    begin = partial(oci.request, "POST", f"/v2/{repository}/blobs/uploads/")
    assert settled(lambda: begin().status == 403) < PROMISED  # a worker may go by what it counted just before


def test_thirty_two_clients_race_for_the_last_image(server: Server, oci: Oci, repository: str) -> None:
    layer = gzip_layer({"same.txt": b"same"})
    images = [make_image([layer], annotations={"variant": str(each)}) for each in range(32)]
    for blob in images[0].blobs:
        oci.push_blob(repository, blob)
    put = [partial(oci.put_manifest, repository, each.digest, each.manifest, each.media_type) for each in images]
    assert statuses(at_once(put)) == {201: 4, 403: 28}
    assert Stored(server.data).rows(
        "SELECT count(*) FROM images i JOIN repositories r ON r.id = i.repository_id WHERE r.name = ?", repository
    ) == [4]


NODES = 3
RATE, BURST, SECONDS, CLIENTS = 10, 40, 4.0, 12
REFUSED = 60
"""So many refusals say that clients were at the limit; a slow machine takes longer to come to them."""


@pytest.fixture(params=["two workers", "three nodes"])
def nodes(request: pytest.FixtureRequest, start: StartServer, tmp_path: Path) -> list[Server]:
    """Two workers on the engine of the run, or three nodes on PostgreSQL."""
    limits = ["--rate-limits", f"BatchGetImage={RATE}:{BURST}"]
    if request.param == "two workers":
        return [start(workers=2, args=limits)]
    (data := tmp_path / "shared").mkdir(mode=0o700)
    (data / "entrepot.toml").write_text(f'database = "{cluster().fresh()}"\n')
    first = start(data, args=limits)
    return [first, *(start(data, args=limits) for _ in range(NODES - 1))]


def bucket(server: Server) -> tuple[int, int]:
    """Tokens and the time that they were counted at, by the clock of the servers."""
    (row,) = Stored(server.data).rows("SELECT tokens, updated_at FROM rate_buckets WHERE name LIKE ?", "%BatchGetImage")
    return row


@pytest.mark.alone
def test_a_rate_holds_over_all_of_them(nodes: list[Server]) -> None:
    """What was let through is what the bucket gave out, by its own clock, within a tenth."""
    password = nodes[0].password()
    oci = Oci(nodes[0].url, password)
    nodes[0].create_repository("app")
    image = tiny_image("app")
    oci.push_image("app", image, "v")
    oci.head_manifest("app", "v").expect(200)
    clients, began = [Oci(node.url, password) for node in nodes], time.monotonic()
    (tokens, since), turns = bucket(nodes[0]), itertools.cycle(range(len(nodes)))

    def drive(client: Oci) -> Counter[int]:
        seen = Counter[int]()
        while time.monotonic() - began < SECONDS or seen[429] < REFUSED // CLIENTS:
            seen[client.head_manifest("app", "v").status] += 1
            assert time.monotonic() - began < 20 * SECONDS
        return seen

    with ThreadPoolExecutor(CLIENTS) as threads:
        seen = sum(threads.map(drive, [clients[next(turns)] for _ in range(CLIENTS)]), Counter[int]())
    left, until = bucket(nodes[0])
    assert set(seen) <= {200, 429}
    given_out = (tokens - left) / 1_000 + RATE * (until - since) / 1_000_000
    assert 0.9 * given_out <= seen[200] <= 1.1 * given_out
    # As all of it began with a full bucket:
    assert seen[200] <= 1.1 * (BURST + RATE * (until - since) / 1_000_000)


def test_the_settings_name_operations_that_there_are(start: StartServer) -> None:
    with pytest.raises(AssertionError, match="rate_limits: there is no operation 'PutImge'"):
        start(args=["--rate-limits", "PutImge=10"])
