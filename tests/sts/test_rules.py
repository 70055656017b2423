"""The rules behind sessions, for all that can be put to them."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.errors import InvalidIdentityToken, InvalidParameter
from entrepot.rules import access_key_ids, oidc_discovery, web_identity
from entrepot.rules.session_requests import role_session_seconds, session_tags, tag_keys, user_session_seconds

ACCOUNTS = st.integers(0, 999_999_999_999).map(lambda number: f"{number:012}")
RANDOM = st.integers(0, (1 << access_key_ids.RANDOM_BITS) - 1)
WORDS = st.text(string.ascii_letters, min_size=1, max_size=5)
TAGS = st.lists(st.tuples(WORDS, WORDS), max_size=6, unique_by=lambda pair: pair[0].lower())


@given(ACCOUNTS, RANDOM)
def test_a_key_id_tells_its_account(account: str, random: int) -> None:
    key_id = access_key_ids.temporary_key_id(account, random)
    assert len(key_id) == 20
    assert access_key_ids.is_temporary(key_id)
    assert access_key_ids.account_of(key_id) == account
    assert access_key_ids.account_of(key_id[:-1]) is None
    assert access_key_ids.account_of(f"AKIA{key_id[4:]}") is None


@given(st.text(string.ascii_uppercase + "234567", min_size=16, max_size=16))
def test_any_other_id_tells_an_account_or_nothing(text: str) -> None:
    account = access_key_ids.account_of(f"ASIA{text}")
    assert account is None or (len(account) == 12 and account.isdigit())


@given(TAGS, TAGS, st.data())
def test_tags_are_those_asked_for_and_those_inherited(
    asked: list[tuple[str, str]], old: list[tuple[str, str]], data: st.DataObject
) -> None:
    transitive = data.draw(st.lists(st.sampled_from([key for key, _ in asked]), unique=True) if asked else st.just([]))
    inherited = dict(old)
    if {key.lower() for key, _ in asked} & {key.lower() for key in inherited}:
        with pytest.raises(InvalidParameter, match="can't be set"):
            session_tags(asked, transitive, inherited)
        return
    tags, handed_on = session_tags(asked, [key.swapcase() for key in transitive], inherited)
    assert dict(tags) == {**inherited, **dict(asked)}
    assert set(handed_on) == {*inherited, *transitive}
    keys = tag_keys(tags, handed_on)
    assert set(keys.get("aws:TagKeys", ())) == set(dict(tags))
    assert {key: keys[f"aws:RequestTag/{key}"] for key, _ in tags} == dict(tags)


@given(asked=st.none() | st.integers(900, 43_200), longest=st.integers(3600, 43_200), chained=st.booleans())
def test_no_session_is_longer_than_its_role_allows(asked: int | None, longest: int, *, chained: bool) -> None:
    try:
        seconds = role_session_seconds(asked, longest, chained=chained)
    except InvalidParameter:
        assert asked is not None
        assert asked > (3600 if chained else longest)
    else:
        assert seconds == (asked or 3600) <= (3600 if chained else longest)


@given(st.none() | st.integers(900, 129_600))
def test_a_users_session_is_as_long_as_asked_and_a_roots_an_hour_at_most(asked: int | None) -> None:
    assert user_session_seconds(asked, root=False) == (asked or 43_200)
    assert user_session_seconds(asked, root=True) == min(asked or 3600, 3600)


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://token.actions.githubusercontent.com", True),
        ("https://10.0.0.1:6443", True),
        ("http://localhost:8080/realms/a", True),
        ("http://127.8.9.1", True),
        ("http://[::1]:80", True),
        ("http://10.0.0.1", False),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://0.0.0.0", False),
        ("HTTPS://example.com", True),
        ("https://user@example.com", False),
        ("https://@example.com", False),
        ("https://example.com?a", False),
        ("https://example.com#a", False),
        ("https://example.com:port", False),
        ("https://", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_where_anything_is_fetched_from(url: str, *, is_allowed: bool) -> None:
    assert oidc_discovery.is_allowed(url) is is_allowed


@pytest.mark.parametrize(
    ("issuer", "jwks_uri", "is_taken"),
    [
        ("https://a.example.com", "https://a.example.com/keys", True),
        ("https://a.example.com/tenant", "https://A.example.com/keys?kind=sig", True),
        ("https://a.example.com", "https://b.example.com/keys", False),
        ("https://a.example.com", "https://a.example.com:8443/keys", False),
        ("https://a.example.com", "https://a.example.com.evil.com/keys", False),
        ("https://a.example.com", "https://a.example.com@evil.com/keys", False),
        ("https://a.example.com", "https://evil.com/#a.example.com", False),
        ("https://a.example.com", "http://a.example.com/keys", False),
        ("https://a.example.com", "//a.example.com/keys", False),
        ("https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs", True),
        ("https://accounts.google.com", "http://www.googleapis.com/oauth2/v3/certs", False),
        ("https://a.example.com", "https://www.googleapis.com/oauth2/v3/certs", False),
    ],
)
def test_keys_come_from_the_issuers_own_host(issuer: str, jwks_uri: str, *, is_taken: bool) -> None:
    document = {"issuer": issuer, "jwks_uri": jwks_uri}
    if is_taken:
        assert oidc_discovery.jwks_url(issuer, document) == jwks_uri
    else:
        with pytest.raises(InvalidIdentityToken):
            oidc_discovery.jwks_url(issuer, document)
    with pytest.raises(InvalidIdentityToken):
        oidc_discovery.jwks_url(f"{issuer}/", document)


@pytest.mark.parametrize("algorithm", sorted(web_identity.ALGORITHMS))
@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "alg", "use", "kid"]),
        st.sampled_from(["RSA", "EC", "oct", "P-256", "P-384", "P-521", "RS256", "HS256", "ES384", "sig", "enc", "a"]),
    )
)
def test_a_key_is_tried_only_for_its_own_kind_of_algorithm(algorithm: str, key: dict[str, str]) -> None:
    chosen = web_identity.matching_keys([key], algorithm, "a")
    kind, curve = web_identity.ALGORITHMS[algorithm]
    fits = key.get("kty") == kind and key.get("kid") == "a" and key.get("use", "sig") == "sig"
    fits = fits and key.get("alg", algorithm) == algorithm and curve in (None, key.get("crv"))
    assert chosen == ([key] if fits else [])
