"""Content digests, `algorithm:hex`: OCI Image specification, "Descriptor", section "Digests"."""

from __future__ import annotations

import hashlib
import re
from typing import Literal, Protocol, cast, get_args

from entrepot.errors import DigestInvalid, InvalidParameter

Algorithm = Literal["sha256", "sha512"]

HEX_LENGTHS: dict[Algorithm, int] = {"sha256": 64, "sha512": 128}
"""The registered algorithms, each with the number of hex digits of its digests."""

DIGEST_PATTERN = "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"
"""What ECR takes for the form of a digest, of whatever algorithm, as its error messages spell it."""

_FORM = re.compile("[a-zA-Z0-9_+.-]+:[a-fA-F0-9]+")
_LOWER_HEX = re.compile("[0-9a-f]+")
_ECHO_LIMIT = 200


class Hasher(Protocol):
    """A running hash, as hashlib makes them."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Takes in more bytes."""
        ...

    def hexdigest(self) -> str:
        """The hash so far, in lower-case hex."""
        ...


def parse_digest(text: str) -> tuple[Algorithm, str]:
    """Splits a digest into algorithm and hex. Raises DigestInvalid, saying which of the two is wrong."""
    algorithm, colon, encoded = text.partition(":")
    if not colon:
        raise DigestInvalid(f"'{text[:_ECHO_LIMIT]}' is not a digest: it must have the form algorithm:hex")
    if algorithm not in get_args(Algorithm):
        raise DigestInvalid(f"The digest algorithm '{algorithm[:_ECHO_LIMIT]}' is not supported: use sha256 or sha512")
    known = cast("Algorithm", algorithm)
    length = HEX_LENGTHS[known]
    if len(encoded) != length or _LOWER_HEX.fullmatch(encoded) is None:
        raise DigestInvalid(
            f"'{text[:_ECHO_LIMIT]}' is not a digest: {algorithm} takes {length} hex digits in lower case"
        )
    return known, encoded


def is_digest(text: str) -> bool:
    """Whether `text` is a digest of a supported algorithm."""
    try:
        parse_digest(text)
    except DigestInvalid:
        return False
    return True


def has_digest_form(text: str) -> bool:
    """Whether `text` has ECR's form of a digest, were it of no algorithm that is known here."""
    return _FORM.fullmatch(text) is not None


def check_digest_form(text: str, parameter: str) -> None:
    """Raises InvalidParameter, in ECR's words, unless `text` has the form of a digest."""
    if not has_digest_form(text):
        raise InvalidParameter.at(parameter, f"must satisfy regular expression '{DIGEST_PATTERN}'")


def new_hasher(algorithm: Algorithm) -> Hasher:
    """A hash of no bytes yet."""
    return hashlib.new(algorithm)


def digest_of(data: bytes | bytearray | memoryview, algorithm: Algorithm = "sha256") -> str:
    """The digest of `data`."""
    hasher = new_hasher(algorithm)
    hasher.update(data)
    return f"{algorithm}:{hasher.hexdigest()}"
