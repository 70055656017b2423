"""The actions that there are, for the services whose actions are known here: ecr, ecr-public, kms and sts.

Source: Service Authorization Reference, "Actions, resources, and condition keys" for Amazon ECR, Amazon ECR Public, AWS
Key Management Service and AWS Security Token Service. Of any other service every action is taken to exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from entrepot.rules.actions import OPERATIONS
from entrepot.rules.iam.elements import Actions
from entrepot.rules.iam.patterns import Test

_NEEDS = {action: need.resource for need in OPERATIONS.values() for action in need.actions}
_IMPLIED = frozenset({"ecr:BatchImportUpstreamImage", "ecr:GetImageCopyStatus", "ecr:ReplicateImage"})
"""Actions of ECR that are no operations; each is about a repository."""

ON_REGISTRY = frozenset(action for action, resource in _NEEDS.items() if resource == "registry")
"""Actions of ECR that are about no repository: their resource is always `*`."""

PULL = frozenset({"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"})
PUSH = frozenset({"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"})
LOGIN = "ecr:GetAuthorizationToken"

DELETE = frozenset(
    {
        *("ecr:BatchDeleteImage", "ecr:DeleteRepository", "ecr:PutLifecyclePolicy", "ecr:DeleteLifecyclePolicy"),
        *("ecr-public:BatchDeleteImage", "ecr-public:DeleteRepository"),
    }
)
"""What takes images away, at once or, as a lifecycle policy does, later."""

POLICY = frozenset(
    {
        *("ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:PutRegistryPolicy", "ecr:DeleteRegistryPolicy"),
        *("ecr:PutAccountSetting", "ecr-public:SetRepositoryPolicy", "ecr-public:DeleteRepositoryPolicy"),
    }
)
"""What changes who may do what."""

_ECR_PUBLIC = frozenset(
    f"ecr-public:{name}"
    for name in (
        *("BatchCheckLayerAvailability", "BatchDeleteImage", "CompleteLayerUpload", "CreateRepository"),
        *("DeleteRepository", "DeleteRepositoryPolicy", "DescribeImageTags", "DescribeImages", "DescribeRegistries"),
        *("DescribeRepositories", "GetAuthorizationToken", "GetRegistryCatalogData", "GetRepositoryCatalogData"),
        *("GetRepositoryPolicy", "InitiateLayerUpload", "ListTagsForResource", "PutImage", "PutRegistryCatalogData"),
        *("PutRepositoryCatalogData", "SetRepositoryPolicy", "TagResource", "UntagResource", "UploadLayerPart"),
    )
)

_KMS = frozenset(
    f"kms:{name}"
    for name in (
        *("CancelKeyDeletion", "ConnectCustomKeyStore", "CreateAlias", "CreateCustomKeyStore", "CreateGrant"),
        *("CreateKey", "Decapsulate", "Decrypt", "DeleteAlias", "DeleteCustomKeyStore", "DeleteImportedKeyMaterial"),
        *("DeriveSharedSecret", "DescribeCustomKeyStores", "DescribeKey", "DisableKey", "DisableKeyRotation"),
        *("DisconnectCustomKeyStore", "EnableKey", "EnableKeyRotation", "Encapsulate", "Encrypt", "GenerateDataKey"),
        *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext", "GenerateDataKeyWithoutPlaintext"),
        *("GenerateMac", "GenerateRandom", "GetKeyLastUsage", "GetKeyPolicy", "GetKeyRotationStatus"),
        *("GetParametersForImport", "GetPublicKey", "ImportKeyMaterial", "ListAliases", "ListGrants"),
        *("ListKeyPolicies", "ListKeyRotations", "ListKeys", "ListResourceTags", "ListRetirableGrants"),
        *("PutKeyPolicy", "ReEncryptFrom", "ReEncryptTo", "ReplicateKey", "RetireGrant", "RevokeGrant"),
        *("RotateKeyOnDemand", "ScheduleKeyDeletion", "Sign", "SynchronizeMultiRegionKey", "TagResource"),
        *("UntagResource", "UpdateAlias", "UpdateCustomKeyStore", "UpdateKeyDescription", "UpdatePrimaryRegion"),
        *("Verify", "VerifyMac"),
    )
)

_STS = frozenset(
    f"sts:{name}"
    for name in (
        *("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "DecodeAuthorizationMessage"),
        *("GetAccessKeyInfo", "GetCallerIdentity", "GetDelegatedAccessToken", "GetFederationToken"),
        *("GetServiceBearerToken", "GetSessionToken", "GetWebIdentityToken", "SetContext", "SetSourceIdentity"),
        *("TagGetWebIdentityToken", "TagSession"),
    )
)

ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"ecr": frozenset(_NEEDS) | _IMPLIED, "ecr-public": _ECR_PUBLIC, "kms": _KMS, "sts": _STS}
)
"""All actions, by service."""

ALL = frozenset(action for actions in ACTIONS.values() for action in actions)

_BY_LOWER: Mapping[str, str] = MappingProxyType({action.lower(): action for action in sorted(ALL)})
_OF_SERVICE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {service: tuple(sorted(each.lower() for each in actions)) for service, actions in ACTIONS.items()}
)


def service_of(action: str) -> str:
    """The service of an action or of a pattern of actions, in lower case; `*` for the pattern of everything."""
    return action.partition(":")[0].lower()


def named(actions: Actions) -> frozenset[str]:
    """Those of the known actions that an element has by their full names, not by a wildcard."""
    if actions.negated:
        return frozenset()
    return frozenset(_BY_LOWER[each] for each in actions.exact if each in _BY_LOWER)


def stands_for(entry: str, test: Test | None) -> frozenset[str]:
    """Those of the known actions that one entry of an element names; `test` is that of its wildcards."""
    lower = entry.lower()
    if test is None:
        found = _BY_LOWER.get(lower)
        return frozenset() if found is None else frozenset({found})
    names = _OF_SERVICE.get(service_of(entry), ()) if lower != "*" else tuple(_BY_LOWER)
    return frozenset(_BY_LOWER[name] for name in names if test(name))


def nearest_action(action: str) -> str | None:
    """The action that was probably meant; rather none than one that does something else (GetImage is not PutImage)."""
    name = action.rpartition(":")[2].lower()
    service = service_of(action) if ":" in action else "ecr"
    names = {each.partition(":")[2].lower(): each for each in ALL if service_of(each) == service}
    found = get_close_matches(name, names, n=1, cutoff=0.85)
    return names[found[0]] if found else None


def wrong_action(action: str) -> str | None:
    """What is wrong with the name of one action, which has no wildcards; None for one of a service not known here."""
    if (
        ":" in action
        and not set("*?") & set(action)
        and (service_of(action) not in ACTIONS or action.lower() in _BY_LOWER)
    ):
        return None
    close = nearest_action(action)
    return f"There is no action {action}" + (f"; {close} is the nearest there is" if close else "")
