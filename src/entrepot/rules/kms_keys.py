"""Keys of KMS: how they are named, and when they may be used.

Source: KMS Developer Guide, "Key states of AWS KMS keys"; API Reference, the errors of Encrypt and Decrypt.
"""

from __future__ import annotations

from typing import Literal

KeyState = Literal["Enabled", "Disabled", "PendingDeletion", "Deleted"]
"""`Deleted` is ours: the key is gone, and what names it learns that there is no such key."""

MATERIAL = "kms/"
"""What the scopes of the data keys begin with that are the material of keys of KMS."""


def material_scope(key_id: str) -> str:
    """The scope of the data keys that are a key's material, one generation for each rotation."""
    return MATERIAL + key_id


def is_material(scope: str) -> bool:
    """Whether a data key is the material of a key of KMS, which nothing but KMS is to seal or open with."""
    return scope.startswith(MATERIAL)


def refusal(arn: str, state: KeyState) -> tuple[str, str] | None:
    """Why a key in that state seals and opens nothing, as KMS's message and code; None where it does."""
    if state == "Enabled":
        return None
    if state == "Disabled":
        return f"{arn} is disabled.", "DisabledException"
    if state == "PendingDeletion":
        return f"{arn} is pending deletion.", "KMSInvalidStateException"
    return f"Key '{arn}' does not exist", "NotFoundException"


ROTATION_DAYS = 365
"""How often a key is rotated by itself unless it is said otherwise."""

_DAY = 24 * 60 * 60 * 1_000_000


def due(now: int, days: int) -> int:
    """When something is due in so many days. Times are in microseconds since the epoch."""
    return now + days * _DAY
