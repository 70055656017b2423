"""Access key ids of temporary credentials, which hold the id of their account as AWS's own do.

STS gives such credentials out without keeping a record of them: GetAccessKeyInfo reads the account from the id.
"""

from __future__ import annotations

import base64
import binascii
import re

TEMPORARY = "ASIA"
"""What the ids of temporary credentials begin with (IAM User Guide, "IAM identifiers")."""

RANDOM_BITS = 39
"""Bits of an id that tell nothing: of its 80, one is set and 40 are the account."""

_TEMPORARY_ID = re.compile(r"ASIA[A-Z2-7]{16}", re.ASCII)
_MOST_ACCOUNT = 999_999_999_999


def temporary_key_id(account: str, random: int) -> str:
    """The id of temporary credentials of an account; `random` has RANDOM_BITS bits."""
    number = ((1 << 40) | int(account)) << RANDOM_BITS | random
    return TEMPORARY + base64.b32encode(number.to_bytes(10)).decode()


def is_temporary(access_key_id: str) -> bool:
    """Whether an id is one of temporary credentials, going by what it begins with."""
    return access_key_id.startswith(TEMPORARY)


def account_of(access_key_id: str) -> str | None:
    """The account in the id of temporary credentials; None for what `temporary_key_id` never makes."""
    if not _TEMPORARY_ID.fullmatch(access_key_id):
        return None
    try:
        number = int.from_bytes(base64.b32decode(access_key_id.removeprefix(TEMPORARY))) >> RANDOM_BITS
    except binascii.Error:
        return None
    account = number & ((1 << 40) - 1)
    return f"{account:012}" if number >> 40 and account <= _MOST_ACCOUNT else None
