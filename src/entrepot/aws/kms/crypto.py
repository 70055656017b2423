"""Encrypting and decrypting."""

from __future__ import annotations

from entrepot.aws import shapes_kms as s
from entrepot.aws.dispatch import operation
from entrepot.aws.kms.refusals import refuse_algorithm, refuse_grants, refuse_modifiers, refuse_recipient
from entrepot.context import App, Context
from entrepot.errors import ValidationFailed
from entrepot.rules.kms_keys import material_id
from entrepot.services.kms import crypto
from entrepot.services.kms.crypto import With

SYMMETRIC = "SYMMETRIC_DEFAULT"


@operation("Encrypt")
async def encrypt(app: App, ctx: Context, req: s.EncryptRequest) -> s.EncryptResponse:
    """Encrypts up to 4096 bytes."""
    refuse_grants(req.grant_tokens)
    refuse_algorithm(req.encryption_algorithm)
    using = With(req.key_id, req.encryption_context or {}, bool(req.dry_run))
    made = await crypto.encrypt(app, ctx, req.plaintext, using)
    return s.EncryptResponse(ciphertext_blob=made.blob, key_id=made.row.arn, encryption_algorithm=SYMMETRIC)


@operation("Decrypt")
async def decrypt(app: App, ctx: Context, req: s.DecryptRequest) -> s.DecryptResponse:
    """Decrypts what Encrypt, ReEncrypt or GenerateDataKey gave out."""
    refuse_grants(req.grant_tokens)
    refuse_algorithm(req.encryption_algorithm)
    refuse_recipient(req.recipient)
    refuse_modifiers(req.dry_run_modifiers)
    using = With(req.key_id, req.encryption_context or {}, bool(req.dry_run))
    found = await crypto.decrypt(app, ctx, _given(req.ciphertext_blob), using)
    return s.DecryptResponse(
        key_id=found.row.arn,
        plaintext=found.plain,
        encryption_algorithm=SYMMETRIC,
        key_material_id=material_id(found.row.key_id, found.material),
    )


@operation("ReEncrypt")
async def re_encrypt(app: App, ctx: Context, req: s.ReEncryptRequest) -> s.ReEncryptResponse:
    """Decrypts and encrypts anew, under another key or context, without giving the plain text out."""
    refuse_grants(req.grant_tokens)
    refuse_algorithm(req.source_encryption_algorithm, req.destination_encryption_algorithm)
    refuse_modifiers(req.dry_run_modifiers)
    source = With(req.source_key_id, req.source_encryption_context or {})
    target = With(req.destination_key_id, req.destination_encryption_context or {}, bool(req.dry_run))
    opened, made = await crypto.re_encrypt(app, ctx, _given(req.ciphertext_blob), source, target)
    return s.ReEncryptResponse(
        ciphertext_blob=made.blob,
        source_key_id=opened.row.arn,
        key_id=made.row.arn,
        source_encryption_algorithm=SYMMETRIC,
        destination_encryption_algorithm=SYMMETRIC,
        source_key_material_id=material_id(opened.row.key_id, opened.material),
        destination_key_material_id=material_id(made.row.key_id, made.material),
    )


def _given(blob: bytes | None) -> bytes:
    """Required, but for a kind of dry run that is refused, which is why the model does not say so."""
    if blob is None:
        raise ValidationFailed(
            "1 validation error detected: Value null at 'ciphertextBlob' failed to satisfy constraint: "
            "Member must not be null"
        )
    return blob
