"""A key whose material is gone: what it sealed is lost for good, and can be cleaned away."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.context import App
from entrepot.errors import ContentDamaged
from entrepot.services.sealing import unseal
from tests.access.eventually import settled
from tests.conftest import StartServer
from tests.encryption.keys import KINDS, Kms, create
from tests.oci.inprocess import in_app
from tests.support.images import digest_of, tiny_image
from tests.support.oci import Oci
from tests.support.processes import run
from tests.support.server import COMMAND
from tests.support.stored import Stored


def test_what_it_sealed_is_lost_and_goes_with_its_repository(start: StartServer) -> None:
    server = start(args=["--work", "false", "--gc-delay", "0"])
    kms, ecr, oci = Kms(server), server.boto3("ecr"), Oci(server.url, server.password())
    key = kms.create()
    names = {kind: create(ecr, kind, key) for kind in KINDS}
    image, kept = tiny_image("lost"), create(ecr, "AES256")
    for name in (*names.values(), kept):
        oci.push_image(name, image, "v1")
    kms.destroy(key)
    layer = digest_of(image.blobs[-1])
    settled(lambda: oci.get_blob(names["KMS"], layer).status == 403)
    for name in names.values():
        answer = oci.get_manifest(name, "v1").expect(403)
        assert f"Key '{key}' does not exist" in answer.body.decode()
        assert "nothing else opens" in answer.body.decode()
        (failure,) = ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "v1"}])["failures"]
        assert failure["failureCode"] == "KmsError"
    _assert_nothing_opens(server.data)
    for name in names.values():
        ecr.delete_repository(repositoryName=name, force=True)
    assert oci.pull_image(kept, "v1") == image.contents()
    before = len(Stored(server.data).objects())
    server.stop()
    flags = ["--data", str(server.data), "--gc-delay", "0"]
    for _ in range(2):
        run([str(COMMAND), "gc", "run", *flags])
    assert len(Stored(server.data).objects()) == before - 2 * len(set(image.blobs))
    run([str(COMMAND), "gc", "verify", *flags])


def _assert_nothing_opens(data: Path) -> None:
    """Whoever has the database and the master key finds no key that opens the repositories' data keys."""

    async def look(app: App) -> None:
        rows = Stored(data).rows("SELECT id, scope, wrapped, kms_key_id FROM data_keys")
        assert {bytes(row[2]) for row in rows if row[1].startswith("kms/")} <= {b""}
        orphaned = [row for row in rows if row[3] is not None and not row[1].startswith("kms/")]
        assert len(orphaned) == 2
        for _, scope, wrapped, _ in orphaned:
            for row in rows:
                if row[3] is None:
                    key = await app.keyring.by_id(row[0])
                    with pytest.raises(ContentDamaged):
                        unseal(key, bytes(wrapped)[8:], scope.encode())

    in_app(data, look)
