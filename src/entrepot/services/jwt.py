"""Signatures of JSON Web Tokens, by PyJWT. What the claims mean is `rules/web_identity`'s business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jwt import PyJWK, PyJWS
from jwt.exceptions import InvalidTokenError, PyJWTError

from entrepot.errors import InvalidIdentityToken, ManifestInvalid
from entrepot.rules.strict_json import load_object
from entrepot.rules.web_identity import check_header, matching_keys

_INVALID = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
_UNPROVEN = "The signature of the token does not match the keys of its issuer"
_MOST_TRIED = 5


@dataclass(frozen=True, slots=True)
class Unproven:
    """A token as it came: nothing in it is to be believed before `prove`."""

    text: str
    algorithm: str
    key_id: str | None
    claims: Mapping[str, object]


def read(text: str) -> Unproven:
    """A token in the compact form, taken apart. Raises InvalidIdentityToken."""
    jws = PyJWS()
    try:
        parts: dict[str, Any] = jws.decode_complete(text, options={"verify_signature": False})
        claims = load_object(parts["payload"])
    except (InvalidTokenError, ManifestInvalid, ValueError) as error:
        raise InvalidIdentityToken(_INVALID) from error
    algorithm, key_id = check_header(parts["header"])
    return Unproven(text, algorithm, key_id, claims)


def prove(token: Unproven, keys: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    """The claims of a token that one of an issuer's keys signed. Raises InvalidIdentityToken."""
    for key in matching_keys(keys, token.algorithm, token.key_id)[:_MOST_TRIED]:
        payload = _verify(token, key)
        if payload is not None:
            return load_object(payload)
    raise InvalidIdentityToken(_UNPROVEN)


def _verify(token: Unproven, key: Mapping[str, object]) -> bytes | None:
    """The signed bytes; None for another key's signature, and for a key that is damaged or too weak."""
    jws = PyJWS(options={"enforce_minimum_key_length": True})
    try:
        jwk = PyJWK(dict(key), token.algorithm)
        return jws.decode_complete(token.text, jwk, algorithms=[token.algorithm])["payload"]
    except (PyJWTError, ValueError, TypeError):
        return None
