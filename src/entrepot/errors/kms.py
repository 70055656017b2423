"""KMS's own errors. The names are those of its exceptions without the suffix."""

from __future__ import annotations

from entrepot.errors.common import DomainError


class KeyNotFound(DomainError):
    """KMS's NotFoundException: there is no such key, alias or key policy."""


class AliasAlreadyExists(DomainError):
    """KMS's AlreadyExistsException: the name of the alias is taken."""


class InvalidAliasName(DomainError):
    """Not what an alias can be called."""


class ReservedAlias(DomainError):
    """KMS's NotAuthorizedException: aliases that begin with `alias/aws/` are made by services only."""


class InvalidArn(DomainError):
    """Not the ARN of anything that the operation takes."""


class InvalidMarker(DomainError):
    """A marker that no earlier page of the listing came with."""


class InvalidCiphertext(DomainError):
    """Not what was encrypted, or not under this key and encryption context."""


class IncorrectKey(DomainError):
    """Encrypted under another key than the one that the request names."""


class InvalidKeyUsage(DomainError):
    """Something that a key of this kind is not for."""


class InvalidGrantToken(DomainError):
    """A grant token that nobody gave out."""


class DryRun(DomainError):
    """The request would have succeeded, and was made to learn that."""

    def __init__(self) -> None:
        super().__init__("The request would have succeeded, but the DryRun option is set.")
