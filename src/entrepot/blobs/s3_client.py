"""The connection to a store that speaks S3: how requests are sent, repeated and refused."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
import structlog
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]
from botocore.session import Session  # pyright: ignore[reportMissingTypeStubs]
from structlog.typing import FilteringBoundLogger

from entrepot.errors import StorageFull, StorageUnavailable

log: FilteringBoundLogger = structlog.get_logger()

CONNECT_SECONDS = 5
CONNECTIONS = 64
MISSING = frozenset({"NoSuchKey", "NoSuchUpload", "404", "NotFound"})
CLASHES = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412"})
NO_ROOM = frozenset({"QuotaExceeded", "InsufficientStorage", "507"})


@dataclass(frozen=True, slots=True)
class S3Options:
    """How a store is reached. `timeout` is in seconds, for each attempt; an answer is waited for `attempts` times.

    Credentials come by boto3's usual chain: the environment, its files, the container, the machine. So does the region,
    after AWS_REGION, which AWS's other SDKs read and boto3 does not; us-east-1 where nothing names one.
    """

    endpoint_url: str = ""
    path_style: bool = False
    timeout: int = 20
    attempts: int = 4


def connect(options: S3Options) -> Any:  # noqa: ANN401 - boto3 makes its clients' classes as it goes
    """A client, for use by any number of threads. Raises StorageUnavailable for settings that botocore refuses.

    Repeats what failed by SlowDown, 5xx, a timeout or a broken connection, after pauses that grow and are random
    (botocore's standard mode), and stops repeating while nearly everything fails. Checksums that older stores do not
    know are left out: the signature covers the body over plain HTTP, and TLS does otherwise.
    """
    session: Any = Session()
    region: str = os.environ.get("AWS_REGION") or session.get_config_variable("region") or "us-east-1"
    config = Config(
        region_name=region,
        signature_version="s3v4",
        connect_timeout=min(CONNECT_SECONDS, options.timeout),
        read_timeout=options.timeout,
        max_pool_connections=CONNECTIONS,
        retries={"mode": "standard", "total_max_attempts": options.attempts},
        s3={"addressing_style": "path" if options.path_style else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    with s3_errors():
        sessions: Any = boto3.Session(botocore_session=session)
        return sessions.client("s3", endpoint_url=options.endpoint_url or None, config=config)


def code_of(error: ClientError) -> str:
    """The store's word for what went wrong, such as NoSuchKey; the status where it says nothing."""
    return str(_told(error).get("Code", ""))


def _told(error: ClientError) -> dict[str, Any]:
    response: dict[str, Any] = error.response
    return response.get("Error", {})


@contextmanager
def s3_errors() -> Generator[None]:
    """Turns what the store answers into FileNotFoundError, FileExistsError, StorageFull or StorageUnavailable."""
    try:
        yield
    except ClientError as cause:
        raise _translated(cause) from cause
    except (BotoCoreError, ValueError, OSError) as cause:
        if isinstance(cause, FileNotFoundError | FileExistsError):
            raise
        log.warning("the object store does not answer", reason=str(cause))
        raise StorageUnavailable from cause


def _translated(error: ClientError) -> Exception:
    code = code_of(error)
    if code in MISSING:
        return FileNotFoundError(code)
    if code in CLASHES:
        return FileExistsError(code)
    log.warning("the object store refused", reason=str(error))
    return StorageFull() if code in NO_ROOM else StorageUnavailable()


def check(client: Any, bucket: str, prefix: str, sealing: dict[str, str], *, writes: bool) -> None:  # noqa: ANN401
    """Asks for one name of the bucket, and where it `writes` stores an object and removes it again.

    Raises StorageUnavailable with a sentence that says what is wrong, also where the store does not encrypt as told.
    """
    place, wanted = f"the bucket {bucket}", sealing.get("ServerSideEncryption")
    try:
        client.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)
        if writes:
            place += f" with encryption by {wanted}" if wanted else ""
            done = client.put_object(Bucket=bucket, Key=f"{prefix}probe", Body=b"", **sealing)
            client.delete_object(Bucket=bucket, Key=f"{prefix}probe")
            # Some stores take the header and leave the bytes as they are.
            if wanted and done.get("ServerSideEncryption") != wanted:
                raise StorageUnavailable(f"The object store takes s3_encryption {wanted} and does not encrypt by it")
    except ClientError as error:
        told = _told(error)
        message = f"{told.get('Code') or ''}: {told.get('Message') or ''}".strip(": ")
        raise StorageUnavailable(f"The object store refuses {place}: {message}") from error
    except BotoCoreError as error:
        raise StorageUnavailable(f"The object store with the bucket {bucket} cannot be used: {error}") from error
