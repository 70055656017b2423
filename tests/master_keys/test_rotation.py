"""Rotating the master key: beside clients, killed in the middle, twice at once, and what is gone afterwards."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from entrepot.errors import KeyUnavailable
from tests.conftest import StartServer
from tests.faults.commands import refused_start
from tests.master_keys.conftest import Prepare
from tests.master_keys.deployed import Deployed, new_key
from tests.support.images import tiny_image
from tests.support.oci import Oci
from tests.support.server import Server
from tests.support.stored import Stored

CLIENTS = 8
MANY = 200


class Crowd:
    """Clients that push and pull until they are told to stop; every request has to be answered well."""

    def __init__(self, server: Server, clients: int) -> None:
        self.server = server
        self.images = 0
        self._stopped = threading.Event()
        self._threads = ThreadPoolExecutor(clients)
        self._running = [self._threads.submit(self._work, number) for number in range(clients)]

    def _work(self, number: int) -> None:
        oci, region = Oci(self.server.url), f"crowd-{chr(97 + number)}"
        for turn in count():
            # Every other time a new Region: its registry gets a data key while the master key is being changed.
            if turn % 2 == 0:
                where = f"{region}-{turn // 2}"
                self.server.boto3(region=where).create_repository(repositoryName="app")
                oci = Oci(self.server.url, self.server.password(region=where))
            image, tag = tiny_image(f"{number} {turn}"), str(turn)
            oci.push_image("app", image, tag)
            assert oci.pull_image("app", tag) == image.contents()
            self.images += 1
            if self._stopped.is_set():
                return

    def pushes(self, more: int) -> None:
        """Waits until so many more images are there."""
        wanted, deadline = self.images + more, time.monotonic() + 120
        while self.images < wanted and not any(each.done() for each in self._running):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def end(self) -> None:
        self._stopped.set()
        for each in self._running:
            each.result()
        self._threads.shutdown()


def test_while_clients_push_and_pull(start: StartServer, tmp_path: Path) -> None:
    server = start(tmp_path / "data", workers=2)
    deployed = Deployed(server.data)
    server.create_repository("before")
    image = tiny_image("before")
    Oci(server.url, server.password()).push_image("before", image, "1")
    (old,) = deployed.names()
    crowd = Crowd(server, CLIENTS)
    try:
        crowd.pushes(1)
        for command in ("new", "rewrap", "forget"):
            assert deployed.process(command).code == 0
            crowd.pushes(CLIENTS // 2)
    finally:
        crowd.end()
    (new,) = deployed.names()
    assert new != old
    assert len(deployed.lines()) == 1
    assert Oci(server.url, server.password()).pull_image("before", "1") == image.contents()
    assert server.terminate() == 0
    again = start(server.data)
    assert Oci(again.url, again.password()).pull_image("before", "1") == image.contents()
    log = server.log.read_text()
    assert "cannot be used" not in log
    assert '"status":5' not in log


def test_the_file_from_before_is_refused(prepare: Prepare) -> None:
    deployed = prepare()
    before = deployed.key_file.read_bytes()
    deployed.does("new")
    wraps = deployed.does("rewrap").split()[-1]
    deployed.does("forget")
    after = deployed.key_file.read_bytes()
    deployed.key_file.write_bytes(before)
    refusal = refused_start(deployed.data)
    assert (refusal.code, refusal.output) == (1, "")
    (line,) = refusal.lines
    assert line.startswith("entrepot: The master key is not the one that sealed this data")
    assert wraps in line
    assert str(deployed.key_file) in line
    assert deployed.key_file.read_bytes() == before
    deployed.key_file.write_bytes(before + after)
    assert "was rotated away and forgotten" in deployed.refused()
    deployed.key_file.write_bytes(after + before)
    assert deployed.materials()


def test_killed_in_the_middle_and_gone_on_with(prepare: Prepare) -> None:
    deployed = prepare()
    materials = deployed.fill(MANY)
    (old,) = deployed.names()
    deployed.does("new")
    halves = 0
    for _ in range(10):
        left = _wrapped_by(deployed, old)
        program = deployed.begin("rewrap")
        while program.running and _wrapped_by(deployed, old) == left:
            time.sleep(0.001)
        program.kill_hard()
        halves += 0 < _wrapped_by(deployed, old) < left
        found = deployed.materials()
        assert materials.items() <= found.items()
        if halves == 2 or not _wrapped_by(deployed, old):
            break
    assert halves
    left = _wrapped_by(deployed, old)
    assert f"wrapped {left} data keys" in deployed.does("rewrap")
    assert "wrapped 0 data keys" in deployed.does("rewrap")
    deployed.does("forget")
    assert materials.items() <= deployed.materials().items()


def test_two_at_once_do_nothing_twice(prepare: Prepare) -> None:
    deployed = prepare()
    materials = deployed.fill(MANY)
    everything = Stored(deployed.data).rows("SELECT count(*) FROM data_keys")[0]
    deployed.does("new")
    with ThreadPoolExecutor(2) as threads:
        outputs = list(threads.map(lambda _: deployed.process("rewrap"), range(2)))
    assert sum(int(each.output.split()[1]) for each in outputs) == everything
    deployed.does("forget")
    assert materials.items() <= deployed.materials().items()


def test_what_is_needed_is_not_forgotten(prepare: Prepare) -> None:
    deployed = prepare()
    (old,) = deployed.names()
    deployed.does("new")
    before = deployed.key_file.read_bytes()
    ended = deployed.command("forget")
    assert ended.code == 1
    assert f"Other master keys are still needed: {old} (" in ended.errors
    assert deployed.key_file.read_bytes() == before
    assert deployed.materials()


def test_a_node_that_missed_the_change_wraps_nothing_with_a_key_that_is_gone(prepare: Prepare) -> None:
    """It may even have opened its file before: what it wraps is refused where it would be stored."""
    deployed = prepare()
    (old,) = deployed.lines()
    deployed.does("new")
    deployed.does("rewrap")
    deployed.does("forget")
    stale = deployed.key_file.read_text()
    deployed.key_file.write_text(f"{old}\n{stale}")
    with pytest.raises(KeyUnavailable, match="cannot be used"):
        deployed.fill(1)
    ended = deployed.command("rewrap")
    assert (ended.code, "was forgotten by this deployment" in ended.errors) == (1, True)
    deployed.does("rewrap", "--take-back")
    deployed.does("forget")
    assert deployed.lines() == [old]
    assert deployed.materials()


def test_data_keys_without_a_name_get_one(prepare: Prepare) -> None:
    """They are from before there were names."""
    deployed = prepare()
    found = deployed.materials()
    deployed.execute("UPDATE data_keys SET master_key = ''")
    assert deployed.names() == [""]
    assert deployed.materials() == found
    assert deployed.command("forget").code == 1
    deployed.does("rewrap")
    assert deployed.names() != [""]
    assert deployed.materials() == found


def test_from_a_file_to_a_variable_and_back(prepare: Prepare) -> None:
    deployed = prepare()
    materials = deployed.fill(3)
    text = new_key()
    file = f"file:{deployed.key_file}"
    deployed.env = {"THE_KEY": text, "ENTREPOT_MASTER_KEY": "env:THE_KEY", "ENTREPOT_MASTER_KEY_FORMER": file}
    deployed.does("rewrap")
    deployed.does("forget")
    assert len(deployed.lines()) == 1, "the file of another kind is not touched"
    kept = deployed.key_file.rename(deployed.data.with_name("kept"))
    deployed.env = {"THE_KEY": text, "ENTREPOT_MASTER_KEY": "env:THE_KEY"}
    assert materials.items() <= deployed.materials().items()
    ended = deployed.command("new")
    assert (ended.code, "env:THE_KEY" in ended.errors) == (1, True)
    kept.rename(deployed.key_file)
    deployed.does("status")
    deployed.env = {"THE_KEY": text, "ENTREPOT_MASTER_KEY_FORMER": "env:THE_KEY"}
    ended = deployed.command("rewrap")
    assert (ended.code, "was forgotten" in ended.errors) == (1, True)
    deployed.does("new")
    deployed.does("rewrap")
    deployed.env = {}
    assert materials.items() <= deployed.materials().items()


def _wrapped_by(deployed: Deployed, name: str) -> int:
    return Stored(deployed.data).rows("SELECT count(*) FROM data_keys WHERE master_key = ?", name)[0]
