"""Access keys: who a key belongs to, and the secret that its signatures are checked with."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from entrepot.context import App, Principal
from entrepot.meta import access_keys
from entrepot.meta.access_keys import AccessKeyRow
from entrepot.meta.times import to_micros
from entrepot.ports import DataKey
from entrepot.services.keyring import SECRETS
from entrepot.services.sealing import seal, unseal

_KEY_ID_LETTERS = string.ascii_uppercase + "234567"
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key as a signature check needs it. `session_token` and `expires` are for temporary credentials."""

    access_key_id: str
    secret: str
    principal: Principal
    active: bool
    session_token: str | None = None
    expires: datetime | None = None


def principal_of(row: AccessKeyRow) -> Principal:
    """Whose key it is."""
    return Principal(row.principal_arn, row.account_id, row.user_id, row.access_key_id)


async def find_access_key(app: App, access_key_id: str) -> AccessKey | None:
    """The key of that id with its secret, active or not; None for an unknown one."""
    row = await app.db.read(access_keys.find_access_key, access_key_id)
    if row is None:
        return None
    secret = unseal(await app.keyring.by_id(row.data_key_id), row.sealed_secret, row.access_key_id.encode())
    return AccessKey(row.access_key_id, secret.decode(), principal_of(row), row.active)


async def ensure_root(app: App, account: str) -> AccessKey:
    """The account's root with a working access key; creates what is missing."""
    arn = f"arn:aws:iam::{account}:root"
    now = to_micros(app.clock())
    await app.db.write(access_keys.add_account, account, now)
    row = await app.db.read(access_keys.find_key_of_account, account, arn)
    if row is None:
        row = _new_key(
            account, arn, account, secret=_random(_SECRET_LETTERS, 40), key=await app.keyring.for_scope(SECRETS)
        )
        await app.db.write(access_keys.add_access_key, row, now)
    found = await find_access_key(app, row.access_key_id)
    if found is None:
        raise LookupError(row.access_key_id)
    return found


def _new_key(account: str, arn: str, user_id: str, *, secret: str, key: DataKey) -> AccessKeyRow:
    key_id = "AKIA" + _random(_KEY_ID_LETTERS, 16)
    return AccessKeyRow(
        key_id, account, arn, user_id, seal(key, secret.encode(), key_id.encode()), key.key_id, active=True
    )


def _random(letters: str, length: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(length))
