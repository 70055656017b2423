"""Web identity tokens: what a JWT has to say before it can begin a session. Signatures are checked elsewhere.

Sources: IAM User Guide, "Create an OpenID Connect (OIDC) identity provider in IAM", "Available keys for AWS OIDC
federation" and "Pass session tags using AssumeRoleWithWebIdentity"; OpenID Connect Core 1.0, sections 2 and 3.1.3.7;
RFC 7519, section 4.1; RFC 8725 (JWT Best Current Practices).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from entrepot.errors import ClaimRejected, IdentityTokenExpired, InvalidIdentityToken

ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
}
"""What a token may be signed with, all of it asymmetric, and the type and curve of the keys that go with it."""

LEEWAY = timedelta(seconds=30)
"""How far the issuer's clock may be from ours."""

TAGS_CLAIM = "https://aws.amazon.com/tags"
SOURCE_IDENTITY_CLAIM = "https://aws.amazon.com/source_identity"

_FLAT = f"{TAGS_CLAIM}/principal_tags/"
_NO_TAGS = f"The claim {TAGS_CLAIM} is not of the form that AWS documents"
_LONGEST_KEY_ID = 512
_RESERVED = frozenset({"aud", "azp", "oaud"})

Claims = Mapping[str, object]
Jwk = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class WebIdentity:
    """Who a token is about. `audience` is the client that it was made for, `keys` the condition keys of its claims."""

    subject: str
    audience: str
    keys: Mapping[str, str | tuple[str, ...]]
    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()


def check_header(header: Mapping[str, object]) -> tuple[str, str | None]:
    """The algorithm and key id of a token's header. Raises InvalidIdentityToken."""
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise InvalidIdentityToken(f"The token is not signed with one of {', '.join(ALGORITHMS)}")
    if key_id is not None and not (isinstance(key_id, str) and len(key_id) <= _LONGEST_KEY_ID):
        raise InvalidIdentityToken("The token's kid is not a string")
    if "crit" in header:
        raise InvalidIdentityToken("The token has critical header parameters that are not supported")
    return algorithm, key_id


def matching_keys(keys: Sequence[Jwk], algorithm: str, key_id: str | None) -> list[Jwk]:
    """Those of an issuer's keys that may have made a signature. A token without a key id has the choice of all.

    A key is good for one type of algorithm, and where it says so for one algorithm only (RFC 8725, section 3.1).
    """
    kind, curve = ALGORITHMS[algorithm]
    return [
        key
        for key in keys
        if key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (key_id is None or key.get("kid") == key_id)
    ]


def is_known(keys: Sequence[Jwk], key_id: str | None) -> bool:
    """Whether a key id is among an issuer's keys."""
    return key_id is None or any(key.get("kid") == key_id for key in keys)


def check_claims(claims: Claims, host: str, client_ids: Sequence[str], now: datetime) -> WebIdentity:
    """Who a token is about, once its signature is proven. `host` is the issuer without scheme, as in condition keys.

    Raises IdentityTokenExpired, InvalidIdentityToken, ClaimRejected.
    """
    _check_times(claims, now)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise InvalidIdentityToken("Missing a required claim: sub")
    audiences = _audiences(claims)
    if not set(audiences) & set(client_ids):
        raise InvalidIdentityToken("Incorrect token audience")
    party = claims.get("azp")
    audience = party if isinstance(party, str) and party else next(each for each in audiences if each in client_ids)
    if audience not in client_ids:
        raise InvalidIdentityToken("Incorrect token audience")
    tags, transitive = _tags(claims)
    return WebIdentity(subject, audience, _condition_keys(claims, host, audience, audiences), tags, transitive)


def _check_times(claims: Claims, now: datetime) -> None:
    moments = {name: _seconds(claims, name) for name in ("exp", "iat", "nbf")}
    instant, leeway = now.timestamp(), LEEWAY.total_seconds()
    for name in ("exp", "iat"):
        if moments[name] is None:
            raise InvalidIdentityToken(f"Missing a required claim: {name}")
    expires, begins = moments["exp"] or 0, max(moments["iat"] or 0, moments["nbf"] or 0)
    if instant - leeway >= expires:
        raise IdentityTokenExpired(
            f"Token expired: current date/time {int(instant)} must be before the expiration date/time {int(expires)}"
        )
    if begins > instant + leeway:
        raise InvalidIdentityToken("The token is not valid yet")


def _seconds(claims: Claims, name: str) -> float | None:
    value = claims.get(name)
    if value is not None and type(value) not in (int, float):
        raise InvalidIdentityToken(f"The claim {name} is not a number")
    return cast("float | None", value)


def _audiences(claims: Claims) -> tuple[str, ...]:
    given = claims.get("aud")
    listed = (given,) if isinstance(given, str) else cast("list[object]", given) if isinstance(given, list) else ()
    if not listed or not all(isinstance(each, str) for each in listed):
        raise InvalidIdentityToken("Missing a required claim: aud")
    return tuple(cast("str", each) for each in listed)


def _condition_keys(
    claims: Claims, host: str, audience: str, audiences: tuple[str, ...]
) -> dict[str, str | tuple[str, ...]]:
    """Every claim that a condition can compare, as `{host}:{claim}`; `aud` is azp where there is one, as in AWS.

    The case of a key does not count. So of claims that differ in nothing else, which an issuer may let its users make
    up, only the one in lower case is taken, and none that looks like a reserved one.
    """
    taken = {name: value for name, value in claims.items() if name == name.lower() or name.lower() not in claims}
    named = {name: value for name, value in taken.items() if name.lower() not in _RESERVED}
    keys = {f"{host}:{name}": text for name, value in named.items() if (text := _text(value)) is not None}
    return {**keys, f"{host}:aud": audience, f"{host}:oaud": audiences[0] if len(audiences) == 1 else audiences}


def _text(value: object) -> str | tuple[str, ...] | None:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case list():
            listed = cast("list[object]", value)
            return tuple(cast("list[str]", listed)) if all(isinstance(each, str) for each in listed) else None
        case _:
            return None


def _tags(claims: Claims) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The session tags in a token, in either of the two forms that AWS's guide has; each value is a list of one."""
    if SOURCE_IDENTITY_CLAIM in claims:
        raise ClaimRejected("Source identities are not available in this release of Entrepot")
    nested = _mapping(claims.get(TAGS_CLAIM, {}))
    tags = {**_mapping(nested.get("principal_tags", {}))}
    tags |= {name.removeprefix(_FLAT): value for name, value in claims.items() if name.startswith(_FLAT)}
    transitive = nested.get("transitive_tag_keys", claims.get(f"{TAGS_CLAIM}/transitive_tag_keys", []))
    if not isinstance(transitive, list):
        raise ClaimRejected(_NO_TAGS)
    keys = tuple(str(each) for each in cast("list[object]", transitive))
    return tuple((key, _single(value)) for key, value in tags.items()), keys


def _mapping(value: object) -> Claims:
    if not isinstance(value, dict):
        raise ClaimRejected(_NO_TAGS)
    return cast("dict[str, object]", value)


def _single(value: object) -> str:
    match value:
        case [str() as text]:
            return text
        case _:
            raise ClaimRejected("Each session tag in a token has a list of one string as its value")
