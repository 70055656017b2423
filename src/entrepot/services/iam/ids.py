"""IAM's unique ids: four letters that tell the kind, and seventeen that are nobody else's.

Source: "Unique identifiers" in the IAM User Guide's "IAM identifiers".
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import string

_LETTERS = string.ascii_uppercase + "234567"
_LENGTH = 17


def unique_id(prefix: str) -> str:
    """A new id, such as 'AROA...' for a role."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def fixed_id(prefix: str, arn: str) -> str:
    """The id of something that no table holds: always the same for its ARN."""
    return prefix + base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()[:_LENGTH]
