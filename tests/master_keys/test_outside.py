"""A master key in an outside KMS while a server serves: what it is told, and what goes on without it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.conftest import StartServer
from tests.master_keys.conftest import Prepare
from tests.master_keys.deployed import Deployed, Outside, new_key
from tests.support.balancer import Balancer
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.server import Server
from tests.support.stored import Stored


@pytest.fixture
def line(outside: Outside) -> Iterator[Balancer]:
    """Between a deployment and its KMS."""
    made = Balancer([outside.server.port])
    yield made
    made.close()


def test_a_kms_that_is_away_for_a_while(start: StartServer, outside: Outside, line: Balancer) -> None:
    server = start(env=outside.settings(outside.key(), line.url))
    deployed, image = Deployed(server.data), tiny_image("kept")
    server.create_repository("kept")
    oci = Oci(server.url, server.password())
    oci.push_image("kept", image, "1")
    with line.cut():
        assert oci.pull_image("kept", "1") == image.contents()
        oci.push_image("kept", tiny_image("more"), "2")
        elsewhere = server.boto3(region="eu-west-1")
        elsewhere.create_repository(repositoryName="new")
        far = Oci(server.url, server.password(region="eu-west-1"))
        answer = far.request("POST", "/v2/new/blobs/uploads/").expect(503)
        assert answer.headers["retry-after"]
        assert_tells_nothing(server, answer.body.decode())
        with pytest.raises(ClientError) as caught:
            elsewhere.initiate_layer_upload(repositoryName="new")
    assert caught.value.response["Error"]["Code"] == "KmsException"
    assert caught.value.response["kmsError"] == "KeyUnavailableException"
    assert_tells_nothing(server, str(caught.value))
    far.push_image("new", image, "1")
    assert far.pull_image("new", "1") == image.contents()
    assert len(deployed.names()) == 1


def assert_tells_nothing(server: Server, told: str) -> None:
    for word in (str(server.data), "arn:", "kms:", "127.0.0.1"):
        assert word not in told
    assert "cannot be reached" in server.log.read_text()


def test_from_a_file_to_a_kms(start: StartServer, outside: Outside) -> None:
    server, image = start(), tiny_image("kept")
    server.create_repository("kept")
    Oci(server.url, server.password()).push_image("kept", image, "1")
    deployed, key = Deployed(server.data), outside.key()
    assert server.terminate() == 0
    deployed.env = {**outside.settings(key), "ENTREPOT_MASTER_KEY_FORMER": f"file:{deployed.key_file}"}
    server = start(server.data, env=deployed.env)
    assert is_whole(server, image.contents())
    deployed.does("rewrap")
    deployed.does("forget")
    assert is_whole(server, image.contents())
    assert deployed.names() == [key]
    del deployed.env["ENTREPOT_MASTER_KEY_FORMER"]
    deployed.key_file.unlink()
    assert server.terminate() == 0
    assert is_whole(start(server.data, env=deployed.env), image.contents())


def is_whole(server: Server, contents: dict[str, bytes]) -> bool:
    return Oci(server.url, server.password()).pull_image("kept", "1") == contents


def test_from_a_variable_to_a_kms_to_another_key_to_a_file(prepare: Prepare, outside: Outside, tmp_path: Path) -> None:
    deployed = prepare({"THE_KEY": new_key(), "ENTREPOT_MASTER_KEY": "env:THE_KEY", **outside.endpoint()})
    materials = deployed.fill(3)
    (path := tmp_path / "the.key").touch(mode=0o600)
    path.write_text(new_key())
    for place in (f"kms:{outside.key()}", f"kms:{outside.key()}", f"file:{path}"):
        former = deployed.env["ENTREPOT_MASTER_KEY"]
        deployed.env |= {"ENTREPOT_MASTER_KEY": place, "ENTREPOT_MASTER_KEY_FORMER": former}
        assert materials.items() <= deployed.materials().items()
        deployed.does("rewrap")
        deployed.does("forget")
        del deployed.env["ENTREPOT_MASTER_KEY_FORMER"]
        assert materials.items() <= deployed.materials().items()
        deployed.does("status")
        assert f"kms:{deployed.names()[0]}" == place or place.startswith("file:")


def test_the_scope_of_a_data_key_is_its_context(prepare: Prepare, outside: Outside) -> None:
    """So that a wrapped key that was moved to another row opens nothing, and a key policy can tell them apart."""
    deployed = prepare(outside.settings(outside.key()))
    ((scope, wrapped),) = Stored(deployed.data).rows("SELECT scope, wrapped FROM data_keys WHERE scope = 'secrets'")
    kms = outside.server.boto3("kms")
    assert len(kms.decrypt(CiphertextBlob=bytes(wrapped), EncryptionContext={"entrepot": scope})["Plaintext"]) == 32
    with pytest.raises(ClientError, match="InvalidCiphertextException"):
        kms.decrypt(CiphertextBlob=bytes(wrapped), EncryptionContext={"entrepot": "tokens"})
