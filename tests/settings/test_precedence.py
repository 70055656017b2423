"""Flag > environment > TOML file > default, and where each value is said to come from."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.settings import DECLARED
from entrepot.settings_limits import RateText
from entrepot.settings_sources import load
from entrepot.settings_values import BucketUrl, KeySource, Share

PORTS = st.integers(0, 65535)


def write(folder: Path, text: str, name: str = "entrepot.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_defaults() -> None:
    settings, origins = load([], {"XDG_DATA_HOME": "/home/someone/data"})
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 3277, 1)
    assert (settings.region, settings.account) == ("us-east-1", "123456789012")
    assert (settings.tls_cert, settings.tls_key, settings.domain, settings.hostname) == (None, None, "", "")
    assert settings.data == Path("/home/someone/data/entrepot")
    assert {str(origin) for origin in origins.values()} == {"default"}
    assert set(origins) == {setting.name for setting in DECLARED}


@pytest.mark.parametrize("environ", [{}, {"XDG_DATA_HOME": ""}, {"XDG_DATA_HOME": "relative/is/ignored"}])
def test_data_is_in_the_home_folder_without_xdg(environ: dict[str, str]) -> None:
    assert load([], environ)[0].data == Path.home() / ".local/share/entrepot"


@given(flag=st.none() | PORTS, variable=st.none() | PORTS, key=st.none() | PORTS)
def test_the_first_source_that_gives_a_value_wins(
    tmp_path_factory: pytest.TempPathFactory, flag: int | None, variable: int | None, key: int | None
) -> None:
    folder = tmp_path_factory.mktemp("toml")
    path = write(folder, "" if key is None else f"port = {key}")
    argv = [] if flag is None else ["--port", str(flag)]
    environ = {} if variable is None else {"ENTREPOT_PORT": str(variable)}
    settings, origins = load(["--config", str(path), *argv], environ)
    expected = ((flag, "--port"), (variable, "ENTREPOT_PORT"), (key, str(path)), (3277, "default"))
    assert (settings.port, str(origins["port"])) == next(pair for pair in expected if pair[0] is not None)


def test_the_file_in_the_data_folder_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, 'log_level = "warning"\n')
    settings, origins = load([], {"ENTREPOT_DATA": str(tmp_path)})
    assert settings.log_level == "warning"
    assert origins["log_level"].kind == "file"
    assert str(origins["log_level"]) == str(path)


def test_a_named_file_takes_the_place_of_the_one_in_the_data_folder(tmp_path: Path) -> None:
    write(tmp_path, "port = 1\n")
    named = write(tmp_path, f'workers = 2\ndata = "{tmp_path}"\n', "other.toml")
    settings, _ = load([], {"ENTREPOT_CONFIG": str(named)})
    assert (settings.port, settings.workers, settings.data) == (3277, 2, tmp_path)


def test_an_empty_variable_counts_as_not_set_and_an_empty_flag_as_empty() -> None:
    settings, origins = load(["--domain", ""], {"ENTREPOT_PORT": "", "ENTREPOT_DOMAIN": "example.test"})
    assert (settings.port, origins["port"].kind) == (3277, "default")
    assert (settings.domain, origins["domain"].kind) == ("", "flag")


def test_every_setting_can_be_given_in_every_way(tmp_path: Path) -> None:
    values = {
        "host": "::1", "port": "1", "data": str(tmp_path), "region": "eu-west-1", "account": "000000000001",
        "hostname": "registry.example.test:5000", "domain": "example.test", "workers": "3", "tls_cert": "/c.pem",
        "tls_key": "/k.pem", "log_level": "error", "log_format": "text", "strict_policies": "true",
        "trusted_proxies": "10.0.0.0/8, fd00::/8", "database_connections": "7",
        "quota_repositories": "7", "quota_images_per_repository": "8", "quota_images_per_registry": "9",
        "quota_repository_bytes": "1KiB", "quota_registry_bytes": "1MiB", "rate_limits": "PutImage=1:2",
        "work": "false", "gc_delay": "12h", "s3_path_style": "true", "s3_timeout": "9",
        "blobs": "s3://bucket/a/prefix/", "s3_endpoint_url": "http://127.0.0.1:9000",
        "blobs_also": "s3://other/, s3://third/x", "blob_delivery": "redirect", "s3_encryption": "none",
        "master_key": "env:THE_KEY", "master_key_former": "file:/a.key, kms:alias/a",
        "master_key_endpoint_url": "https://kms.example.test", "master_key_profile": "kms",
        "verify_share": "2%", "metrics_token": "a-token-of-some-length", "worker_metrics_port": "8",
        "otlp_endpoint": "http://127.0.0.1:4318", "otlp_headers": "a=b", "trace_sample": "0.5",
        "database": "postgresql://u:p@db.example.test,db2.example.test:5433/entrepot?sslmode=require",
    }  # fmt: skip
    numbers = {"port", "workers", "strict_policies", "database_connections", "work", "s3_path_style", "s3_timeout"}
    numbers |= {"worker_metrics_port"}
    lines = [f"{key} = {value}" if key in numbers else f'{key} = "{value}"' for key, value in values.items()]
    path = str(write(tmp_path, "\n".join(lines), "all.toml"))
    by_flag = [text for key, value in values.items() for text in ("--" + key.replace("_", "-"), value)]
    ways = [
        load([*by_flag, "--config", path], {})[0],
        load([], {f"ENTREPOT_{key.upper()}": value for key, value in values.items()} | {"ENTREPOT_CONFIG": path})[0],
        load(["--config", path], {})[0],
    ]
    assert ways[0] == ways[1] == ways[2]
    networks = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    read = values | {"strict_policies": "True", "trusted_proxies": str(networks)}
    read["blobs_also"] = str((BucketUrl("other", ""), BucketUrl("third", "x/")))
    read |= {"quota_repository_bytes": "1024", "quota_registry_bytes": str(1 << 20)}
    read["rate_limits"] = str((RateText("PutImage", 1000, 2),))
    read["master_key_former"] = str((KeySource("file", "/a.key"), KeySource("kms", "alias/a")))
    read |= {"verify_share": str(Share(0.02)), "otlp_headers": str((("a", "b"),))}
    read |= {"work": "False", "s3_path_style": "True", "gc_delay": "12:00:00"}
    assert {name: str(getattr(ways[0], name)) for name in values} == read
    assert set(values) == {setting.name for setting in DECLARED} - {"config"}
