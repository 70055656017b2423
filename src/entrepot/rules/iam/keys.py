"""Condition keys: which there are, of what type, and which requests have them.

Sources: Service Authorization Reference, "Condition keys for Amazon Elastic Container Registry" and "for AWS Key
Management Service"; IAM User Guide, "AWS global condition context keys". Of these, those that no request here can have
are listed as absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from entrepot.rules.iam.operators import Family
from entrepot.rules.iam.vocabulary import ACTIONS, ON_REGISTRY


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What is known of a key. `several` keys need ForAllValues or ForAnyValue.

    `actions` are those whose requests can have it; None for all. A key that no request has at all is `absent`.
    """

    family: Family
    several: bool = False
    absent: bool = False
    actions: frozenset[str] | None = None


_ON_REPOSITORY = ACTIONS["ecr"] - ON_REGISTRY
_TAGGING = frozenset(
    {
        *("ecr:CreateRepository", "ecr:TagResource", "ecr-public:CreateRepository", "ecr-public:TagResource"),
        *("kms:CreateKey", "kms:TagResource"),
        *("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession"),
        *("sts:GetFederationToken", "sts:GetWebIdentityToken", "sts:TagGetWebIdentityToken"),
    }
)
_UNTAGGING = frozenset({"ecr:UntagResource", "ecr-public:UntagResource", "kms:UntagResource"})
_OF_KMS = ACTIONS["kms"]
_SETTINGS = frozenset({"ecr:GetAccountSetting", "ecr:PutAccountSetting"})

_KEYS: Mapping[str, KeyFacts] = MappingProxyType(
    {
        "aws:currenttime": KeyFacts("date"),
        "aws:epochtime": KeyFacts("date"),
        "aws:principalaccount": KeyFacts("string"),
        "aws:principalarn": KeyFacts("arn"),
        "aws:principalisawsservice": KeyFacts("bool"),
        "aws:principalservicename": KeyFacts("string"),
        "aws:principaltype": KeyFacts("string"),
        "aws:resourceaccount": KeyFacts("string"),
        "aws:securetransport": KeyFacts("bool"),
        "aws:sourceaccount": KeyFacts("string"),
        "aws:sourcearn": KeyFacts("arn"),
        "aws:sourceip": KeyFacts("ip"),
        "aws:sourcevpce": KeyFacts("string"),
        "aws:tagkeys": KeyFacts("string", several=True, actions=_TAGGING | _UNTAGGING),
        "aws:tokenissuetime": KeyFacts("date"),
        "aws:useragent": KeyFacts("string"),
        "aws:userid": KeyFacts("string"),
        "aws:username": KeyFacts("string"),
        "ecr:accountsetting": KeyFacts("string", actions=_SETTINGS),
        "kms:bypasspolicylockoutsafetycheck": KeyFacts(
            "bool", actions=frozenset({"kms:CreateKey", "kms:PutKeyPolicy"})
        ),
        "kms:calleraccount": KeyFacts("string", actions=_OF_KMS),
        "kms:customermasterkeyspec": KeyFacts("string", actions=_OF_KMS),
        "kms:customermasterkeyusage": KeyFacts("string", actions=_OF_KMS),
        "kms:encryptionalgorithm": KeyFacts("string", actions=_OF_KMS),
        "kms:encryptioncontextkeys": KeyFacts("string", several=True, actions=_OF_KMS),
        "kms:grantisforawsresource": KeyFacts("bool", actions=frozenset({"kms:CreateGrant", "kms:RetireGrant"})),
        "kms:keyorigin": KeyFacts("string", actions=_OF_KMS),
        "kms:keyspec": KeyFacts("string", actions=_OF_KMS),
        "kms:keyusage": KeyFacts("string", actions=_OF_KMS),
        "kms:multiregion": KeyFacts("bool", actions=_OF_KMS),
        "kms:reencryptonsamekey": KeyFacts("bool", actions=frozenset({"kms:ReEncryptFrom", "kms:ReEncryptTo"})),
        "kms:requestalias": KeyFacts("string", actions=_OF_KMS),
        "kms:resourcealiases": KeyFacts("string", several=True, actions=_OF_KMS),
        "kms:rotationperiodindays": KeyFacts("numeric", actions=frozenset({"kms:EnableKeyRotation"})),
        "kms:schedulekeydeletionpendingwindowindays": KeyFacts(
            "numeric", actions=frozenset({"kms:ScheduleKeyDeletion"})
        ),
        "kms:viaservice": KeyFacts("string", actions=_OF_KMS),
    }
)

