"""What commands print of master keys, and that the keys themselves are nowhere."""

from __future__ import annotations

import base64
import json
import subprocess

from tests.conftest import StartServer
from tests.master_keys.conftest import Prepare
from tests.master_keys.deployed import Deployed, environment, new_key
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.server import COMMAND


def spellings(key: str) -> list[str]:
    material = bytes.fromhex(key)
    return [key, key.upper(), base64.b64encode(material).decode(), str(material), repr(material)[2:-1]]


def test_no_key_is_printed_or_logged(start: StartServer) -> None:
    planted = new_key()
    env = {"THE_KEY": planted, "ENTREPOT_MASTER_KEY_FORMER": "env:THE_KEY", "ENTREPOT_LOG_LEVEL": "debug"}
    server = start(env=env)
    deployed = Deployed(server.data, env)
    keys, printed = [planted, *deployed.lines()], []
    server.create_repository("kept")
    Oci(server.url, server.password()).push_image("kept", tiny_image("kept"), "1")
    for words in (["new"], ["status"], ["rewrap"], ["forget"], ["new", "--standby"]):
        ended = deployed.process(*words) if words == ["rewrap"] else deployed.command(*words)
        printed += [ended.output, ended.errors]
        keys += deployed.lines()
    deployed.key_file.write_text("".join(f"{key}z\n" for key in deployed.lines()))
    ended = deployed.command("status")
    printed += [ended.errors]
    assert ended.code == 1
    for words in (["settings"], ["settings", "--json"]):
        argv = [COMMAND, *words, "--data", str(server.data)]
        printed.append(subprocess.run(argv, env=environment(env), capture_output=True, text=True, check=True).stdout)
    assert "env:THE_KEY" in printed[-1]
    printed += [server.log.read_text(), Oci(server.url).request("GET", "/metrics").body.decode()]
    assert server.terminate() == 0
    printed.append(server.log.read_text())
    everything = "\n".join(printed)
    assert len(set(keys)) == 4
    for key in keys:
        for spelling in spellings(key):
            assert spelling not in everything
    for path in server.data.rglob("*"):
        if path.is_file() and not path.name.startswith("master.key"):
            assert not any(bytes.fromhex(key) in path.read_bytes() for key in keys)


def test_status(prepare: Prepare) -> None:
    deployed = prepare()
    (old,) = deployed.names()

    def shown() -> list[tuple[str, str, int, bool]]:
        ended = deployed.command("status", "--json")
        found = json.loads(ended.output)["keys"]
        assert ended.code == (0 if all(each["usable"] for each in found) else 1)
        return [(each["name"], each["role"], each["dataKeys"], each["usable"]) for each in found]

    ((_, _, count, _),) = shown()
    assert shown() == [(old, "current", count, True)]
    new = deployed.does("new").split()[0]
    assert shown() == [(new, "current", 0, True), (old, "former", count, True)]
    assert f"{new}  current  0" in deployed.does("status")
    deployed.does("rewrap")
    assert shown() == [(new, "current", count, True), (old, "former", 0, True)]
    standby = deployed.does("new", "--standby").split()[0]
    assert shown()[2] == (standby, "former", 0, True)
    deployed.does("promote", standby)
    assert shown()[0] == (standby, "current", 0, True)
    before = deployed.key_file.read_text()
    deployed.key_file.write_text(before.split()[0] + "\n")
    assert shown() == [(standby, "current", 0, True), (new, "missing", count, False)]
    assert "Restore it" in deployed.command("status").output
    ended = deployed.command("rewrap")
    assert (ended.code, f"{count} data keys could not be unwrapped" in ended.errors) == (1, True)
