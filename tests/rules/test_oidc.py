"""What may be a provider's URL, its audiences, its thumbprints."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidInput, LimitExceeded
from entrepot.rules.oidc import check_client_ids, check_thumbprints, provider_url

SERVICES = ("aws", "ecr", "ecr-public", "iam", "sts")
HOSTS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?(\.[a-z]{2,5})?", fullmatch=True).filter(
    lambda host: host not in SERVICES
)
PATHS = st.lists(st.from_regex(r"[A-Za-z0-9._~-]{1,8}", fullmatch=True), max_size=3).map(
    lambda parts: "".join(f"/{part}" for part in parts)
)


@given(HOSTS, st.one_of(st.just(""), st.integers(1, 65535).map(lambda port: f":{port}")), PATHS)
def test_hosts_ports_and_paths_are_kept(host: str, port: str, path: str) -> None:
    bare = f"{host}{port}{path}"
    assert provider_url(f"https://{bare}") == bare
    assert provider_url(f"https://{bare}/") == bare


@given(st.text(max_size=30))
def test_whatever_is_taken_has_nothing_but_those(text: str) -> None:
    try:
        bare = provider_url(f"https://{text}")
    except InvalidInput:
        return
    assert re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]*)?(/[!-~]+)*", bare, re.ASCII)
    assert not set(bare) & set("?#@ ")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3"])
def test_this_machine_may_be_an_issuer_without_tls(host: str) -> None:
    assert provider_url(f"http://{host}:8080/issuer/") == f"{host}:8080/issuer"
    assert provider_url(f"https://{host}:8080/issuer") == f"{host}:8080/issuer"


@given(HOSTS, st.sampled_from(["http", "HTTPS", "ftp", "file", ""]))
def test_others_may_not(host: str, scheme: str) -> None:
    for url in (f"{scheme}://{host}.example.com", f"http://127.0.0.1.{host}", f"{scheme}://localhost@{host}.de", host):
        with pytest.raises(InvalidInput):
            provider_url(url)


@pytest.mark.parametrize("host", [*SERVICES, "AWS", "Sts"])
def test_no_claim_of_a_token_fills_in_a_condition_key_of_aws(host: str) -> None:
    for url in (f"https://{host}", f"https://{host}/"):
        with pytest.raises(InvalidInput, match="prefix of condition keys"):
            provider_url(url)
    assert provider_url(f"https://{host}.example.com") == f"{host}.example.com"


def test_audiences_count_once() -> None:
    assert check_client_ids(["b", "a", "b"]) == ("b", "a")
    assert len(check_client_ids([str(number) for number in range(100)] * 2)) == 100
    with pytest.raises(LimitExceeded):
        check_client_ids([str(number) for number in range(101)])


def test_thumbprints_are_hexadecimal() -> None:
    assert check_thumbprints(["A" * 40, "a" * 40]) == ("a" * 40,)
    for wrong in ("g" * 40, "a" * 39, "a" * 41, "\u0661" * 40):
        with pytest.raises(InvalidInput):
            check_thumbprints([wrong])
    with pytest.raises(InvalidInput):
        check_thumbprints([letter * 40 for letter in "abcdef"])
