"""Errors as AWS clients see them, and the one table from domain errors to them.

An error's AWS code is the exception of the same name where the operation declares it, else the nearest one that it
does declare: clients have no class for an undeclared one. Codes in COMMON need no declaration ("Common errors" in
the API References of ECR, IAM and STS; NoSuchEntity is what CreateRole answers with where a boundary is not there,
although its model does not say so), and neither do those in COMMON_OF at a service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrepot import errors
from entrepot.aws.model import Operation
from entrepot.errors import DomainError
from entrepot.rules.sigv4 import SignatureError

_INVALID = ("InvalidParameterException", "ValidationException", "ValidationError")
_SERVER = ("KMSInternalException", "ServerException")

CANDIDATES: Mapping[type[DomainError], tuple[str, ...]] = {
    errors.InvalidParameter: _INVALID,
    errors.ValidationFailed: ("ValidationException", "InvalidParameterException", "ValidationError"),
    errors.InvalidTagParameter: ("InvalidTagParameterException", "InvalidInput", "TagException", *_INVALID),
    errors.TooManyTags: ("TooManyTagsException", "LimitExceeded", "TagException", *_INVALID),
    errors.PolicyInvalid: ("MalformedPolicyDocument", "MalformedPolicyDocumentException", *_INVALID),
    errors.QuotaExceeded: ("LimitExceededException",),
    errors.RateExceeded: ("ThrottlingException",),
    errors.LimitExceeded: ("LimitExceededException", "LimitExceeded", *_INVALID),
    errors.Unsupported: ("UnsupportedCommandException", "UnsupportedOperationException", *_INVALID),
    errors.AccessDenied: ("AccessDeniedException",),
    errors.Unauthenticated: ("UnrecognizedClientException",),
    errors.PackedPolicyTooLarge: ("PackedPolicyTooLarge", *_INVALID),
    errors.InvalidIdentityToken: ("InvalidIdentityToken", *_INVALID),
    errors.IdentityTokenExpired: ("ExpiredTokenException", *_INVALID),
    errors.ClaimRejected: ("IDPRejectedClaim", *_INVALID),
    errors.IdentityProviderUnreachable: ("IDPCommunicationError", *_INVALID),
    errors.RepositoryNotFound: ("RepositoryNotFoundException", *_INVALID),
    errors.RepositoryPolicyNotFound: ("RepositoryPolicyNotFoundException", *_INVALID),
    errors.RegistryPolicyNotFound: ("RegistryPolicyNotFoundException", *_INVALID),
    errors.RepositoryAlreadyExists: ("RepositoryAlreadyExistsException", *_INVALID),
    errors.RepositoryNotEmpty: ("RepositoryNotEmptyException", *_INVALID),
    errors.ImageNotFound: ("ImageNotFoundException", *_INVALID),
    errors.ImageAlreadyExists: ("ImageAlreadyExistsException", *_INVALID),
    errors.ImageTagAlreadyExists: ("ImageTagAlreadyExistsException", *_INVALID),
    errors.ImageDigestDoesNotMatch: ("ImageDigestDoesNotMatchException", *_INVALID),
    errors.ImageReferenced: _INVALID,
    errors.ManifestInvalid: _INVALID,
    errors.ReferencedImagesNotFound: ("ReferencedImagesNotFoundException", *_INVALID),
    errors.LayersNotFound: ("LayersNotFoundException", *_INVALID),
    errors.LayerInaccessible: ("LayerInaccessibleException", *_INVALID),
    errors.LayerInUse: _INVALID,
    errors.LayerAlreadyExists: ("LayerAlreadyExistsException", *_INVALID),
    errors.InvalidLayer: ("InvalidLayerException", *_INVALID),
    errors.InvalidLayerPart: ("InvalidLayerPartException", *_INVALID),
    errors.LayerPartTooSmall: ("LayerPartTooSmallException", *_INVALID),
    errors.EmptyUpload: ("EmptyUploadException", *_INVALID),
    errors.UploadNotFound: ("UploadNotFoundException", *_INVALID),
    errors.UploadOutOfOrder: _INVALID,
    errors.UploadBusy: ("LimitExceededException", *_INVALID),
    errors.DigestInvalid: _INVALID,
    errors.SizeInvalid: _INVALID,
    errors.RangeNotSatisfiable: _INVALID,
    errors.KeyUnavailable: ("KmsException", *_SERVER),
    errors.StorageFull: _SERVER,
    errors.StorageUnavailable: ("DependencyTimeoutException", *_SERVER),
    errors.ContentDamaged: _SERVER,
    errors.NoSuchEntity: ("NoSuchEntity",),
    errors.EntityAlreadyExists: ("EntityAlreadyExists", *_INVALID),
    errors.DeleteConflict: ("DeleteConflict", *_INVALID),
    errors.InvalidInput: ("InvalidInput", *_INVALID),
    errors.KeyNotFound: ("NotFoundException", *_INVALID),
    errors.AliasAlreadyExists: ("AlreadyExistsException", *_INVALID),
    errors.InvalidAliasName: ("InvalidAliasNameException", *_INVALID),
    errors.ReservedAlias: ("NotAuthorizedException",),
    errors.InvalidArn: ("InvalidArnException", "NotFoundException", *_INVALID),
    errors.InvalidMarker: ("InvalidMarkerException", *_INVALID),
    errors.InvalidCiphertext: ("InvalidCiphertextException", *_INVALID),
    errors.IncorrectKey: ("IncorrectKeyException", *_INVALID),
    errors.InvalidKeyUsage: ("InvalidKeyUsageException", *_INVALID),
    errors.InvalidGrantToken: ("InvalidGrantTokenException", *_INVALID),
    errors.DryRun: ("DryRunOperationException", *_INVALID),
}

UNDECLARED: Mapping[str, frozenset[str]] = {"GetDownloadUrlForLayer": frozenset({"KmsException"})}
"""Codes that single operations answer with although their model does not have them, for want of one that is true."""

COMMON = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "NoSuchEntity",
        "UnrecognizedClientException",
        "ServerException",
        "ThrottlingException",
        "ValidationError",
    }
)

COMMON_OF: Mapping[str, frozenset[str]] = {"kms": frozenset({"NotAuthorizedException", "ValidationException"})}
"""Codes that every operation of a service answers with, by the service's name in a credential scope."""

