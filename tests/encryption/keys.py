"""Keys of KMS of a running server, and repositories that they encrypt."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from entrepot.context import App, Registry
from entrepot.meta import access_versions, data_keys, kms_keys
from entrepot.rules.kms_keys import KeyState, material_scope
from tests.oci.inprocess import in_app
from tests.support.server import Server

KINDS = ("KMS", "KMS_DSSE")
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}'
_numbers = itertools.count(1)


class Kms:
    """The keys of the first principal's account and Region. Keys are named by their ARNs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.registry = Registry("123456789012", server.region)

    def create(self) -> str:
        async def make(app: App) -> str:
            key_id = str(uuid.uuid4())
            new = await app.keyring.new_material(key_id)

            def make_txn(c: Connection) -> str:
                data_keys.add_key(c, new, 0, 0)
                return kms_keys.add_key(c, self.registry, key_id, "CUSTOMER", "", POLICY, 0).arn

            return await app.db.write(make_txn)

        return in_app(self.server.data, make)

    def _set(self, arn: str, state: KeyState) -> None:
        def set_txn(c: Connection) -> None:
            row = kms_keys.find_key(c, self.registry, arn.rpartition("/")[2])
            assert row
            kms_keys.set_state(c, row.id, state)
            if state == "Deleted":
                data_keys.delete_keys(c, material_scope(row.key_id))
            access_versions.raise_version(c, self.registry.account)

        in_app(self.server.data, lambda app: app.db.write(set_txn))

    def disable(self, arn: str) -> None:
        self._set(arn, "Disabled")

    def enable(self, arn: str) -> None:
        self._set(arn, "Enabled")

    def schedule_deletion(self, arn: str) -> None:
        self._set(arn, "PendingDeletion")

    def cancel_deletion(self, arn: str) -> None:
        self._set(arn, "Disabled")

    def alias(self, arn: str) -> str:
        name = f"alias/number-{next(_numbers)}"

        def add(c: Connection) -> None:
            row = kms_keys.find_key(c, self.registry, arn.rpartition("/")[2])
            assert row
            from entrepot.meta import kms_aliases

            kms_aliases.add_alias(c, self.registry, name, row.id, 0)

        in_app(self.server.data, lambda app: app.db.write(add))
        return name

    def rotate(self, arn: str) -> None:
        key_id = arn.rpartition("/")[2]

        async def turn(app: App) -> None:
            new = await app.keyring.new_material(key_id)
            await app.db.write(data_keys.add_key, new, 1, 0)

        in_app(self.server.data, turn)

    def destroy(self, arn: str) -> None:
        """Past the end of the waiting period."""
        self._set(arn, "Deleted")


def create(ecr: Any, kind: str, key: str | None = None) -> str:
    """The name of a new repository."""
    name = f"{kind.lower().replace('_', '-')}-{next(_numbers)}"
    more = {} if key is None else {"kmsKey": key}
    ecr.create_repository(repositoryName=name, encryptionConfiguration={"encryptionType": kind, **more})
    return name


def encryption_of(ecr: Any, name: str) -> dict[str, str]:
    """What DescribeRepositories says."""
    (found,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    return found["encryptionConfiguration"]


def contains(haystack: bytes, needles: Sequence[bytes]) -> bool:
    return any(needle in haystack for needle in needles)
