"""Access keys, lasting and temporary: who a key belongs to, and the secret that its signatures are checked with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from entrepot.context import App, Principal
from entrepot.meta import access_keys, access_versions
from entrepot.meta.access_keys import AccessKeyRow
from entrepot.meta.times import to_micros
from entrepot.ports import key_name
from entrepot.rules.access_key_ids import is_temporary
from entrepot.services.new_access_keys import make_access_key
from entrepot.services.sealing import unseal
from entrepot.services.sessions import find_session


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


async def find_access_key(app: App, access_key_id: str, session_token: str | None = None) -> AccessKey | None:
    """The key of that id with its secret, active or not; None for an unknown one.

    Temporary credentials come with their session token, which all that is known of them is in: without it, with
    another's or with one that was tampered with they are unknown. They are found past their end too: see `expires`.
    Whether a lasting key is there, active and under the same ARN is asked each time, and the rest of it only once.
    """
    if is_temporary(access_key_id):
        return await _find_session_key(app, access_key_id, session_token)
    account: str | None = app.access.policies.get(("account of key", access_key_id))
    version = await app.access.version(account) if account else None
    known: AccessKey | None = app.access.policies.get(("key", access_key_id, version)) if account else None
    current = await app.current.find(key_name(access_key_id)) if known else None
    if known is None or current is None or current.digest != known.principal.arn:
        return await _read_key(app, access_key_id)
    return replace(known, active=bool(current.id))


async def _read_key(app: App, access_key_id: str) -> AccessKey | None:
    """Reads a lasting key and remembers it, for as long as nothing changes in its account."""

    def key_txn(connection: Connection) -> tuple[AccessKeyRow, int] | None:
        row = access_keys.find_access_key(connection, access_key_id)
        return (row, access_versions.find_version(connection, row.account_id)) if row else None

    found = await app.db.read(key_txn)
    if found is None:
        return None
    row, version = found
    secret = unseal(await app.keyring.by_id(row.data_key_id), row.sealed_secret, row.access_key_id.encode())
    key = AccessKey(row.access_key_id, secret.decode(), principal_of(row), row.active)
    app.access.learn(row.account_id, version)
    app.access.policies.put(("account of key", access_key_id), row.account_id)
    app.access.policies.put(("key", access_key_id, version), key)
    return key


async def find_holder(app: App, access_key_id: str, session_token: str, now: datetime) -> Principal | None:
    """Whose key it is, for what was given out under the key; None once the key itself is good for nothing.

    `session_token` is empty for a lasting key.
    """
    key = await find_access_key(app, access_key_id, session_token or None)
    if key is None or not key.active or (key.expires is not None and key.expires <= now):
        return None
    return key.principal


async def _find_session_key(app: App, access_key_id: str, session_token: str | None) -> AccessKey | None:
    session = await find_session(app, session_token) if session_token else None
    if session is None or session.claims.access_key_id != access_key_id:
        return None
    secret, principal = session.claims.secret, session.principal
    return AccessKey(
        access_key_id, secret, principal, active=True, session_token=session_token, expires=session.expires
    )


async def ensure_root(app: App, account: str) -> AccessKey:
    """The account's root with a working access key; creates what is missing, once however many nodes start at once."""
    arn = f"arn:aws:iam::{account}:root"
    now = to_micros(app.clock())
    await app.db.write(access_keys.add_account, account, now)
    row = await app.db.read(access_keys.find_key_of_account, account, arn)
    if row is None:
        fresh, _ = await make_access_key(app, account, arn, account)
        row = await app.db.write(access_keys.add_first_key, fresh, now)
    found = await find_access_key(app, row.access_key_id)
    if found is None:
        raise LookupError(row.access_key_id)
    return found
