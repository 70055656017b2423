"""A store that cannot be used is told of at the start, in one line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.s3.conftest import flags, new_place
from tests.support.processes import free_port, isolated_env
from tests.support.s3_proxy import S3Proxy, refuse, unsealed
from tests.support.seaweed import Seaweed
from tests.support.server import COMMAND


def refusal(tmp_path: Path, place: str, url: str, env: dict[str, str], *more: str) -> str:
    words = [str(COMMAND), "serve", "--port", "0", "--data", str(tmp_path / "data")]
    words += flags(place, url, "--s3-timeout", "1", *more)
    alone = isolated_env(tmp_path / "home", **env)
    done = subprocess.run(words, env=alone, capture_output=True, timeout=300, check=False)
    assert done.returncode == 1
    line = done.stderr.decode().strip().splitlines()[-1]
    assert line.startswith("entrepot: The object store")
    return line


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"AWS_ACCESS_KEY_ID": "nobody"}, "InvalidAccessKeyId"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
    ],
)
def test_wrong_keys(weed: Seaweed, tmp_path: Path, change: dict[str, str], told: str) -> None:
    assert told in refusal(tmp_path, new_place(), weed.url, {**weed.env, **change})


def test_no_keys(weed: Seaweed, tmp_path: Path) -> None:
    env = {"AWS_EC2_METADATA_DISABLED": "true"}
    assert "Unable to locate credentials" in refusal(tmp_path, new_place(), weed.url, env)


def test_no_such_bucket(weed: Seaweed, tmp_path: Path) -> None:
    line = refusal(tmp_path, "s3://no-such-bucket/prefix", weed.url, weed.env)
    assert "no-such-bucket" in line
    assert "NoSuchBucket" in line


def test_nobody_there(weed: Seaweed, tmp_path: Path) -> None:
    assert "Could not connect" in refusal(tmp_path, new_place(), f"http://127.0.0.1:{free_port()}", weed.env)


def test_a_store_that_does_not_encrypt(weed: Seaweed, tmp_path: Path) -> None:
    """Ceph 16 refuses encryption without TLS, and with it ignores AES256."""
    proxy = S3Proxy(weed.port)
    try:
        proxy.fail("Put", unsealed)
        proxy.fail("Put", refuse(400, "InvalidRequest"))
        redirects = ("--blob-delivery", "redirect")
        assert "does not encrypt" in refusal(tmp_path, new_place(), proxy.url, weed.env, *redirects)
        line = refusal(tmp_path, new_place(), proxy.url, weed.env, *redirects)
        assert "encryption by AES256: InvalidRequest" in line
    finally:
        proxy.close()


def test_a_new_database_beside_the_layers_of_another(weed: Seaweed, tmp_path: Path) -> None:
    place = new_place()
    name, _, prefix = place.removeprefix("s3://").partition("/")
    key = f"{prefix}/objects/3f/{'3f' * 16}"
    weed.client().put_object(Bucket=name, Key=key, Body=b"sealed")
    env = isolated_env(tmp_path / "home", **weed.env)
    words = [str(COMMAND), "serve", "--port", "0", "--data", str(tmp_path / "data"), *flags(place, weed.url)]
    done = subprocess.run(words, env=env, capture_output=True, timeout=300, check=False)
    assert done.returncode == 1
    assert f"{place}/ holds layers" in done.stderr.decode()
    assert weed.client().get_object(Bucket=name, Key=key)["Body"].read() == b"sealed"
