"""In which region requests to the store are signed: what the environment says, in the order of AWS's newer SDKs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from entrepot.blobs.s3_client import S3Options, connect


@pytest.mark.parametrize(
    ("told", "region"),
    [
        ({}, "us-east-1"),
        ({"AWS_CONFIG_FILE": "config"}, "ap-south-1"),
        ({"AWS_CONFIG_FILE": "config", "AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-central-1"}, "eu-central-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": ""}, "eu-west-1"),
    ],
)
def test_the_region(told: Mapping[str, str], region: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[default]\nregion = ap-south-1\n")
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    for name, value in {"AWS_CONFIG_FILE": "none", **keys, **told}.items():
        monkeypatch.setenv(name, value)
    client = connect(S3Options())
    assert client.meta.region_name == region
    client.close()
