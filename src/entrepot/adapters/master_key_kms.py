"""A master key that a service keeps which speaks AWS KMS's API: it wraps and unwraps there, and never leaves it.

Source: KMS API Reference, Encrypt and Decrypt; KMS Developer Guide, "Encryption context".
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import structlog
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]
from structlog.typing import FilteringBoundLogger

from entrepot.errors import KeyUnavailable, KeyUnreachable
from entrepot.ports import Wrapped

log: FilteringBoundLogger = structlog.get_logger()

CONNECT_SECONDS = 3
READ_SECONDS = 5
ATTEMPTS = 3
CONNECTIONS = 16
CONTEXT = "entrepot"
"""The key of the encryption context; its value is the scope of the data key, for key policies and the audit log."""

_MOST_NAME = 200
_AGAIN = frozenset(
    {
        "DependencyTimeoutException",
        "KMSInternalException",
        "KeyUnavailableException",
        "LimitExceededException",
        "ThrottlingException",
    }
)
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class KmsOptions:
    """How a key of a KMS is reached. `key` is its id, ARN, alias or the alias's ARN.

    Credentials, and the Region where no ARN names it, come by boto3's usual chain, or from `profile` of AWS's files.
    """

    key: str
    endpoint_url: str = ""
    profile: str = ""


class KmsKey:
    """The KeyProvider port. Asks nothing before it has to wrap or unwrap something.

    Each request has 3 s to connect and 5 s to be answered, and is made three times at the most.
    """

    def __init__(self, options: KmsOptions) -> None:
        self.source = f"kms:{options.key}"
        self.name = options.key if ":key/" in options.key else ""
        self._options = options
        self._connecting = threading.Lock()

    def may_open(self, name: str) -> bool:
        """See ports.KeyProvider. Whether an alias stands for a key only the service knows.

        By the id and not the whole ARN, because a key of several Regions has an ARN in each.
        """
        key = self._options.key.rpartition(":")[2]
        return name.startswith("arn:") and (key.startswith("alias/") or _key_id(key) == _key_id(name))

    def wrap(self, key: bytes, context: bytes) -> Wrapped:
        """See ports.KeyProvider. The name is the key's ARN, as the service answers it."""
        answer = self._ask("encrypt", Plaintext=key, EncryptionContext={CONTEXT: context.decode()})
        name, wrapped = answer.get("KeyId"), answer.get("CiphertextBlob")
        if not (isinstance(name, str) and name.startswith("arn:") and len(name) <= _MOST_NAME and wrapped):
            raise KeyUnavailable(f"What answers for {self.source} does not speak KMS's API", "KMSInternalException")
        return Wrapped(bytes(wrapped), name)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """See ports.KeyProvider."""
        answer = self._ask("decrypt", CiphertextBlob=wrapped, EncryptionContext={CONTEXT: context.decode()})
        plain = answer.get("Plaintext")
        if not plain:
            raise KeyUnavailable(f"What answers for {self.source} does not speak KMS's API", "KMSInternalException")
        return bytes(plain)

    def _ask(self, operation: str, **members: object) -> dict[str, Any]:
        try:
            with self._connecting:
                client = self._client
            return getattr(client, operation)(KeyId=self._options.key, **members)
        except ClientError as cause:
            raise self._refused(cause) from cause
        except (BotoCoreError, ValueError, OSError) as cause:
            message = f"The master key {self.source} cannot be reached: {_one_line(cause)}"
            raise KeyUnreachable(message, "KeyUnavailableException") from cause

    def _refused(self, error: ClientError) -> KeyUnavailable:
        response: dict[str, Any] = error.response
        told = response.get("Error", {})
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        code = str(told.get("Code") or status)
        message = f"The master key {self.source} is refused: {code}: {_one_line(told.get('Message') or 'no reason')}"
        kind = KeyUnreachable if code in _AGAIN or status >= _SERVER_ERROR else KeyUnavailable
        return kind(message, code)

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes as it goes
        sessions: Any = boto3.Session(profile_name=self._options.profile or None)
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        )
        region = self._region() or sessions.region_name or "us-east-1"
        endpoint = self._options.endpoint_url or None
        return sessions.client("kms", endpoint_url=endpoint, region_name=region, config=config)

    def _region(self) -> str | None:
        parts = self._options.key.split(":")
        return parts[3] if parts[0] == "arn" else os.environ.get("AWS_REGION")


def _key_id(name: str) -> str:
    return name.rpartition("/")[2]


def _one_line(cause: object) -> str:
    return " ".join(str(cause).split())
