"""Where an identity provider's keys are, and from which places they may come.

Sources: OpenID Connect Discovery 1.0, sections 3 and 4; RFC 7517, section 5. Stricter than they are: keys come from the
issuer's own host, and over HTTPS, since whoever can answer for them can be anyone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import cast
from urllib.parse import SplitResult, urlsplit

from entrepot.errors import InvalidIdentityToken

_ELSEWHERE: Mapping[str, str] = {"accounts.google.com": "www.googleapis.com"}
"""Issuers known to keep their keys on another host, and which."""

MOST_KEYS = 100


def is_allowed(url: str) -> bool:
    """Whether anything is fetched from a URL: over HTTPS, or from this machine itself over HTTP."""
    parts = _split(url)
    if parts is None or not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address, without asking anyone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def discovery_url(issuer: str) -> str:
    """Where an issuer says about itself (Discovery 1.0, section 4)."""
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


def jwks_url(issuer: str, document: Mapping[str, object]) -> str:
    """The place of an issuer's keys, from what it says about itself. Raises InvalidIdentityToken."""
    if document.get("issuer") != issuer:
        raise InvalidIdentityToken("The provider's configuration document is that of another issuer")
    url = document.get("jwks_uri")
    if not isinstance(url, str) or not _is_at_home(issuer, url):
        raise InvalidIdentityToken("The provider's jwks_uri is not on the issuer's own host, over HTTPS")
    return url


def keys_of(document: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    """The keys in a JWK set; what is no key is left out. Raises InvalidIdentityToken."""
    keys = document.get("keys")
    if not isinstance(keys, list):
        raise InvalidIdentityToken("The provider's JWK set has no keys")
    listed = cast("list[object]", keys)
    return [cast("Mapping[str, object]", key) for key in listed[:MOST_KEYS] if isinstance(key, dict)]


def _is_at_home(issuer: str, url: str) -> bool:
    home, place = _split(issuer), _split(url)
    if home is None or place is None or not is_allowed(url.partition("?")[0]) or place.fragment:
        return False
    if home.scheme == place.scheme and home.netloc.lower() == place.netloc.lower():
        return True
    return place.scheme == "https" and _ELSEWHERE.get(home.netloc) == place.netloc


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # what is no number is noticed only when it is read
    except ValueError:
        return None
    return parts
