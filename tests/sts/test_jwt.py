"""Signatures of web identity tokens: all that has been tried on JWT libraries is tried here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from entrepot.errors import InvalidIdentityToken
from entrepot.services import jwt
from tests.sts.issuer import Issuer, Jwk, ec_key, jwk, raw_token, rsa_key
from tests.sts.world import BEGIN

URL = "https://issuer.example.com"
CLAIMS = json.dumps({"iss": URL, "sub": "somebody"}).encode()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(URL, BEGIN)


def proven(token: str, *keys: Jwk) -> Any:
    return jwt.prove(jwt.read(token), keys)["sub"]


def refusal(token: str, *keys: Jwk) -> str:
    with pytest.raises(InvalidIdentityToken) as caught:
        proven(token, *keys)
    return caught.value.message


def hs256(key: bytes, header: dict[str, Any]) -> str:
    """A token 'signed' with something that everybody knows."""
    unsigned = raw_token(header, CLAIMS)[:-1]
    signature = hmac.new(key, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512"])
def test_rsa(issuer: Issuer, algorithm: str) -> None:
    assert proven(issuer.token(algorithm=algorithm), jwk(rsa_key())) == "somebody"


@pytest.mark.parametrize(
    ("algorithm", "curve"), [("ES256", ec.SECP256R1), ("ES384", ec.SECP384R1), ("ES512", ec.SECP521R1)]
)
def test_elliptic_curves(issuer: Issuer, algorithm: str, curve: type[ec.EllipticCurve]) -> None:
    key = ec_key(curve)
    token = issuer.token(algorithm=algorithm, key=key)
    assert proven(token, jwk(key)) == "somebody"
    assert "does not match" in refusal(token, jwk(ec_key(ec.SECP256K1)), jwk(rsa_key()))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "PS256", "EdDSA"])
@pytest.mark.parametrize("signature", [b"", b"x"])
def test_algorithms_that_prove_nothing_or_are_not_awss(algorithm: str, signature: bytes) -> None:
    token = raw_token({"alg": algorithm, "kid": "key-1"}, CLAIMS, signature)
    assert "not signed with one of" in refusal(token, jwk(rsa_key()), {"kty": "oct", "k": "", "kid": "key-1"})


def test_a_public_key_is_no_secret() -> None:
    public, known = rsa_key().public_key(), jwk(rsa_key())
    secrets = [
        public.public_bytes(encoding, form)
        for encoding, form in (
            (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            (Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            (Encoding.PEM, PublicFormat.PKCS1),
        )
    ]
    for secret in (*secrets, json.dumps(known).encode(), str(known["n"]).encode(), b""):
        for algorithm in ("HS256", "RS256"):
            message = refusal(hs256(secret, {"alg": algorithm, "kid": "key-1"}), known)
            assert ("not signed with one of" in message) == (algorithm == "HS256")
        as_secret = {"kty": "oct", "k": base64.urlsafe_b64encode(secret).decode(), "kid": "key-1", "alg": "HS256"}
        refusal(hs256(secret, {"alg": "HS256", "kid": "key-1"}), as_secret)


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": dict(jwk(rsa_key(1)))},
        {"jku": "https://evil.example.com/keys"},
        {"x5u": "https://evil.example.com/cert"},
        {"kid": "../../key-1"},
    ],
)
def test_a_token_does_not_bring_its_own_key(header: dict[str, Any]) -> None:
    import jwt as pyjwt  # noqa: PLC0415

    token = pyjwt.encode({"sub": "somebody"}, rsa_key(1), "RS256", headers={"kid": "key-1", **header})
    assert "does not match" in refusal(token, jwk(rsa_key()))


def test_a_key_is_good_for_what_it_says(issuer: Issuer) -> None:
    token = issuer.token()
    refusal(token, jwk(rsa_key(), use="enc"))
    refusal(token, jwk(rsa_key(), alg="RS512"))
    refusal(token, jwk(rsa_key(), kty="EC"))
    refusal(token, jwk(rsa_key(), kid="key-2"))
    refusal(token)
    assert proven(token, jwk(rsa_key(1), kid="key-2"), jwk(rsa_key(), alg="RS256")) == "somebody"


def test_a_token_or_a_key_without_an_id(issuer: Issuer) -> None:
    assert proven(issuer.token(kid=None), jwk(rsa_key(1)), jwk(rsa_key(), kid=None)) == "somebody"
    refusal(issuer.token(kid="key-1"), jwk(rsa_key(), kid=None))


def test_weak_and_damaged_keys(issuer: Issuer) -> None:
    weak = rsa_key(2, 1024)
    with pytest.warns(UserWarning, match="bits long"):
        token = issuer.token(key=weak)
    refusal(token, jwk(weak))
    refusal(issuer.token(), {"kty": "RSA", "kid": "key-1"}, {**jwk(rsa_key()), "n": "!"}, {**jwk(rsa_key()), "e": 3})


def test_a_changed_letter_anywhere_spoils_it(issuer: Issuer) -> None:
    token, key = issuer.token(algorithm="ES256", key=ec_key()), jwk(ec_key())
    assert proven(token, key) == "somebody"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, letter in enumerate(token):
        flipped = letters[letters.index(letter) ^ 32] if letter in letters else "A"
        refusal(token[:place] + flipped + token[place + 1 :], key)


@pytest.mark.parametrize(
    "token",
    [
        "aaaa",
        "a.b.c",
        "....",
        raw_token({"alg": "RS256"}, b"[]"),
        raw_token({"alg": "RS256"}, b'{"sub":"a","sub":"b"}'),
        raw_token({"alg": "RS256"}, b"\xff"),
        raw_token({"alg": "RS256", "kid": 7}, CLAIMS),
        raw_token({"alg": "RS256", "kid": "k" * 513}, CLAIMS),
        raw_token({"alg": "RS256", "crit": ["exp"], "exp": 1}, CLAIMS),
        raw_token({"alg": "RS256", "crit": ["b64"], "b64": False}, CLAIMS),
        raw_token({"alg": ["RS256"]}, CLAIMS),
        raw_token({}, CLAIMS),
        "ÿ" * 40,
        "." * 20000,
    ],
)
def test_what_is_no_token(token: str) -> None:
    refusal(token, jwk(rsa_key()))
