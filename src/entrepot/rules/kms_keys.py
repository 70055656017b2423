"""Keys of KMS: how they are named, and when they may be used.

Source: KMS Developer Guide, "Key states of AWS KMS keys"; API Reference, the errors of Encrypt and Decrypt.
"""

from __future__ import annotations

import hashlib
from typing import Literal

_DAY = 24 * 60 * 60 * 1_000_000

KeyState = Literal["Enabled", "Disabled", "PendingDeletion", "Deleted"]
"""`Deleted` is ours: the key is gone, and what names it learns that there is no such key."""

ROTATION_DAYS = 365
"""How often a key is rotated by itself unless it is said otherwise."""
ROTATIONS_ON_DEMAND = 25
"""How often a key can be rotated by hand ("RotateKeyOnDemand", KMS API Reference)."""
ALIASES_OF_KEY = 50
"""How many names a key can have ("Resource quotas", KMS Developer Guide)."""
LONGEST_POLICY = 32_768
"""Bytes of a key policy (the same page)."""
DELETION_DAYS = 30
"""How long a key waits to be deleted unless it is said otherwise; 7 at least, 30 at most."""
DELETION_WINDOW = range(7, 31)

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


def pending(arn: str, state: KeyState) -> tuple[str, str] | None:
    """Why a key that waits to be deleted is not changed, as KMS's message and code; None for any other."""
    return refusal(arn, state) if state == "PendingDeletion" else None


def material_id(key_id: str, material: int) -> str:
    """What clients call one of a key's materials, given by the id of its data key: tells nothing of it."""
    return hashlib.sha256(f"entrepot kms material {key_id} {material}".encode()).hexdigest()


def due(now: int, days: int) -> int:
    """When something is due in so many days. Times are in microseconds since the epoch."""
    return now + days * _DAY


def remedy(state: KeyState) -> str:
    """What somebody can do who meets with content that a key in that state has sealed; empty where it is enabled."""
    if state == "Enabled":
        return ""
    if state == "Disabled":
        return "This key encrypts the repository: enable it (kms:EnableKey), and try again."
    if state == "PendingDeletion":
        return "This key encrypts the repository: cancel its deletion, enable it, and try again."
    return "This key encrypted the repository, and nothing else opens what is in it. Push to another repository."
