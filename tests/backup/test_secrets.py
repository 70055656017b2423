"""Nothing in a backup lets anybody in who does not have the master key."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.backup.commands import entrepot
from tests.backup.places import contents
from tests.conftest import StartServer
from tests.support.images import make_image, tiny_image
from tests.support.oci import Oci

PLANTED = b"planted-in-a-layer-0123456789abcdef"
SEALED = "planted-in-a-manifest-0123456789abcdef"


def test_no_secret_is_in_a_backup(start: StartServer, tmp_path: Path) -> None:
    server = start(tmp_path / "data")
    iam, sts = server.boto3("iam"), server.boto3("sts")
    iam.create_user(UserName="somebody")
    made = iam.create_access_key(UserName="somebody")["AccessKey"]
    session = sts.get_session_token()["Credentials"]
    password = server.password()
    server.create_repository("app")
    oci = Oci(server.url, password)
    oci.push_image("app", make_image([PLANTED * 50]), "tag")
    server.create_repository("keyed", encryptionConfiguration={"encryptionType": "KMS"})
    oci.push_image("keyed", tiny_image(1, note=SEALED), "tag")
    location = oci.begin_upload("app")
    oci.request("PATCH", location, headers={"Content-Type": "application/octet-stream"}, body=PLANTED * 9).expect(202)
    key = (server.data / "master.key").read_text().strip()
    secrets = [
        server.keys.secret_access_key,
        made["SecretAccessKey"],
        session["SecretAccessKey"],
        session["SessionToken"],
        password,
        base64.b64encode(f"AWS:{password}".encode()).decode(),
        key,
        PLANTED.decode(),
        SEALED,
    ]
    told = entrepot("backup", tmp_path / "backups", "--data", server.data)
    stored = contents(tmp_path / "backups")
    assert any(name.endswith("entrepot.db") for name in stored)
    needles = [secret.encode() for secret in secrets] + [bytes.fromhex(key)]
    for name, content in stored.items():
        assert [needle for needle in needles if needle in content] == [], name
    assert [secret for secret in secrets if secret in told] == []
    # Those that ought to be there are: the search finds what is not sealed.
    assert any(made["AccessKeyId"].encode() in content for content in stored.values())
    assert not {"master.key", "config", "entrepot.toml"} & {Path(name).name for name in stored}
