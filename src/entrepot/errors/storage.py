"""Keys, and the store of bytes."""

from __future__ import annotations

from entrepot.errors.common import DomainError


class KeyUnavailable(DomainError):
    """The key that seals this content cannot be used (ECR's KmsException). `kms_error` is KMS's own code.

    `advice`, if any, says what to do next.
    """

    def __init__(self, message: str, kms_error: str, advice: str = "") -> None:
        super().__init__(message)
        self.kms_error = kms_error
        self.advice = advice


class KeyUnreachable(KeyUnavailable):
    """The service that keeps a key does not answer; the request can be repeated later."""


class StorageFull(DomainError):
    """The store has no room for what is being written; nothing that was stored before is affected."""

    def __init__(self) -> None:
        super().__init__("The registry's storage is full. What was stored before is intact; free space and try again.")


class StorageUnavailable(DomainError):
    """The store does not answer; the request can be repeated later."""

    def __init__(self, message: str = "The registry's storage is not available at the moment. Try again.") -> None:
        super().__init__(message)


class ContentDamaged(DomainError):
    """Stored bytes fail their authentication: they are never served. The cause is in the server's log.

    `frame` is the index of the first frame that does not open, where it is known; `missing` says that there is no
    object at all.
    """

    def __init__(self, frame: int | None = None, *, missing: bool = False) -> None:
        super().__init__("The stored content failed its integrity check and is not served.")
        self.frame = frame
        self.missing = missing
