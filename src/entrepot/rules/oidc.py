"""What an OpenID Connect provider of IAM may be.

Source: CreateOpenIDConnectProvider in the IAM API Reference. Three things are taken more widely than there, for issuers
within a company, a cluster or a laptop: a URL may have a port, one of this machine itself may be http://, and
thumbprints may be left out (the certificate is then checked as everywhere else).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from entrepot.errors import InvalidInput
from entrepot.rules.iam_limits import CLIENT_IDS_OF_PROVIDER, THUMBPRINTS_OF_PROVIDER, check_quota
from entrepot.rules.oidc_discovery import is_loopback

_THUMBPRINT = re.compile("[0-9A-Fa-f]{40}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)
_PATH = re.compile(r"(?:/[A-Za-z0-9._~%!$&'()*+,;=:@-]+)*", re.ASCII)
_SERVICES = frozenset({"aws", "ecr", "ecr-public", "iam", "sts"})
"""Hosts whose tokens would fill in condition keys that are not theirs: a claim is the key `{url}:{claim}`."""


def provider_url(url: str) -> str:
    """The URL of a provider as its ARN has it: without scheme and without the slash at its end.

    Raises InvalidInput for one that no token's `iss` could be.
    """
    scheme, _, rest = url.partition("://")
    bare = rest.removesuffix("/")
    try:
        parts = urlsplit(f"https://{bare}")
        _ = parts.port
    except ValueError:
        raise _not_a_url() from None
    if scheme != "https" and not (scheme == "http" and is_loopback(parts.hostname or "")):
        raise InvalidInput("Invalid Open ID Connect Provider URL: it must begin with https://, away from this machine")
    named = parts.hostname is not None and _HOST.fullmatch(parts.hostname) is not None
    plain = "?" not in url and "#" not in url and "@" not in parts.netloc
    if bare.lower() in _SERVICES:
        raise InvalidInput(f"Invalid Open ID Connect Provider URL: {bare} is the prefix of condition keys of AWS")
    if not named or not plain or not _PATH.fullmatch(parts.path):
        raise _not_a_url()
    return bare


def check_client_ids(client_ids: Sequence[str]) -> tuple[str, ...]:
    """The audiences, each once. Raises LimitExceeded."""
    found = tuple(dict.fromkeys(client_ids))
    check_quota("ClientIdsPerOpenIdConnectProvider", len(found), CLIENT_IDS_OF_PROVIDER)
    return found


def check_thumbprints(thumbprints: Sequence[str]) -> tuple[str, ...]:
    """SHA-1 hashes of certificates in hexadecimal, each once and in lower case. Raises InvalidInput, LimitExceeded."""
    if not all(map(_THUMBPRINT.fullmatch, thumbprints)):
        raise InvalidInput("A thumbprint has 40 hexadecimal digits.")
    found = tuple(dict.fromkeys(each.lower() for each in thumbprints))
    if len(found) > THUMBPRINTS_OF_PROVIDER:
        raise InvalidInput("Thumbprint list must contain at most 5 entries.")
    return found


def _not_a_url() -> InvalidInput:
    return InvalidInput(
        "Invalid Open ID Connect Provider URL: it is https://, a host name, perhaps a port and a path, and nothing else"
    )
