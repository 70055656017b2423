"""What requests can ask for that is not here: refused, and never passed over."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.aws import shapes_kms as s
from entrepot.errors import InvalidGrantToken, InvalidKeyUsage, Unsupported


def refuse_grants(tokens: Sequence[str] | None) -> None:
    """Raises InvalidGrantToken for any grant token: there are no grants that one could be of."""
    if tokens:
        raise InvalidGrantToken("The grant token is invalid: there are no grants in this release")


def refuse_algorithm(*names: str | None) -> None:
    """Raises InvalidKeyUsage for an algorithm of keys that are not symmetric."""
    for name in names:
        if name not in (None, "SYMMETRIC_DEFAULT"):
            raise InvalidKeyUsage(f"{name} is not an encryption algorithm of a symmetric key: use SYMMETRIC_DEFAULT")


def refuse_recipient(recipient: s.RecipientInfo | None) -> None:
    """Raises Unsupported for an answer that only an attested enclave could read."""
    if recipient is not None:
        raise Unsupported("Recipient is not available in this release: it answers callers in the clear")


def refuse_modifiers(modifiers: Sequence[str] | None) -> None:
    """Raises Unsupported for a dry run that leaves out a part of what is to be tried."""
    if modifiers:
        raise Unsupported("DryRunModifiers are not available in this release")