_CONTEXT = "kms:encryptioncontext:"
_ATTESTATION = "kms:recipientattestation:"

_TAG_KEYS: Mapping[str, KeyFacts] = MappingProxyType(
    {
        "aws:principaltag/": KeyFacts("string"),
        "aws:requesttag/": KeyFacts("string", actions=_TAGGING),
        "aws:resourcetag/": KeyFacts("string", actions=_ON_REPOSITORY | ACTIONS["ecr-public"] | _OF_KMS),
        "ecr:resourcetag/": KeyFacts("string", actions=_ON_REPOSITORY),
        "ecr-public:resourcetag/": KeyFacts("string", actions=ACTIONS["ecr-public"]),
    }
)

_ABSENT_AWS = frozenset(
    f"aws:{name}"
    for name in (
        *("assumedroot", "calledvia", "calledviafirst", "calledvialast", "chatbotsourcearn", "ec2instancesourcevpc"),
        *("ec2instancesourceprivateipv4", "federatedprovider", "ismcpserviceaction", "multifactorauthage"),
        *("multifactorauthpresent", "principalorgid", "principalorgpaths", "principalservicenameslist", "referer"),
        *("requestedregion", "resourceorgid", "resourceorgpaths", "sourceidentity", "sourceorgid", "sourceorgpaths"),
        *("sourceowner", "sourcevpc", "sourcevpcarn", "viaawsservice", "vpceaccount", "vpceorgid", "vpceorgpaths"),
        "vpcsourceip",
    )
)

_ABSENT_KMS = frozenset(
    f"kms:{name}"
    for name in (
        *("datakeypairspec", "encapsulationalgorithm", "expirationmodel", "grantconstraintsourcearn"),
        *("grantconstrainttype", "grantoperations", "granteeprincipal", "granteeserviceprincipal"),
        *("keyagreementalgorithm", "macalgorithm", "messagetype", "multiregionkeytype", "primaryregion"),
        *("replicaregion", "retiringprincipal", "retiringserviceprincipal", "signingalgorithm"),
        *("trailingdayswithoutkeyusage", "validto", "wrappingalgorithm", "wrappingkeyspec"),
    )
)
_ABSENT = _ABSENT_AWS | _ABSENT_KMS

_OWN_PREFIXES = ("aws:", "ecr:", "ecr-public:", "kms:")


def key_facts(key: str) -> KeyFacts | None:
    """What is known of a condition key, given in lower case; None for a key of another service.

    A key under one of the prefixes of AWS and of ECR that does not exist is in no request.
    """
    found = _KEYS.get(key)
    if key.startswith(_CONTEXT) and key != _CONTEXT:
        return KeyFacts("string", actions=_OF_KMS)
    if found is None:
        prefix, slash, name = key.partition("/")
        found = _TAG_KEYS.get(prefix + slash) if name else None
    if found is None and key.startswith(_OWN_PREFIXES):
        return KeyFacts("string", absent=True)
    return found


def exists(key: str) -> bool:
    """Whether AWS knows a condition key, given in lower case, even if no request here has it."""
    found = key_facts(key)
    return key in _ABSENT or key.startswith(_ATTESTATION) or found is None or not found.absent


KNOWN_KEYS = frozenset({*_KEYS, *_ABSENT})
"""The keys without a tag in their names, in lower case."""
