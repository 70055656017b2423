"""Random bytes: keys for others to encrypt with, and for any use."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.refusals import refuse_grants, refuse_recipient
from entrepot.context import App, Context
from entrepot.errors import Unsupported, ValidationFailed
from entrepot.rules.kms_keys import material_id
from entrepot.services.kms import crypto
from entrepot.services.kms.crypto import With

_BYTES = {"AES_256": 32, "AES_128": 16}


@operation("GenerateDataKey")
async def generate_data_key(app: App, ctx: Context, req: s.GenerateDataKeyRequest) -> s.GenerateDataKeyResponse:
    """A key, plain and encrypted."""
    refuse_grants(req.grant_tokens)
    refuse_recipient(req.recipient)
    using = With(req.key_id, req.encryption_context or {}, bool(req.dry_run))
    count = _count(req.key_spec, req.number_of_bytes)
    plain, made = await crypto.data_key(app, ctx, count, using, "kms:GenerateDataKey")
    return s.GenerateDataKeyResponse(
        ciphertext_blob=made.blob,
        plaintext=plain,
        key_id=made.row.arn,
        key_material_id=material_id(made.row.key_id, made.material),
    )


@operation("GenerateDataKeyWithoutPlaintext")
async def generate_data_key_without_plaintext(
    app: App, ctx: Context, req: s.GenerateDataKeyWithoutPlaintextRequest
) -> s.GenerateDataKeyWithoutPlaintextResponse:
    """A key, encrypted only."""
    refuse_grants(req.grant_tokens)
    using = With(req.key_id, req.encryption_context or {}, bool(req.dry_run))
    count = _count(req.key_spec, req.number_of_bytes)
    _, made = await crypto.data_key(app, ctx, count, using, "kms:GenerateDataKeyWithoutPlaintext")
    return s.GenerateDataKeyWithoutPlaintextResponse(
        ciphertext_blob=made.blob,
        key_id=made.row.arn,
        key_material_id=material_id(made.row.key_id, made.material),
    )


@operation("GenerateRandom")
async def generate_random(app: App, ctx: Context, req: s.GenerateRandomRequest) -> s.GenerateRandomResponse:
    """Random bytes."""
    refuse_recipient(req.recipient)
    if req.custom_key_store_id is not None:
        raise Unsupported("Custom key stores are not available in this release")
    if req.number_of_bytes is None:
        raise ValidationFailed("Please specify the number of bytes.")
    return s.GenerateRandomResponse(plaintext=await crypto.random_bytes(app, ctx, req.number_of_bytes))


def _count(spec: str | None, count: int | None) -> int:
    if (spec is None) == (count is None):
        raise ValidationFailed("Please specify either number of bytes or key spec.")
    return count or _BYTES[spec or ""]
