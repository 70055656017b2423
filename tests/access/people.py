"""Users, groups and their policies, put straight into the tables of a deployment."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from entrepot.context import App
from entrepot.meta import access_keys, access_versions
from entrepot.meta import tables as t
from entrepot.meta.access_keys import AccessKeyRow
from entrepot.services import credentials
from entrepot.services.keyring import SECRETS
from entrepot.services.sealing import seal
from tests.oci.inprocess import in_app
from tests.support.server import Keys

Document = Mapping[str, Any]
_numbers = itertools.count(1)


def allow(*actions: str, resource: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """An identity-based policy with one statement."""
    return document({"Effect": "Allow", "Action": list(actions), "Resource": resource, **more})


def grant(principal: object, *actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A repository policy with one statement."""
    return document({"Effect": effect, "Principal": principal, "Action": list(actions), **more})


def document(*statements: Document) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


class People:
    """The accounts of a deployment. Every change raises the account's version, as the services do."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def account(self, account: str) -> Keys:
        """Creates an account; the keys are its root's."""
        key = in_app(self.data, lambda app: credentials.ensure_root(app, account))
        return Keys(key.access_key_id, key.secret)

    def user(
        self, account: str, name: str, *policies: Document | str, tags: Mapping[str, str] | None = None, path: str = "/"
    ) -> Keys:
        """Creates a user with a key. A policy is an inline one or the ARN of a managed one."""
        return self._keys_of(account, name, self._identity(account, "user", name, policies, tags or {}, path), path)

    def group(self, account: str, name: str, *policies: Document | str, members: Sequence[str] = ()) -> None:
        """Creates a group of users that are there already."""
        group_id, _ = self._identity(account, "group", name, policies, {}, "/")
        for member in members:
            self.change(account, lambda c, user=member: _join(c, account, group_id, user))

    def set_policy(self, account: str, kind: str, name: str, policy: Document | None) -> None:
        """Sets the first inline policy of an identity, or removes it."""

        def change(c: Connection) -> None:
            identity = identity_id(c, account, kind, name)
            c.execute(delete(t.inline_policies).where(t.inline_policies.c.identity_id == identity))
            if policy is not None:
                _add_inline(c, identity, "policy-0", policy)

        self.change(account, change)

    def set_boundary(self, account: str, name: str, policy: Document) -> None:
        """Makes a managed policy and sets it as a user's boundary."""
        arn = self.managed(account, f"boundary-{next(_numbers)}", policy)
        where = (t.identities.c.account_id == account, t.identities.c.name == name)
        self.change(account, lambda c: c.execute(update(t.identities).where(*where).values(boundary_arn=arn)))

    def managed(self, account: str, name: str, policy: Document) -> str:
        """Makes a managed policy; returns its ARN."""
        row = {
            "account_id": account, "name": name, "folded_name": name.lower(), "path": "/", "description": None,
            "unique_id": f"ANPA{next(_numbers):016}", "default_version": 1, "next_version": 2, "created_at": 0,
            "updated_at": 0, "tags": "{}",
        }  # fmt: skip

        def change(c: Connection) -> None:
            policy_id = _insert(c, t.managed_policies, row)
            version = {"policy_id": policy_id, "version": 1, "document": json.dumps(policy), "created_at": 0}
            c.execute(insert(t.managed_policy_versions).values(version))

        self.change(account, change)
        return f"arn:aws:iam::{account}:policy/{name}"

    def change(self, account: str, work: Callable[[Connection], object]) -> None:
        """Any change of an account's rows."""

        def change_txn(connection: Connection) -> None:
            work(connection)
            access_versions.raise_version(connection, account)

        in_app(self.data, lambda app: app.db.write(change_txn))

    def _identity(
        self,
        account: str,
        kind: str,
        name: str,
        policies: Sequence[Document | str],
        tags: Mapping[str, str],
        path: str,
    ) -> tuple[int, str]:
        unique_id = f"AIDA{secrets.token_hex(8).upper()}"
        row = {
            "account_id": account, "kind": kind, "name": name, "folded_name": name.lower(), "path": path,
            "unique_id": unique_id, "created_at": 0,
        }  # fmt: skip
        made: list[int] = []

        def change(c: Connection) -> None:
            identity = _insert(c, t.identities, row)
            for number, policy in enumerate(policies):
                if isinstance(policy, str):
                    c.execute(insert(t.attached_policies).values(identity_id=identity, policy_arn=policy))
                else:
                    _add_inline(c, identity, f"policy-{number}", policy)
            for key, value in tags.items():
                c.execute(insert(t.identity_tags).values(identity_id=identity, key=key, value=value))
            made[:] = [identity]

        self.change(account, change)
        return made[0], unique_id

    def _keys_of(self, account: str, name: str, identity: tuple[int, str], path: str) -> Keys:
        key_id, secret = f"AKIA{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30)
        arn = f"arn:aws:iam::{account}:user{path}{name}"

        async def add(app: App) -> None:
            data_key = await app.keyring.for_scope(SECRETS)
            sealed = seal(data_key, secret.encode(), key_id.encode())
            row = AccessKeyRow(key_id, account, arn, identity[1], sealed, data_key.key_id, active=True)
            await app.db.write(access_keys.add_access_key, row, 0)

        in_app(self.data, add)
        return Keys(key_id, secret)


def identity_id(connection: Connection, account: str, kind: str, name: str) -> int:
    """The row id of an identity."""
    i = t.identities.c
    query = select(i.id).where(i.account_id == account, i.kind == kind, i.name == name)
    return connection.execute(query).scalar_one()


def _join(connection: Connection, account: str, group_id: int, user: str) -> None:
    user_id = identity_id(connection, account, "user", user)
    connection.execute(insert(t.group_members).values(group_id=group_id, user_id=user_id))


def _add_inline(connection: Connection, identity: int, name: str, policy: Document) -> None:
    row = {"identity_id": identity, "name": name, "document": json.dumps(policy)}
    connection.execute(insert(t.inline_policies).values(row))


def _insert(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    key = connection.execute(insert(table).values(row)).inserted_primary_key
    assert key
    return key[0]