_STATUSES = {"ServerException": 500, "KMSInternalException": 500, "DependencyTimeoutException": 503}
"""Whose fault it is, where the model does not tell: the server's."""

BY_THEIR_OWN_CODE = frozenset({errors.QuotaExceeded})
"""Errors that go by their own code wherever they come up. ECR lets InitiateLayerUpload and CompleteLayerUpload declare
no LimitExceededException; a client that reads the code learns more from it than from InvalidParameterException."""

_SIGNATURE_CODES = {
    "IncompleteSignature": "IncompleteSignature",
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "UnrecognizedClient": "UnrecognizedClientException",
    "InvalidSignature": "InvalidSignatureException",
    "ExpiredToken": "ExpiredTokenException",
}


@dataclass(frozen=True, slots=True)
class AwsError:
    """What a client is told. `members` are what the exception's shape has beyond its message.

    `declared` tells that the code is one that the operation's model has, and so the same in every protocol.
    """

    code: str
    message: str
    status: int = 400
    members: Mapping[str, object] = field(default_factory=dict[str, object])
    declared: bool = False


class Refusal(Exception):
    """A request that is answered with an error, in its final form."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error.message)
        self.error = error


def refusal(code: str, message: str, status: int = 400) -> Refusal:
    """One of the protocol's own errors, which come before any service is asked."""
    return Refusal(AwsError(code, message, status))


def serialization_error(message: str) -> Refusal:
    """The body is not what the protocol says, or a member has the wrong type."""
    return refusal("SerializationException", message)


def unknown_operation(name: str) -> Refusal:
    """No operation of that name in any service that answers here."""
    return refusal("UnknownOperationException", f"There is no operation '{name}'.")


def unavailable_operation(operation: Operation) -> Refusal:
    """The service has the operation, this release of Entrepot has not: refused rather than accepted and ignored."""
    declared = "UnsupportedOperationException" in operation.errors
    code = "UnsupportedOperationException" if declared else "UnsupportedCommandException"
    return refusal(code, f"{operation.name} is not available in this release of Entrepot.")


def internal_error(request_id: str) -> AwsError:
    """For what nobody foresaw: the client gets the request id, the log has the rest."""
    return AwsError("ServerException", f"The server failed to answer. The request id is {request_id}.", 500)


def _undeclared(operation: Operation | None) -> frozenset[str]:
    """The codes that an operation answers with besides those that its model declares."""
    if operation is None:
        return COMMON
    return COMMON | COMMON_OF.get(operation.service, frozenset()) | UNDECLARED.get(operation.name, frozenset())


def aws_error(error: DomainError, operation: Operation | None) -> AwsError:
    """A domain error as `operation` answers with it (None: before the operation is known)."""
    if isinstance(error, SignatureError):
        return AwsError(_SIGNATURE_CODES[error.fault], error.message)
    declared: Mapping[str, int] = operation.errors if operation else {}
    names = _codes(error)
    known = names if type(error) in BY_THEIR_OWN_CODE else declared.keys() | _undeclared(operation)
    code = next((name for name in names if name in known), "ServerException")
    members: Mapping[str, object] = _members(error) if code == names[0] else {}
    return AwsError(code, error.message, _status(error, code, declared), members, code in declared)


def candidates(kind: type[DomainError]) -> tuple[str, ...]:
    """The AWS codes for a domain error, best first; a subclass has those of its nearest base in the table."""
    return next((CANDIDATES[base] for base in kind.__mro__ if base in CANDIDATES), _SERVER)


def _codes(error: DomainError) -> tuple[str, ...]:
    """As `candidates`. KMS itself answers with the code that other services wrap in an exception of their own."""
    first, *others = candidates(type(error))
    if isinstance(error, errors.KeyUnavailable):
        return (first, error.kms_error, *others)
    return (first, *others)


def _status(error: DomainError, code: str, declared: Mapping[str, int]) -> int:
    if isinstance(error, errors.StorageUnavailable):
        return 503
    return _STATUSES.get(code) or declared.get(code, 400)


def _members(error: DomainError) -> Mapping[str, object]:
    match error:
        case errors.InvalidLayerPart():
            held = {} if error.last_valid_byte is None else {"lastValidByteReceived": error.last_valid_byte}
            return {
                "registryId": error.registry_id,
                "repositoryName": error.repository,
                "uploadId": error.upload_id,
                **held,
            }
        case errors.KeyUnavailable():
            return {"kmsError": error.kms_error}
        case _:
            return {}
