"""Files, settings and disks: each finding brought about, and its remedy followed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import update

from entrepot import app as composition
from entrepot.meta.tables import blobs
from entrepot.settings_values import BucketUrl
from tests.doctor.patient import Patient, prepared
from tests.faults.disks import MEBIBYTE, SmallDisk
from tests.support.server import COMMAND
from tests.support.tls import Certificate

ROOT = os.geteuid() == 0
NOBODY = 65534


@pytest.mark.parametrize(
    ("name", "mode", "severity"),
    [
        ("", 0o755, "warning"),
        ("master.key", 0o644, "error"),
        ("entrepot.db", 0o640, "error"),
        ("aws", 0o755, "warning"),
        ("aws/config", 0o604, "error"),
        ("blobs", 0o750, "warning"),
    ],
)
def test_files_that_others_may_use(on_sqlite: Patient, name: str, mode: int, severity: str) -> None:
    (on_sqlite.data / name).chmod(mode)
    # A server refuses such a master key, and so nothing that needs it can be looked at.
    more = {"master-key": "error", "left-out": "note"} if name == "master.key" else {}
    assert on_sqlite.codes() == {"open-to-others": severity} | more
    on_sqlite.remedied("open-to-others")


def test_settings_with_a_password(here: Patient) -> None:
    path = here.data / "entrepot.toml"
    path.write_text('log_level = "info"\n')
    path.chmod(0o644)
    with_password = bool(here.world.settings.database)
    assert here.codes() == ({"open-to-others": "error"} if with_password else {})
    path.chmod(0o640)
    assert here.codes() == {}
    path.unlink()


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_a_file_of_somebody_else(on_sqlite: Patient) -> None:
    os.chown(on_sqlite.data / "aws" / "config", NOBODY, -1)
    assert on_sqlite.codes() == {"foreign-owner": "warning"}
    on_sqlite.remedied("foreign-owner")


@pytest.mark.skipif(not ROOT, reason="needs root")
def test_files_that_whoever_asks_cannot_use(tmp_path: Path) -> None:
    data = tmp_path / "data"
    prepared(data)
    for path in (data, *data.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    for path in (tmp_path, *tmp_path.parents[:-2]):
        path.chmod(0o755)
    os.chown(data / "master.key", 0, 0)
    assert {"not-usable", "foreign-owner"} <= _as_nobody(data)
    os.chown(data / "master.key", NOBODY, NOBODY)
    assert _as_nobody(data) == {"no-worker"}


def _as_nobody(data: Path) -> set[str]:
    """Codes of what is found by another user."""
    argv = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    argv += [sys.executable, str(COMMAND), "doctor", "--json", "--data", str(data)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env={"HOME": "/", "PATH": os.defpath})
    if "No module named" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("another user cannot run the program here")
    return {each["code"] for each in json.loads(done.stdout)["findings"]}


def test_there_is_no_deployment(tmp_path: Path, on_sqlite: Patient) -> None:
    away = tmp_path / "away"
    assert on_sqlite.codes(data=away) == {"no-deployment": "error"}
    assert not away.exists()
    composition.prepare(replace(on_sqlite.world.settings, data=away))
    assert on_sqlite.codes(data=away) == {"no-worker": "warning"}


def test_weak_settings(on_sqlite: Patient) -> None:
    codes = on_sqlite.codes
    assert codes(host="0.0.0.0") == {"no-tls": "warning"}
    assert codes(host="::") == {"no-tls": "warning"}
    assert codes(host="registry.example") == {"no-tls": "warning"}
    assert codes(host="::1") == codes(host="localhost") == {}
    assert codes(host="0.0.0.0", trusted_proxies=(ip_network("10.0.0.1"),)) == {}
    assert codes(trusted_proxies=(ip_network("0.0.0.0/0"),)) == {"trusts-everyone": "error"}
    assert codes(trusted_proxies=(ip_network("::/0"),)) == {"trusts-everyone": "error"}
    assert codes(gc_delay=timedelta(minutes=5)) == {"short-gc-delay": "warning"}
    assert codes(log_level="debug") == {"debug-log": "warning"}


def test_layers_that_nobody_encrypts(on_sqlite: Patient) -> None:
    place = BucketUrl("bucket", "")
    changed = {"blobs": place, "blob_delivery": "redirect", "s3_endpoint_url": "http://127.0.0.1:9", "s3_timeout": 1}
    assert "unencrypted-layers" in on_sqlite.codes(**changed, s3_encryption="none")
    assert "unencrypted-layers" not in on_sqlite.codes(**changed, s3_encryption="AES256")


def test_a_certificate_that_ends(on_sqlite: Patient, certificate: Certificate) -> None:
    tls = {"tls_cert": certificate.certificate, "tls_key": certificate.key, "host": "0.0.0.0"}
    certificate.key.chmod(0o600)
    assert on_sqlite.codes(**tls) == {"certificate-expires": "warning"}
    certificate.key.chmod(0o644)
    assert on_sqlite.codes(**tls) == {"certificate-expires": "warning", "open-to-others": "error"}
    on_sqlite.world.turned = timedelta(days=2)
    assert on_sqlite.codes(**tls)["certificate-expires"] == "error"
    assert "check-failed" in on_sqlite.codes(**(tls | {"tls_cert": Path("/nowhere.pem")}))


def test_few_open_files(tmp_path: Path) -> None:
    prepared(tmp_path / "data")

    def told(limit: int) -> list[str]:
        command = f"ulimit -n {limit}; exec {COMMAND} doctor --json --data {tmp_path / 'data'}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
        return [each["code"] for each in json.loads(done.stdout)["findings"]]

    assert "few-files" in told(1024)
    assert "few-files" not in told(8192)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    made = SmallDisk(tmp_path / "disk", 256)
    yield made
    made.close()


def test_a_disk_that_fills(disk: SmallDisk, on_sqlite: Patient) -> None:
    data = disk.path / "data"
    composition.prepare(replace(on_sqlite.world.settings, data=data))
    disk.fill(leaving=15 * MEBIBYTE)
    assert on_sqlite.codes(data=data) == {"disk-low": "warning", "no-worker": "warning"}
    disk.fill(leaving=2 * MEBIBYTE)
    assert on_sqlite.codes(data=data) == {"disk-full": "error", "no-worker": "warning"}
    disk.clear()
    assert on_sqlite.codes(data=data) == {"no-worker": "warning"}


def test_few_inodes(disk: SmallDisk, on_sqlite: Patient) -> None:
    data = disk.path / "data"
    composition.prepare(replace(on_sqlite.world.settings, data=data))
    taken = os.statvfs(disk.path).f_files - os.statvfs(disk.path).f_favail

    def leave(room: int) -> None:
        options = f"remount,nr_inodes={taken + room}"
        subprocess.run(["mount", "-o", options, str(disk.path)], check=True)

    leave(5)
    assert on_sqlite.codes(data=data) == {"few-inodes": "warning", "no-worker": "warning"}
    leave(10_000)
    assert on_sqlite.codes(data=data) == {"no-worker": "warning"}


def test_a_disk_that_will_be_full(here: Patient) -> None:
    here.world.create("growing")
    digest = here.world.upload("growing", b"content of days")
    free = shutil.disk_usage(here.data).free

    def resize(size: int) -> None:
        here.rows(lambda c: c.execute(update(blobs).where(blobs.c.digest == digest).values(size=size)) and None)

    resize(free // 13)
    assert here.codes() == {"disk-soon-full": "warning"}
    here.world.turned = timedelta(hours=36)
    here.work()
    assert "disk-soon-full" not in here.codes()
    here.world.turned = timedelta()
    resize(len(b"content of days"))
