"""The structs of 'kms', API version 2014-11-01.

Generated from botocore's model by tools/generate_shapes.py: change the generator, not this file.
"""

# ruff: noqa: D101
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What all structs have in common: absent members are None and are not written."""


class AliasListEntry(Shape, frozen=True, kw_only=True):
    alias_name: str | None = msgspec.field(default=None, name="AliasName")
    alias_arn: str | None = msgspec.field(default=None, name="AliasArn")
    target_key_id: str | None = msgspec.field(default=None, name="TargetKeyId")
    creation_date: float | None = msgspec.field(default=None, name="CreationDate")
    last_updated_date: float | None = msgspec.field(default=None, name="LastUpdatedDate")


class CancelKeyDeletionRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")


class CancelKeyDeletionResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")


class CreateAliasRequest(Shape, frozen=True, kw_only=True):
    alias_name: str = msgspec.field(name="AliasName")
    target_key_id: str = msgspec.field(name="TargetKeyId")


class CreateKeyRequest(Shape, frozen=True, kw_only=True):
    policy: str | None = msgspec.field(default=None, name="Policy")
    description: str | None = msgspec.field(default=None, name="Description")
    key_usage: KeyUsageType | None = msgspec.field(default=None, name="KeyUsage")
    customer_master_key_spec: CustomerMasterKeySpec | None = msgspec.field(default=None, name="CustomerMasterKeySpec")
    key_spec: KeySpec | None = msgspec.field(default=None, name="KeySpec")
    origin: OriginType | None = msgspec.field(default=None, name="Origin")
    custom_key_store_id: str | None = msgspec.field(default=None, name="CustomKeyStoreId")
    bypass_policy_lockout_safety_check: bool | None = msgspec.field(default=None, name="BypassPolicyLockoutSafetyCheck")
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")
    multi_region: bool | None = msgspec.field(default=None, name="MultiRegion")
    xks_key_id: str | None = msgspec.field(default=None, name="XksKeyId")


class CreateKeyResponse(Shape, frozen=True, kw_only=True):
    key_metadata: KeyMetadata | None = msgspec.field(default=None, name="KeyMetadata")


CustomerMasterKeySpec: TypeAlias = Literal[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
]


DataKeySpec: TypeAlias = Literal[
    "AES_256",
    "AES_128",
]


class DecryptRequest(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(default=None, name="CiphertextBlob")
    encryption_context: Mapping[str, str] | None = msgspec.field(default=None, name="EncryptionContext")
    grant_tokens: Sequence[str] | None = msgspec.field(default=None, name="GrantTokens")
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(default=None, name="EncryptionAlgorithm")
    recipient: RecipientInfo | None = msgspec.field(default=None, name="Recipient")
    dry_run: bool | None = msgspec.field(default=None, name="DryRun")
    dry_run_modifiers: Sequence[DryRunModifierType] | None = msgspec.field(default=None, name="DryRunModifiers")


class DecryptResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    plaintext: bytes | None = msgspec.field(default=None, name="Plaintext")
    encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(default=None, name="EncryptionAlgorithm")
    ciphertext_for_recipient: bytes | None = msgspec.field(default=None, name="CiphertextForRecipient")
    key_material_id: str | None = msgspec.field(default=None, name="KeyMaterialId")


class DeleteAliasRequest(Shape, frozen=True, kw_only=True):
    alias_name: str = msgspec.field(name="AliasName")


class DescribeKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    grant_tokens: Sequence[str] | None = msgspec.field(default=None, name="GrantTokens")


class DescribeKeyResponse(Shape, frozen=True, kw_only=True):
    key_metadata: KeyMetadata | None = msgspec.field(default=None, name="KeyMetadata")


class DisableKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")


class DisableKeyRotationRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")


DryRunModifierType: TypeAlias = Literal["IGNORE_CIPHERTEXT"]


class EnableKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")


class EnableKeyRotationRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    rotation_period_in_days: int | None = msgspec.field(default=None, name="RotationPeriodInDays")


EncapsulationAlgorithmSpec: TypeAlias = Literal["ML_KEM"]


class EncryptRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    plaintext: bytes = msgspec.field(name="Plaintext")
    encryption_context: Mapping[str, str] | None = msgspec.field(default=None, name="EncryptionContext")
    grant_tokens: Sequence[str] | None = msgspec.field(default=None, name="GrantTokens")
    encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(default=None, name="EncryptionAlgorithm")
    dry_run: bool | None = msgspec.field(default=None, name="DryRun")


class EncryptResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(default=None, name="CiphertextBlob")
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(default=None, name="EncryptionAlgorithm")


EncryptionAlgorithmSpec: TypeAlias = Literal[
    "SYMMETRIC_DEFAULT",
    "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256",
    "SM2PKE",
]


ExpirationModelType: TypeAlias = Literal[
    "KEY_MATERIAL_EXPIRES",
    "KEY_MATERIAL_DOES_NOT_EXPIRE",
]


class GenerateDataKeyRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    encryption_context: Mapping[str, str] | None = msgspec.field(default=None, name="EncryptionContext")
    number_of_bytes: int | None = msgspec.field(default=None, name="NumberOfBytes")
    key_spec: DataKeySpec | None = msgspec.field(default=None, name="KeySpec")
    grant_tokens: Sequence[str] | None = msgspec.field(default=None, name="GrantTokens")
    recipient: RecipientInfo | None = msgspec.field(default=None, name="Recipient")
    dry_run: bool | None = msgspec.field(default=None, name="DryRun")


class GenerateDataKeyResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(default=None, name="CiphertextBlob")
    plaintext: bytes | None = msgspec.field(default=None, name="Plaintext")
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    ciphertext_for_recipient: bytes | None = msgspec.field(default=None, name="CiphertextForRecipient")
    key_material_id: str | None = msgspec.field(default=None, name="KeyMaterialId")


class GenerateDataKeyWithoutPlaintextRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    encryption_context: Mapping[str, str] | None = msgspec.field(default=None, name="EncryptionContext")
    key_spec: DataKeySpec | None = msgspec.field(default=None, name="KeySpec")
    number_of_bytes: int | None = msgspec.field(default=None, name="NumberOfBytes")
    grant_tokens: Sequence[str] | None = msgspec.field(default=None, name="GrantTokens")
    dry_run: bool | None = msgspec.field(default=None, name="DryRun")


class GenerateDataKeyWithoutPlaintextResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(default=None, name="CiphertextBlob")
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    key_material_id: str | None = msgspec.field(default=None, name="KeyMaterialId")


class GenerateRandomRequest(Shape, frozen=True, kw_only=True):
    number_of_bytes: int | None = msgspec.field(default=None, name="NumberOfBytes")
    custom_key_store_id: str | None = msgspec.field(default=None, name="CustomKeyStoreId")
    recipient: RecipientInfo | None = msgspec.field(default=None, name="Recipient")


class GenerateRandomResponse(Shape, frozen=True, kw_only=True):
    plaintext: bytes | None = msgspec.field(default=None, name="Plaintext")
    ciphertext_for_recipient: bytes | None = msgspec.field(default=None, name="CiphertextForRecipient")


class GetKeyPolicyRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")


class GetKeyPolicyResponse(Shape, frozen=True, kw_only=True):
    policy: str | None = msgspec.field(default=None, name="Policy")
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")


class GetKeyRotationStatusRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")


class GetKeyRotationStatusResponse(Shape, frozen=True, kw_only=True):
    key_rotation_enabled: bool | None = msgspec.field(default=None, name="KeyRotationEnabled")
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    rotation_period_in_days: int | None = msgspec.field(default=None, name="RotationPeriodInDays")
    next_rotation_date: float | None = msgspec.field(default=None, name="NextRotationDate")
    on_demand_rotation_start_date: float | None = msgspec.field(default=None, name="OnDemandRotationStartDate")


ImportState: TypeAlias = Literal[
    "IMPORTED",
    "PENDING_IMPORT",
]


IncludeKeyMaterial: TypeAlias = Literal[
    "ALL_KEY_MATERIAL",
    "ROTATIONS_ONLY",
]


KeyAgreementAlgorithmSpec: TypeAlias = Literal["ECDH"]


KeyEncryptionMechanism: TypeAlias = Literal["RSAES_OAEP_SHA_256"]


class KeyListEntry(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    key_arn: str | None = msgspec.field(default=None, name="KeyArn")


KeyManagerType: TypeAlias = Literal[
    "AWS",
    "CUSTOMER",
]


KeyMaterialState: TypeAlias = Literal[
    "NON_CURRENT",
    "CURRENT",
    "PENDING_ROTATION",
    "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
]


class KeyMetadata(Shape, frozen=True, kw_only=True):
    aws_account_id: str | None = msgspec.field(default=None, name="AWSAccountId")
    key_id: str = msgspec.field(name="KeyId")
    arn: str | None = msgspec.field(default=None, name="Arn")
    creation_date: float | None = msgspec.field(default=None, name="CreationDate")
    enabled: bool | None = msgspec.field(default=None, name="Enabled")
    description: str | None = msgspec.field(default=None, name="Description")
    key_usage: KeyUsageType | None = msgspec.field(default=None, name="KeyUsage")
    key_state: KeyState | None = msgspec.field(default=None, name="KeyState")
    deletion_date: float | None = msgspec.field(default=None, name="DeletionDate")
    valid_to: float | None = msgspec.field(default=None, name="ValidTo")
    origin: OriginType | None = msgspec.field(default=None, name="Origin")
    custom_key_store_id: str | None = msgspec.field(default=None, name="CustomKeyStoreId")
    cloud_hsm_cluster_id: str | None = msgspec.field(default=None, name="CloudHsmClusterId")
    expiration_model: ExpirationModelType | None = msgspec.field(default=None, name="ExpirationModel")
    key_manager: KeyManagerType | None = msgspec.field(default=None, name="KeyManager")
    customer_master_key_spec: CustomerMasterKeySpec | None = msgspec.field(default=None, name="CustomerMasterKeySpec")
    key_spec: KeySpec | None = msgspec.field(default=None, name="KeySpec")
    encryption_algorithms: Sequence[EncryptionAlgorithmSpec] | None = msgspec.field(
        default=None, name="EncryptionAlgorithms"
    )
    signing_algorithms: Sequence[SigningAlgorithmSpec] | None = msgspec.field(default=None, name="SigningAlgorithms")
    key_agreement_algorithms: Sequence[KeyAgreementAlgorithmSpec] | None = msgspec.field(
        default=None, name="KeyAgreementAlgorithms"
    )
    encapsulation_algorithms: Sequence[EncapsulationAlgorithmSpec] | None = msgspec.field(
        default=None, name="EncapsulationAlgorithms"
    )
    multi_region: bool | None = msgspec.field(default=None, name="MultiRegion")
    multi_region_configuration: MultiRegionConfiguration | None = msgspec.field(
        default=None, name="MultiRegionConfiguration"
    )
    pending_deletion_window_in_days: int | None = msgspec.field(default=None, name="PendingDeletionWindowInDays")
    mac_algorithms: Sequence[MacAlgorithmSpec] | None = msgspec.field(default=None, name="MacAlgorithms")
    xks_key_configuration: XksKeyConfigurationType | None = msgspec.field(default=None, name="XksKeyConfiguration")
    current_key_material_id: str | None = msgspec.field(default=None, name="CurrentKeyMaterialId")


KeySpec: TypeAlias = Literal[
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ECC_NIST_EDWARDS25519",
    "ML_KEM_512",
    "ML_KEM_768",
    "ML_KEM_1024",
]


KeyState: TypeAlias = Literal[
    "Creating",
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "PendingReplicaDeletion",
    "Unavailable",
    "Updating",
]


KeyUsageType: TypeAlias = Literal[
    "SIGN_VERIFY",
    "ENCRYPT_DECRYPT",
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
]


class ListAliasesRequest(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    limit: int | None = msgspec.field(default=None, name="Limit")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListAliasesResponse(Shape, frozen=True, kw_only=True):
    aliases: Sequence[AliasListEntry] | None = msgspec.field(default=None, name="Aliases")
    next_marker: str | None = msgspec.field(default=None, name="NextMarker")
    truncated: bool | None = msgspec.field(default=None, name="Truncated")


class ListKeyPoliciesRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    limit: int | None = msgspec.field(default=None, name="Limit")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListKeyPoliciesResponse(Shape, frozen=True, kw_only=True):
    policy_names: Sequence[str] | None = msgspec.field(default=None, name="PolicyNames")
    next_marker: str | None = msgspec.field(default=None, name="NextMarker")
    truncated: bool | None = msgspec.field(default=None, name="Truncated")


class ListKeyRotationsRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    include_key_material: IncludeKeyMaterial | None = msgspec.field(default=None, name="IncludeKeyMaterial")
    limit: int | None = msgspec.field(default=None, name="Limit")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListKeyRotationsResponse(Shape, frozen=True, kw_only=True):
    rotations: Sequence[RotationsListEntry] | None = msgspec.field(default=None, name="Rotations")
    next_marker: str | None = msgspec.field(default=None, name="NextMarker")
    truncated: bool | None = msgspec.field(default=None, name="Truncated")


class ListKeysRequest(Shape, frozen=True, kw_only=True):
    limit: int | None = msgspec.field(default=None, name="Limit")
    marker: str | None = msgspec.field(default=None, name="Marker")
    resource_owners: Sequence[ResourceOwnerType] | None = msgspec.field(default=None, name="ResourceOwners")


class ListKeysResponse(Shape, frozen=True, kw_only=True):
    keys: Sequence[KeyListEntry] | None = msgspec.field(default=None, name="Keys")
    next_marker: str | None = msgspec.field(default=None, name="NextMarker")
    truncated: bool | None = msgspec.field(default=None, name="Truncated")


class ListResourceTagsRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    limit: int | None = msgspec.field(default=None, name="Limit")
    marker: str | None = msgspec.field(default=None, name="Marker")


class ListResourceTagsResponse(Shape, frozen=True, kw_only=True):
    tags: Sequence[Tag] | None = msgspec.field(default=None, name="Tags")
    next_marker: str | None = msgspec.field(default=None, name="NextMarker")
    truncated: bool | None = msgspec.field(default=None, name="Truncated")


MacAlgorithmSpec: TypeAlias = Literal[
    "HMAC_SHA_224",
    "HMAC_SHA_256",
    "HMAC_SHA_384",
    "HMAC_SHA_512",
]


class MultiRegionConfiguration(Shape, frozen=True, kw_only=True):
    multi_region_key_type: MultiRegionKeyType | None = msgspec.field(default=None, name="MultiRegionKeyType")
    primary_key: MultiRegionKey | None = msgspec.field(default=None, name="PrimaryKey")
    replica_keys: Sequence[MultiRegionKey] | None = msgspec.field(default=None, name="ReplicaKeys")


class MultiRegionKey(Shape, frozen=True, kw_only=True):
    arn: str | None = msgspec.field(default=None, name="Arn")
    region: str | None = msgspec.field(default=None, name="Region")


MultiRegionKeyType: TypeAlias = Literal[
    "PRIMARY",
    "REPLICA",
]


OriginType: TypeAlias = Literal[
    "AWS_KMS",
    "EXTERNAL",
    "AWS_CLOUDHSM",
    "EXTERNAL_KEY_STORE",
]


class PutKeyPolicyRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    policy_name: str | None = msgspec.field(default=None, name="PolicyName")
    policy: str = msgspec.field(name="Policy")
    bypass_policy_lockout_safety_check: bool | None = msgspec.field(default=None, name="BypassPolicyLockoutSafetyCheck")


class ReEncryptRequest(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(default=None, name="CiphertextBlob")
    source_encryption_context: Mapping[str, str] | None = msgspec.field(default=None, name="SourceEncryptionContext")
    source_key_id: str | None = msgspec.field(default=None, name="SourceKeyId")
    destination_key_id: str = msgspec.field(name="DestinationKeyId")
    destination_encryption_context: Mapping[str, str] | None = msgspec.field(
        default=None, name="DestinationEncryptionContext"
    )
    source_encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(
        default=None, name="SourceEncryptionAlgorithm"
    )
    destination_encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(
        default=None, name="DestinationEncryptionAlgorithm"
    )
    grant_tokens: Sequence[str] | None = msgspec.field(default=None, name="GrantTokens")
    dry_run: bool | None = msgspec.field(default=None, name="DryRun")
    dry_run_modifiers: Sequence[DryRunModifierType] | None = msgspec.field(default=None, name="DryRunModifiers")


class ReEncryptResponse(Shape, frozen=True, kw_only=True):
    ciphertext_blob: bytes | None = msgspec.field(default=None, name="CiphertextBlob")
    source_key_id: str | None = msgspec.field(default=None, name="SourceKeyId")
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    source_encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(
        default=None, name="SourceEncryptionAlgorithm"
    )
    destination_encryption_algorithm: EncryptionAlgorithmSpec | None = msgspec.field(
        default=None, name="DestinationEncryptionAlgorithm"
    )
    source_key_material_id: str | None = msgspec.field(default=None, name="SourceKeyMaterialId")
    destination_key_material_id: str | None = msgspec.field(default=None, name="DestinationKeyMaterialId")


class RecipientInfo(Shape, frozen=True, kw_only=True):
    key_encryption_algorithm: KeyEncryptionMechanism | None = msgspec.field(default=None, name="KeyEncryptionAlgorithm")
    attestation_document: bytes | None = msgspec.field(default=None, name="AttestationDocument")


ResourceOwnerType: TypeAlias = Literal[
    "SELF",
    "OTHER_ACCOUNTS_VIA_RAM",
]


class RotateKeyOnDemandRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")


class RotateKeyOnDemandResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")


RotationType: TypeAlias = Literal[
    "AUTOMATIC",
    "ON_DEMAND",
]


class RotationsListEntry(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    key_material_id: str | None = msgspec.field(default=None, name="KeyMaterialId")
    key_material_description: str | None = msgspec.field(default=None, name="KeyMaterialDescription")
    import_state: ImportState | None = msgspec.field(default=None, name="ImportState")
    key_material_state: KeyMaterialState | None = msgspec.field(default=None, name="KeyMaterialState")
    expiration_model: ExpirationModelType | None = msgspec.field(default=None, name="ExpirationModel")
    valid_to: float | None = msgspec.field(default=None, name="ValidTo")
    rotation_date: float | None = msgspec.field(default=None, name="RotationDate")
    rotation_type: RotationType | None = msgspec.field(default=None, name="RotationType")


class ScheduleKeyDeletionRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    pending_window_in_days: int | None = msgspec.field(default=None, name="PendingWindowInDays")


class ScheduleKeyDeletionResponse(Shape, frozen=True, kw_only=True):
    key_id: str | None = msgspec.field(default=None, name="KeyId")
    deletion_date: float | None = msgspec.field(default=None, name="DeletionDate")
    key_state: KeyState | None = msgspec.field(default=None, name="KeyState")
    pending_window_in_days: int | None = msgspec.field(default=None, name="PendingWindowInDays")


SigningAlgorithmSpec: TypeAlias = Literal[
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
]


class Tag(Shape, frozen=True, kw_only=True):
    tag_key: str = msgspec.field(name="TagKey")
    tag_value: str = msgspec.field(name="TagValue")


class TagResourceRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    tags: Sequence[Tag] = msgspec.field(name="Tags")


class UntagResourceRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    tag_keys: Sequence[str] = msgspec.field(name="TagKeys")


class UpdateAliasRequest(Shape, frozen=True, kw_only=True):
    alias_name: str = msgspec.field(name="AliasName")
    target_key_id: str = msgspec.field(name="TargetKeyId")


class UpdateKeyDescriptionRequest(Shape, frozen=True, kw_only=True):
    key_id: str = msgspec.field(name="KeyId")
    description: str = msgspec.field(name="Description")


class XksKeyConfigurationType(Shape, frozen=True, kw_only=True):
    id: str | None = msgspec.field(default=None, name="Id")


INPUTS: Mapping[str, type[msgspec.Struct]] = {
    "CancelKeyDeletion": CancelKeyDeletionRequest,
    "CreateAlias": CreateAliasRequest,
    "CreateKey": CreateKeyRequest,
    "Decrypt": DecryptRequest,
    "DeleteAlias": DeleteAliasRequest,
    "DescribeKey": DescribeKeyRequest,
    "DisableKey": DisableKeyRequest,
    "DisableKeyRotation": DisableKeyRotationRequest,
    "EnableKey": EnableKeyRequest,
    "EnableKeyRotation": EnableKeyRotationRequest,
    "Encrypt": EncryptRequest,
    "GenerateDataKey": GenerateDataKeyRequest,
    "GenerateDataKeyWithoutPlaintext": GenerateDataKeyWithoutPlaintextRequest,
    "GenerateRandom": GenerateRandomRequest,
    "GetKeyPolicy": GetKeyPolicyRequest,
    "GetKeyRotationStatus": GetKeyRotationStatusRequest,
    "ListAliases": ListAliasesRequest,
    "ListKeyPolicies": ListKeyPoliciesRequest,
    "ListKeyRotations": ListKeyRotationsRequest,
    "ListKeys": ListKeysRequest,
    "ListResourceTags": ListResourceTagsRequest,
    "PutKeyPolicy": PutKeyPolicyRequest,
    "ReEncrypt": ReEncryptRequest,
    "RotateKeyOnDemand": RotateKeyOnDemandRequest,
    "ScheduleKeyDeletion": ScheduleKeyDeletionRequest,
    "TagResource": TagResourceRequest,
    "UntagResource": UntagResourceRequest,
    "UpdateAlias": UpdateAliasRequest,
    "UpdateKeyDescription": UpdateKeyDescriptionRequest,
}


OUTPUTS: Mapping[str, type[msgspec.Struct]] = {
    "CancelKeyDeletion": CancelKeyDeletionResponse,
    "CreateKey": CreateKeyResponse,
    "Decrypt": DecryptResponse,
    "DescribeKey": DescribeKeyResponse,
    "Encrypt": EncryptResponse,
    "GenerateDataKey": GenerateDataKeyResponse,
    "GenerateDataKeyWithoutPlaintext": GenerateDataKeyWithoutPlaintextResponse,
    "GenerateRandom": GenerateRandomResponse,
    "GetKeyPolicy": GetKeyPolicyResponse,
    "GetKeyRotationStatus": GetKeyRotationStatusResponse,
    "ListAliases": ListAliasesResponse,
    "ListKeyPolicies": ListKeyPoliciesResponse,
    "ListKeyRotations": ListKeyRotationsResponse,
    "ListKeys": ListKeysResponse,
    "ListResourceTags": ListResourceTagsResponse,
    "ReEncrypt": ReEncryptResponse,
    "RotateKeyOnDemand": RotateKeyOnDemandResponse,
    "ScheduleKeyDeletion": ScheduleKeyDeletionResponse,
}
