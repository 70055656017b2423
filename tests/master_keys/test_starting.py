"""Starts with each kind of master key, and with one that is lost, wrong, malformed or open to others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from entrepot import app as root
from entrepot.errors import KeyUnavailable
from entrepot.settings import SettingsError
from entrepot.settings_sources import load
from tests.faults.commands import refused_start, snapshot
from tests.master_keys.conftest import Prepare
from tests.master_keys.deployed import Deployed, Outside, new_key
from tests.support.people import add_user
from tests.support.processes import free_port

NOT_MADE = "11111111-2222-4333-8444-555555555555"


def refused(deployed: Deployed, *words: str) -> str:
    """The line of a refusal that changes nothing."""
    line = deployed.refused()
    for word in words:
        assert word in line
    return line


@pytest.mark.parametrize("kind", ["file", "env", "kms"])
def test_a_refusal_is_one_line(prepare: Prepare, request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    key = f"file:{tmp_path}/the.key"
    env = {"file": {}, "env": {"THE_KEY": new_key(), "ENTREPOT_MASTER_KEY": "env:THE_KEY"}}.get(kind)
    if env is None:
        outside: Outside = request.getfixturevalue("outside")
        env = outside.settings(outside.key())
    deployed = prepare({"ENTREPOT_MASTER_KEY": key, **env})
    if kind == "file":
        (tmp_path / "the.key").write_text(new_key())
    before = snapshot(deployed.data)
    lost = {"file": {}, "env": {"THE_KEY": ""}, "kms": {"ENTREPOT_MASTER_KEY": "kms:alias/none"}}[kind]
    command = "worker" if kind == "env" else "serve"
    refusal = refused_start(deployed.data, command=command, env={**deployed.env, **lost})
    assert (refusal.code, refusal.output) == (1, "")
    (line,) = refusal.lines
    assert line.startswith("entrepot: The ")
    assert snapshot(deployed.data) == before


def test_a_file_elsewhere_is_made_by_the_first_start_only(prepare: Prepare, tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.key"
    deployed = prepare({"ENTREPOT_MASTER_KEY": f"file:{path}"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert not deployed.key_file.exists()
    kept = path.rename(tmp_path / "kept")
    refused(deployed, f"The master key {path} is missing", "Restore it")
    kept.rename(path)
    path.chmod(0o644)
    refused(deployed, "may be read or changed by others (mode 0644)", f"chmod 600 {path}")


def test_a_variable(prepare: Prepare) -> None:
    deployed = prepare({"THE_KEY": new_key(), "ENTREPOT_MASTER_KEY": "env:THE_KEY"})
    assert not deployed.key_file.exists()
    (name,) = deployed.names()
    deployed.env["THE_KEY"] = other = new_key()
    line = refused(deployed, "not the one that sealed this data", name, "in env:THE_KEY")
    assert other not in line
    deployed.env["THE_KEY"] = other[:-1]
    line = refused(deployed, "variable THE_KEY is not 64 hexadecimal digits")
    assert other[:-1] not in line
    deployed.env["THE_KEY"] = ""
    refused(deployed, "variable THE_KEY, which is to hold the master key, is not set")


def test_a_former_key_that_is_not_there(prepare: Prepare, tmp_path: Path) -> None:
    deployed = prepare()
    deployed.env = {"ENTREPOT_MASTER_KEY_FORMER": f"file:{tmp_path}/none,env:NONE"}
    refused(deployed, f"The master key {tmp_path}/none cannot be read")


@pytest.mark.parametrize(
    "text", ["{key}", "env:ENTREPOT_DATA", "env:", "env:{key}", "file:", "kms:", "kms:a b", "vault:x", "raw:{key}"]
)
@pytest.mark.parametrize("name", ["ENTREPOT_MASTER_KEY", "ENTREPOT_MASTER_KEY_FORMER"])
def test_what_is_no_place_of_a_key_is_not_repeated(text: str, name: str) -> None:
    """Somebody may have put the key itself there."""
    key = "0" + new_key()
    with pytest.raises(SettingsError, match=f"^{name}: the value is not ") as caught:
        load([], {name: text.format(key=key)})
    assert key not in str(caught.value)


def test_a_key_of_a_kms(prepare: Prepare, outside: Outside) -> None:
    key = outside.key()
    deployed = prepare(outside.settings(key))
    assert deployed.names() == [key]
    assert not deployed.key_file.exists()
    kms = outside.server.boto3("kms")

    deployed.env["ENTREPOT_MASTER_KEY"] = f"kms:{outside.key()}"
    refused(deployed, "not the one that sealed this data", f"which is {key}", f"master_key_former as kms:{key}")
    deployed.env["ENTREPOT_MASTER_KEY"] = f"kms:{NOT_MADE}"
    refused(deployed, "not the one that sealed this data")
    deployed.env["ENTREPOT_MASTER_KEY"] = "kms:alias/none"
    refused(deployed, "The master key kms:alias/none is refused: NotFoundException")
    deployed.env["ENTREPOT_MASTER_KEY"] = f"kms:{key}"

    kms.disable_key(KeyId=key)
    refused(deployed, f"The master key kms:{key} is refused: DisabledException")
    kms.enable_key(KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    refused(deployed, "KMSInvalidStateException")
    kms.cancel_key_deletion(KeyId=key)
    kms.enable_key(KeyId=key)

    nobody = add_user(outside.server, f"nobody-{os.getpid()}")
    deployed.env |= {"AWS_ACCESS_KEY_ID": nobody.access_key_id, "AWS_SECRET_ACCESS_KEY": nobody.secret_access_key}
    line = refused(deployed, "is refused: AccessDeniedException")
    assert nobody.secret_access_key not in line
    deployed.env["AWS_SECRET_ACCESS_KEY"] += "x"
    refused(deployed, "is refused: ")
    deployed.env |= outside.endpoint(f"http://127.0.0.1:{free_port()}")
    refused(deployed, f"The master key kms:{key} cannot be reached")
    del deployed.env["AWS_ACCESS_KEY_ID"], deployed.env["AWS_SECRET_ACCESS_KEY"]
    refused(deployed, f"The master key kms:{key} cannot be reached", "credentials")
    deployed.env |= outside.endpoint()
    assert deployed.materials()


@pytest.mark.parametrize("form", ["id", "alias", "alias ARN"])
def test_what_a_key_may_be_called(prepare: Prepare, outside: Outside, form: str) -> None:
    arn = outside.key()
    alias = f"alias/{form.replace(' ', '-')}"
    outside.server.boto3("kms").create_alias(AliasName=alias, TargetKeyId=arn)
    forms: dict[str, Callable[[], str]] = {
        "id": lambda: arn.rpartition("/")[2],
        "alias": lambda: alias,
        "alias ARN": lambda: f"{arn.rpartition(':')[0]}:{alias}",
    }
    deployed = prepare(outside.settings(forms[form]()))
    assert deployed.names() == [arn]
    assert deployed.materials()
    if form == "id":
        return
    outside.server.boto3("kms").update_alias(AliasName=alias, TargetKeyId=outside.key())
    refused(deployed, "not the one that sealed this data", arn)
    deployed.env["ENTREPOT_MASTER_KEY_FORMER"] = f"kms:{arn}"
    deployed.does("rewrap")
    del deployed.env["ENTREPOT_MASTER_KEY_FORMER"]
    assert arn not in deployed.names()
    assert deployed.materials()


def test_a_profile_brings_credentials_and_the_endpoint(prepare: Prepare, outside: Outside) -> None:
    """As they lie in the data folder of another Entrepot."""
    env = {
        "ENTREPOT_MASTER_KEY": f"kms:{outside.key()}",
        "ENTREPOT_MASTER_KEY_PROFILE": "entrepot",
        "AWS_CONFIG_FILE": str(outside.server.aws_config),
    }
    deployed = prepare(env)
    assert deployed.materials()
    deployed.env["ENTREPOT_MASTER_KEY_PROFILE"] = "none"
    refused(deployed, "cannot be reached", "profile (none)")


def test_a_first_start_with_a_key_that_is_not_there_makes_nothing(tmp_path: Path, outside: Outside) -> None:
    for env in ({"ENTREPOT_MASTER_KEY": "env:NONE"}, outside.settings("alias/none")):
        deployed = Deployed(tmp_path / env["ENTREPOT_MASTER_KEY"].replace("/", "-"), env)
        with deployed.told(), pytest.raises(KeyUnavailable, match=r"not set|NotFoundException"):
            root.prepare(deployed.settings())
        assert not list(deployed.data.glob("master.key*"))
