"""`entrepot doctor`, as an operator runs it: beside a server, without one, and on what is broken."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.conftest import StartServer
from tests.doctor.patient import ALWAYS
from tests.encryption.keys import Kms, create
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.processes import search_path
from tests.support.server import COMMAND


def doctor(data: Path, *words: str, code: int = 0) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
    argv = [COMMAND, "doctor", "--data", str(data), *words]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300, env=own)
    assert "Traceback" not in done.stderr + done.stdout
    assert done.returncode == code or ALWAYS & set(done.stdout.split('"')), done.stdout + done.stderr
    return done.stdout if code < 2 else done.stderr


def codes(data: Path, *words: str, code: int = 0) -> dict[str, str]:
    found: Any = json.loads(doctor(data, "--json", *words, code=code))["findings"]
    return {each["code"]: each["severity"] for each in found if each["code"] not in ALWAYS}


def test_beside_a_server_and_after_it(start: StartServer) -> None:
    server = start()
    server.create_repository("app")
    Oci(server.url, server.password()).push_image("app", tiny_image("doctored"), "latest")
    # The key of the profile is the root's, and has just pushed.
    assert codes(server.data) == {"root-key-used": "warning"}
    server.terminate()
    assert codes(server.data) == {"root-key-used": "warning"}
    (server.data / "aws" / "config").chmod(0o644)
    text = doctor(server.data, code=1)
    assert text.splitlines()[0].startswith("error: ")
    assert f"    chmod 0600 {server.data / 'aws' / 'config'}\n" in text
    assert text.splitlines()[-1].endswith("1 warnings, 0 notes")
    (server.data / "aws" / "config").chmod(0o600)
    (server.data / "master.key").unlink()
    assert codes(server.data, code=1) == {"master-key": "error", "root-key-used": "warning", "left-out": "note"}


def test_nothing_is_there(tmp_path: Path) -> None:
    data = tmp_path / "none"
    assert json.loads(doctor(data, "--json", code=1))["findings"][0]["code"] == "no-deployment"
    assert not data.exists()
    assert doctor(data, "--port", "x", code=2).count("\n") == 1


def test_keys_of_kms(start: StartServer) -> None:
    """Remedies are commands for the AWS CLI, and do what they say."""
    server = start(args=["--work", "false"])
    kms = Kms(server)
    key = kms.create()
    create(server.boto3("ecr"), "KMS", key)
    well = codes(server.data)
    assert "kms-key-disabled" not in well
    for make_ill, code, severity in (
        (kms.disable, "kms-key-disabled", "warning"),
        (kms.schedule_deletion, "kms-key-pending-deletion", "error"),
    ):
        make_ill(key)
        assert codes(server.data, code=int(severity == "error")) == well | {code: severity}
        told: Any = json.loads(doctor(server.data, "--json", code=int(severity == "error")))["findings"]
        [remedy] = [each["remedy"] for each in told if each["code"] == code]
        env = {"PATH": search_path(), "HOME": str(server.data), **server.aws_env}
        subprocess.run(remedy, shell=True, check=True, env=env, timeout=300)  # noqa: S602 - it is for that
        assert codes(server.data) == well
