"""Makes access keys: an id that nobody else has and a secret, which is shown once and stored sealed."""

from __future__ import annotations

import secrets
import string

from entrepot.context import App
from entrepot.meta.access_keys import AccessKeyRow
from entrepot.services.keyring import SECRETS
from entrepot.services.sealing import seal

_KEY_ID_LETTERS = string.ascii_uppercase + "234567"
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"
_PREFIX = "AKIA"  # of keys that last: "IAM identifiers" in the IAM User Guide
_KEY_ID_LENGTH = 16  # behind the prefix
_SECRET_LENGTH = 40


async def make_access_key(app: App, account: str, arn: str, user_id: str) -> tuple[AccessKeyRow, str]:
    """A new active key of a principal, not stored yet, and its secret."""
    key = await app.keyring.for_scope(SECRETS)
    key_id, secret = _PREFIX + _random(_KEY_ID_LETTERS, _KEY_ID_LENGTH), _random(_SECRET_LETTERS, _SECRET_LENGTH)
    sealed = seal(key, secret.encode(), key_id.encode())
    return AccessKeyRow(key_id, account, arn, user_id, sealed, key.key_id, active=True), secret


def _random(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))
