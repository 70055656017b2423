"""Keys of KMS of a running server, and repositories that they encrypt."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from entrepot.context import App
from entrepot.services.kms import deletion
from tests.oci.inprocess import in_app
from tests.support.server import Server

KINDS = ("KMS", "KMS_DSSE")
_numbers = itertools.count(1)


class Kms:
    """The keys of the first principal's account and Region, by the API of KMS. Keys are named by their ARNs."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = server.boto3("kms")

    def create(self) -> str:
        return self.client.create_key()["KeyMetadata"]["Arn"]

    def alias(self, arn: str) -> str:
        """A new name for a key."""
        name = f"alias/number-{next(_numbers)}"
        self.client.create_alias(AliasName=name, TargetKeyId=arn)
        return name

    def disable(self, arn: str) -> None:
        self.client.disable_key(KeyId=arn)

    def enable(self, arn: str) -> None:
        self.client.enable_key(KeyId=arn)

    def rotate(self, arn: str) -> None:
        self.client.rotate_key_on_demand(KeyId=arn)

    def schedule_deletion(self, arn: str) -> None:
        self.client.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)

    def cancel_deletion(self, arn: str) -> None:
        """KMS leaves the key disabled."""
        self.client.cancel_key_deletion(KeyId=arn)

    def destroy(self, arn: str) -> None:
        """Schedules the deletion and lets the waiting end."""
        self.schedule_deletion(arn)

        async def wait(app: App) -> None:
            assert await deletion.delete_due(app) == 0
            later = replace(app, clock=lambda: app.clock() + timedelta(days=7, seconds=1))
            assert await deletion.delete_due(later) == 1

        in_app(self.server.data, wait)


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
