"""Sizes, numbers and rates as they are written in settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.settings import SettingsError
from entrepot.settings_limits import MOST, NUMBER, RATES, SIZE, RateText, size, size_text
from entrepot.settings_print import as_json, rows
from entrepot.settings_sources import load


@given(st.integers(0, MOST >> 10))
def test_a_size_is_read_as_it_is_written(value: int) -> None:
    assert size(size_text(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("17", 17),
        ("17B", 17),
        ("1KiB", 1024),
        ("500GiB", 500 << 30),
        ("", None),
        ("none", None),
    ],
)
def test_sizes(text: str, value: int | None) -> None:
    assert SIZE.parse(text) == value


@pytest.mark.parametrize("text", ["-1", "1.5GiB", "1GB", "1 GiB", "GiB", "9999999PiB", "nothing", "\u0661GiB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\s\S]*"):
        SIZE.parse(text)


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "1" * 19])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\s\S]*"):
        NUMBER.parse(text)


def test_rates() -> None:
    assert RATES.parse("") == ()
    assert RATES.parse("ecr") == ("ecr",)
    assert RATES.parse("ecr, PutImage=10,BatchGetImage=2000:4000,*=0.5,iam:*=1.25:3,unauthenticated=2") == (
        "ecr",
        RateText("PutImage", 10_000, 10),
        RateText("BatchGetImage", 2_000_000, 4_000),
        RateText("*", 500, 1),
        RateText("iam:*", 1_250, 3),
        RateText("unauthenticated", 2_000, 2),
    )


@pytest.mark.parametrize(
    "text",
    [
        "PutImage",
        "PutImage=",
        "PutImage=0",
        "PutImage=-1",
        "PutImage=1:0",
        "PutImage=1,PutImage=2",
        "PutImage=1;ListImages=2",
        "put image=1",
        "PutImage=100:9",
        "PutImage=0.0001",
        "ECR",
        ",",
    ],
)
def test_what_are_no_rates(text: str) -> None:
    with pytest.raises(ValueError, match=r"[\s\S]*"):
        RATES.parse(text)


def test_they_are_settings() -> None:
    settings, origins = load(["--rate-limits", "ecr,PutImage=5:7", "--quota-registry-bytes", "1TiB"], {})
    assert settings.quota_registry_bytes == 1 << 40
    assert settings.quota_images_per_repository == settings.quota_repositories == 100_000
    assert settings.quota_images_per_registry is settings.quota_repository_bytes is None
    assert '"ecr,PutImage=5:7"' in as_json(rows(settings, origins))
    with pytest.raises(SettingsError, match="quota-registry-bytes"):
        load(["--quota-registry-bytes", "1TB"], {})
