"""Temporary credentials: everything about a session is sealed in its own token, and nothing of it is stored.

A session is worth what its owner is worth at the time of use. It ends when its time is up, and at once where the
role or user is deleted: one that is made anew under the old name has another unique id.
"""

from __future__ import annotations

import secrets
import string
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection

from entrepot.context import App, Principal, Session
from entrepot.errors import ContentDamaged, PackedPolicyTooLarge
from entrepot.meta import access_policies, session_owners
from entrepot.meta.session_owners import OwnerRow
from entrepot.rules import access_key_ids
from entrepot.rules.iam.managed import MANAGED
from entrepot.services import sealed_text
from entrepot.services.keyring import SESSIONS

LONGEST_TOKEN = 4096
"""Characters of a session token at the most, as STS's MinimumSessionTokenSize has it."""

PACKED_LIMIT = 2400
"""Bytes that policies and tags may take in a token, packed: with the rest of it they fit into LONGEST_TOKEN."""

NOTHING_ALLOWED = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":"*","Resource":"*"}}'
"""What stands in for a session policy that is no longer there: the session must not gain by that."""

_PURPOSE = b"session token"
_SECRET_LETTERS = string.ascii_letters + string.digits + "+/"
_SECRET_LENGTH = 40


class Grants(msgspec.Struct, frozen=True, array_like=True):
    """What is asked for a session beyond a name and an end. `policy` is one document, `policy_arns` name others.

    `transitive` are the keys of those tags that sessions begun from this one inherit.
    """

    policy: str = ""
    policy_arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()


class Claims(msgspec.Struct, frozen=True, array_like=True):
    """What a token seals. `owner` is the unique id of the role or user, the account's id for its root.

    `name` is empty for GetSessionToken's sessions. Times are whole seconds since the epoch.
    """

    access_key_id: str
    secret: str
    account: str
    owner: str
    name: str
    issued: int
    expires: int
    grants: Grants
    provider: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A session to be given out. `minimum` is the least number of characters that its token is to have."""

    account: str
    owner: str
    name: str
    seconds: int
    grants: Grants = field(default_factory=Grants)
    provider: str | None = None
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary credentials, as they are told once."""

    access_key_id: str
    secret: str
    token: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Live:
    """A session whose token is genuine and whose owner is there. Whether it has expired is for the caller to see."""

    claims: Claims
    principal: Principal
    expires: datetime


def packed_percent(grants: Grants) -> int:
    """How much of its space a session's policies and tags take, in percent. Raises PackedPolicyTooLarge over 100."""
    if grants == Grants():
        return 0
    percent = -(-100 * len(_pack(grants)) // PACKED_LIMIT)
    if percent > 100:  # noqa: PLR2004 - percent
        raise PackedPolicyTooLarge(percent)
    return percent


async def issue(app: App, request: Request, now: datetime) -> Credentials:
    """Makes the credentials of a session. The caller has decided that there may be one."""
    issued = int(now.timestamp())
    key_id = access_key_ids.temporary_key_id(request.account, secrets.randbits(access_key_ids.RANDOM_BITS))
    secret = "".join(secrets.choice(_SECRET_LETTERS) for _ in range(_SECRET_LENGTH))
    claims = Claims(
        access_key_id=key_id,
        secret=secret,
        account=request.account,
        owner=request.owner,
        name=request.name,
        issued=issued,
        expires=issued + request.seconds,
        grants=request.grants,
        provider=request.provider,
    )
    padded = _pack(claims).ljust(-(-request.minimum * 3 // 4) - sealed_text.OVERHEAD, b"\0")
    token = await sealed_text.write(app.keyring, SESSIONS, padded, _PURPOSE)
    return Credentials(key_id, secret, token, _moment(claims.expires))


async def find_session(app: App, token: str) -> Live | None:
    """The session that a token stands for; None for a token that is not ours, and where the owner is gone."""
    try:
        sealed = await sealed_text.read(app.keyring, token, _PURPOSE, LONGEST_TOKEN)
    except ContentDamaged:
        return None
    claims = msgspec.msgpack.decode(_unpack(sealed), type=Claims)
    principal = await app.db.read(_principal, claims, token)
    return Live(claims, principal, _moment(claims.expires)) if principal else None


def _principal(connection: Connection, claims: Claims, token: str) -> Principal | None:
    if claims.owner == claims.account:
        arn, user_id, role_arn = f"arn:aws:iam::{claims.account}:root", claims.account, None
    else:
        owner = session_owners.find_owner(connection, claims.owner)
        if owner is None:
            return None
        arn, user_id, role_arn = _names(owner, claims.name)
    session = Session(
        name=claims.name,
        issued_at=_moment(claims.issued),
        expires=_moment(claims.expires),
        role_arn=role_arn,
        policies=_documents(connection, claims),
        tags=claims.grants.tags,
        provider=claims.provider,
        token=token,
    )
    return Principal(arn, claims.account, user_id, claims.access_key_id, session)


def _names(owner: OwnerRow, session_name: str) -> tuple[str, str, str | None]:
    """ARN, unique id and role ARN, as IAM's guide on identifiers has them for sessions of a user and of a role."""
    if owner.kind == "user":
        return owner.arn, owner.unique_id, None
    return role_session_arn(owner, session_name), f"{owner.unique_id}:{session_name}", owner.arn


def role_session_arn(role: OwnerRow, session_name: str) -> str:
    """The ARN of a role's session, which has the role's name and not its path."""
    return f"arn:aws:sts::{role.account_id}:assumed-role/{role.name}/{session_name}"


def _documents(connection: Connection, claims: Claims) -> tuple[str, ...]:
    inline = (claims.grants.policy,) if claims.grants.policy else ()
    return inline + tuple(
        document or NOTHING_ALLOWED
        for document in find_documents(connection, claims.account, claims.grants.policy_arns)
    )


def find_documents(connection: Connection, account: str, arns: tuple[str, ...]) -> list[str | None]:
    """The documents of managed policies of an account or of AWS's own; None for one that is not there."""
    if not arns:
        return []
    own = access_policies.managed_documents(connection, account, arns)
    return [MANAGED.get(arn) or own.get(arn) for arn in arns]


def _pack(value: Claims | Grants) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(value), 9)


def _unpack(packed: bytes) -> bytes:
    """The inverse of `_pack`, with or without padding behind it."""
    return zlib.decompressobj().decompress(packed)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
