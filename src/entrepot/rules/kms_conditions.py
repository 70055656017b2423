"""Condition keys of KMS: what a request and a key have of them.

Source: KMS Developer Guide, "AWS KMS condition keys". Those that are about what is not here (grants, imported or
asymmetric keys, attestation) are in no request, and key policies that ask for them are refused (`check_conditions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from entrepot.errors import PolicyInvalid
from entrepot.rules.iam.document import Policy
from entrepot.rules.iam.keys import key_facts
from entrepot.rules.iam.request import Value

CONTEXT = "kms:EncryptionContext:"
CONTEXT_KEYS = "kms:EncryptionContextKeys"
VIA_SERVICE = "kms:ViaService"
REQUEST_ALIAS = "kms:RequestAlias"

KINDS: Mapping[str, Value] = {
    "kms:CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
    "kms:CustomerMasterKeyUsage": "ENCRYPT_DECRYPT",
    "kms:KeyOrigin": "AWS_KMS",
    "kms:KeySpec": "SYMMETRIC_DEFAULT",
    "kms:KeyUsage": "ENCRYPT_DECRYPT",
    "kms:MultiRegion": "false",
}
"""What every key here is, and every one that can be created."""


def keys_of_key(tags: Mapping[str, str], aliases: Iterable[str]) -> tuple[tuple[str, Value], ...]:
    """What is known of a key, by its tags and the names of its aliases."""
    found: dict[str, Value] = {**KINDS, "kms:ResourceAliases": tuple(aliases)}
    found |= {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return tuple(sorted(found.items()))


def keys_of_context(context: Mapping[str, str]) -> dict[str, Value]:
    """What is known of a request's encryption context."""
    if not context:
        return {}
    return {CONTEXT_KEYS: tuple(sorted(context)), **{CONTEXT + key: value for key, value in context.items()}}


def via_service(service: str, region: str) -> dict[str, Value]:
    """What is known of a request that a service makes for its caller, such as ecr."""
    return {VIA_SERVICE: f"{service}.{region}.amazonaws.com"}


def check_conditions(policy: Policy) -> None:
    """Raises PolicyInvalid for a condition on a key of KMS that no request here has: it would not do what it says."""
    for statement in policy.statements:
        for condition in statement.conditions:
            facts = key_facts(condition.lower) if condition.lower.startswith("kms:") else None
            if facts is not None and facts.absent:
                raise PolicyInvalid(f"the condition key {condition.key} is in no request that is answered here")
