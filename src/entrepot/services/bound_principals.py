"""Policies bound to the users and roles that they name, and not to whoever has their names later.

A stored policy has the unique ids of users, roles and sessions in the place of their ARNs. Whoever deletes a user and
creates one of the same name has made another one, to whom the policy gives nothing. Accounts that are not of this
deployment keep their own users: what a policy says of those stays as it is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from entrepot.errors import PolicyInvalid
from entrepot.meta.access_policies import is_known
from entrepot.meta.identities import IdentityRow, find_by_unique_ids, find_identity
from entrepot.rules.iam.arns import arn_segments
from entrepot.rules.iam.principal_names import UNIQUE_ID, principal_names, with_principal_names


def bind(connection: Connection, text: str) -> str:
    """The policy as it is stored. Raises PolicyInvalid, in IAM's words, where a principal that it names is not there.

    `text` must be a policy already (`parse_policy`).
    """
    return with_principal_names(text, {name: _bound(connection, name) for name in set(principal_names(text))})


def unbind(connection: Connection, texts: Sequence[str]) -> list[str]:
    """Stored policies as they are shown: with ARNs, and with the unique ids of those who are gone."""
    named = [principal_names(text) for text in texts]
    ids = {match[1] for names in named for name in names if (match := UNIQUE_ID.fullmatch(name))}
    rows = find_by_unique_ids(connection, ids) if ids else {}
    return [
        with_principal_names(text, {name: _shown(rows, name) for name in set(names)})
        for text, names in zip(texts, named, strict=True)
    ]


def _bound(connection: Connection, name: str) -> str:
    segments = arn_segments(name)
    if match := UNIQUE_ID.fullmatch(name):
        row = find_by_unique_ids(connection, [match[1]]).get(match[1])
        return name if row and name in _names_of(row, match[2]) else _refuse(name)
    if segments is None or segments[5] == "root" or not is_known(connection, segments[4]):
        return name  # everyone, an account, or one whose account is somewhere else
    kind, _, path = segments[5].partition("/")
    of_session = kind == "assumed-role"
    bare, _, session = path.partition("/") if of_session else (path.rpartition("/")[2], "", None)
    row = find_identity(connection, segments[4], "user" if kind == "user" else "role", bare)
    ids = {} if row is None else _names_of(row, session)
    found = next((unique for unique, arn in ids.items() if arn == name), "")
    return found if UNIQUE_ID.fullmatch(found) else _refuse(name)


def _names_of(row: IdentityRow, session: str | None) -> dict[str, str]:
    """The ARN of a user, a role or a role's session, by its unique id; none of what is no principal."""
    if session is None:
        return {} if row.kind == "group" else {row.unique_id: row.arn}
    if row.kind != "role":
        return {}
    return {f"{row.unique_id}:{session}": f"arn:aws:sts::{row.account_id}:assumed-role/{row.name}/{session}"}


def _shown(rows: dict[str, IdentityRow], name: str) -> str:
    match = UNIQUE_ID.fullmatch(name)
    row = rows.get(match[1]) if match else None
    return _names_of(row, match[2]).get(name, name) if match and row else name


def _refuse(name: str) -> str:
    raise PolicyInvalid(f'Invalid principal in policy: "AWS":"{name}"')
