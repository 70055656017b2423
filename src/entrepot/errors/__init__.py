"""The closed set of domain errors.

No HTTP and no AWS in here: a service raises one of these, and each door translates it in one table
(`aws/errors.py`, `fronts/oci_errors.py`). Every class knows its message in ECR's own words, so that the
two doors never disagree. The names are those of ECR's exceptions without the suffix wherever ECR has one.

    DomainError
      InvalidParameter (NameInvalid, PolicyInvalid), ValidationFailed, InvalidTagParameter, TooManyTags
      LimitExceeded (QuotaExceeded), RateExceeded, Unsupported, AccessDenied, Unauthenticated
      PackedPolicyTooLarge, InvalidIdentityToken, IdentityTokenExpired, ClaimRejected, IdentityProviderUnreachable
      RepositoryNotFound, RepositoryAlreadyExists, RepositoryNotEmpty, RepositoryPolicyNotFound, RegistryPolicyNotFound
      ImageNotFound, ImageAlreadyExists, ImageTagAlreadyExists, ImageDigestDoesNotMatch
      ImageReferenced, ManifestInvalid, ManifestTooLarge, ReferencedImagesNotFound
      LayersNotFound (LayerNotFound), LayerInaccessible, LayerInUse, LayerAlreadyExists, InvalidLayer, InvalidLayerPart
      LayerPartTooSmall, EmptyUpload, UploadNotFound, UploadOutOfOrder, UploadBusy
      SizeInvalid, DigestInvalid, RangeNotSatisfiable
      KeyUnavailable (KeyUnreachable), StorageFull, StorageUnavailable, ContentDamaged
      NoSuchEntity, EntityAlreadyExists, DeleteConflict, InvalidInput (IAM's own)
      KeyNotFound, AliasAlreadyExists, InvalidAliasName, ReservedAlias, InvalidArn, InvalidMarker, InvalidCiphertext
      IncorrectKey, InvalidKeyUsage, InvalidGrantToken, DryRun (KMS's own)
"""

from __future__ import annotations

from entrepot.errors.common import (
    AccessDenied,
    DomainError,
    InvalidParameter,
    InvalidTagParameter,
    LimitExceeded,
    NameInvalid,
    PolicyInvalid,
    QuotaExceeded,
    RateExceeded,
    TooManyTags,
    Unauthenticated,
    Unsupported,
    ValidationFailed,
    constraint_text,
    required_text,
)
from entrepot.errors.iam import (
    ClaimRejected,
    DeleteConflict,
    EntityAlreadyExists,
    IdentityProviderUnreachable,
    IdentityTokenExpired,
    InvalidIdentityToken,
    InvalidInput,
    NoSuchEntity,
    PackedPolicyTooLarge,
)
from entrepot.errors.images import (
    ImageAlreadyExists,
    ImageDigestDoesNotMatch,
    ImageNotFound,
    ImageReferenced,
    ImageTagAlreadyExists,
    ManifestInvalid,
    ManifestTooLarge,
    ReferencedImagesNotFound,
    RegistryPolicyNotFound,
    RepositoryAlreadyExists,
    RepositoryNotEmpty,
    RepositoryNotFound,
    RepositoryPolicyNotFound,
)
from entrepot.errors.kms import (
    AliasAlreadyExists,
    DryRun,
    IncorrectKey,
    InvalidAliasName,
    InvalidArn,
    InvalidCiphertext,
    InvalidGrantToken,
    InvalidKeyUsage,
    InvalidMarker,
    KeyNotFound,
    ReservedAlias,
)
from entrepot.errors.layers import (
    DigestInvalid,
    EmptyUpload,
    InvalidLayer,
    InvalidLayerPart,
    LayerAlreadyExists,
    LayerInaccessible,
    LayerInUse,
    LayerNotFound,
    LayerPartTooSmall,
    LayersNotFound,
    RangeNotSatisfiable,
    SizeInvalid,
    UploadBusy,
    UploadNotFound,
    UploadOutOfOrder,
)
from entrepot.errors.storage import ContentDamaged, KeyUnavailable, KeyUnreachable, StorageFull, StorageUnavailable

__all__ = [
    "AccessDenied",
    "AliasAlreadyExists",
    "ClaimRejected",
    "ContentDamaged",
    "DeleteConflict",
    "DigestInvalid",
    "DomainError",
    "DryRun",
    "EmptyUpload",
    "EntityAlreadyExists",
    "IdentityProviderUnreachable",
    "IdentityTokenExpired",
    "ImageAlreadyExists",
    "ImageDigestDoesNotMatch",
    "ImageNotFound",
    "ImageReferenced",
    "ImageTagAlreadyExists",
    "IncorrectKey",
    "InvalidAliasName",
    "InvalidArn",
    "InvalidCiphertext",
    "InvalidGrantToken",
    "InvalidIdentityToken",
    "InvalidInput",
    "InvalidKeyUsage",
    "InvalidLayer",
    "InvalidLayerPart",
    "InvalidMarker",
    "InvalidParameter",
    "InvalidTagParameter",
    "KeyNotFound",
    "KeyUnavailable",
    "KeyUnreachable",
    "LayerAlreadyExists",
    "LayerInUse",
    "LayerInaccessible",
    "LayerNotFound",
    "LayerPartTooSmall",
    "LayersNotFound",
    "LimitExceeded",
    "ManifestInvalid",
    "ManifestTooLarge",
    "NameInvalid",
    "NoSuchEntity",
    "PackedPolicyTooLarge",
    "PolicyInvalid",
    "QuotaExceeded",
    "RangeNotSatisfiable",
    "RateExceeded",
    "ReferencedImagesNotFound",
    "RegistryPolicyNotFound",
    "RepositoryAlreadyExists",
    "RepositoryNotEmpty",
    "RepositoryNotFound",
    "RepositoryPolicyNotFound",
    "ReservedAlias",
    "SizeInvalid",
    "StorageFull",
    "StorageUnavailable",
    "TooManyTags",
    "Unauthenticated",
    "Unsupported",
    "UploadBusy",
    "UploadNotFound",
    "UploadOutOfOrder",
    "ValidationFailed",
    "constraint_text",
    "required_text",
]
