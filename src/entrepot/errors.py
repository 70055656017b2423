"""The closed set of domain errors.

No HTTP and no AWS in here: a service raises one of these, and each door translates it in one table
(`aws/errors.py`, `fronts/oci_errors.py`). Every class knows its message in ECR's own words, so that the
two doors never disagree. The names are those of ECR's exceptions without the suffix wherever ECR has one.

    DomainError
      InvalidParameter (NameInvalid, PolicyInvalid), ValidationFailed, InvalidTagParameter, TooManyTags
      LimitExceeded, Unsupported, AccessDenied, Unauthenticated
      PackedPolicyTooLarge, InvalidIdentityToken, IdentityTokenExpired, ClaimRejected, IdentityProviderUnreachable
      RepositoryNotFound, RepositoryAlreadyExists, RepositoryNotEmpty, RepositoryPolicyNotFound, RegistryPolicyNotFound
      ImageNotFound, ImageAlreadyExists, ImageTagAlreadyExists, ImageDigestDoesNotMatch
      ImageReferenced, ManifestInvalid, ManifestTooLarge, ReferencedImagesNotFound
      LayersNotFound (LayerNotFound), LayerInaccessible, LayerInUse, LayerAlreadyExists, InvalidLayer, InvalidLayerPart
      LayerPartTooSmall, EmptyUpload, UploadNotFound, UploadOutOfOrder, UploadBusy
      SizeInvalid, DigestInvalid, RangeNotSatisfiable
      KeyUnavailable, StorageFull, StorageUnavailable, ContentDamaged
      NoSuchEntity, EntityAlreadyExists, DeleteConflict, InvalidInput (IAM's own)
"""

from __future__ import annotations

from collections.abc import Sequence


class DomainError(Exception):
    """Something the caller can be told about. `str(error)` is safe to show to a client."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def constraint_text(parameter: str, constraint: str) -> str:
    """ECR's sentence for a parameter that breaks a rule."""
    return f"Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"


def required_text(what: str, digests: Sequence[str], name: str, registry_id: str, most: int = 100) -> str:
    """ECR's sentence for what a push lacks: all of a few digests, the first of many. A manifest can name 38,000."""
    more = [f"and {len(digests) - most} more"] if len(digests) > most else []
    where = f"repository with name '{name}' in the registry with id '{registry_id}'"
    shown = ", ".join([*digests[:most], *more])
    return f"{what} with digests '[{shown}]' required for pushing image into {where} do not exist"


class InvalidParameter(DomainError):
    """A parameter breaks a rule of its shape or of the operation. What `at` was given is kept for other wordings."""

    parameter: str | None = None
    constraint: str | None = None

    @classmethod
    def at(cls, parameter: str, constraint: str) -> InvalidParameter:
        """The error in ECR's 'Invalid parameter at ...' form."""
        error = cls(constraint_text(parameter, constraint))
        error.parameter, error.constraint = parameter, constraint
        return error


class NameInvalid(InvalidParameter):
    """A repository name out of its grammar."""


class PolicyInvalid(InvalidParameter):
    """Not a policy document of the kind that is asked for. `reason` says what is wrong with it, and where."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ValidationFailed(DomainError):
    """ECR's ValidationException: the settings operations raise it in place of InvalidParameter."""


class InvalidTagParameter(DomainError):
    """A resource tag's key or value is not allowed."""


class TooManyTags(DomainError):
    """A resource would hold more tags than ECR's limit."""


class LimitExceeded(DomainError):
    """A quota would be exceeded."""


class Unsupported(DomainError):
    """Well-formed, but not something this registry does."""


class AccessDenied(DomainError):
    """The principal may not do this. The message is AWS's sentence for it; `advice`, if any, says what to do next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class Unauthenticated(DomainError):
    """No credentials, or credentials that prove nothing."""


class PackedPolicyTooLarge(DomainError):
    """A session's policies and tags do not fit into its token."""

    def __init__(self, percent: int) -> None:
        super().__init__(f"Packed size of session policies and tags consumes {percent}% of allotted space.")


class InvalidIdentityToken(DomainError):
    """A web identity token that is not one, or that its issuer did not sign for us."""


class IdentityTokenExpired(DomainError):
    """A web identity token that was good once."""


class ClaimRejected(DomainError):
    """A web identity token, signed by its issuer, with claims that cannot become a session's."""


class IdentityProviderUnreachable(DomainError):
    """An identity provider whose keys cannot be fetched at the moment."""


class RepositoryNotFound(DomainError):
    """No repository of that name in the registry."""

    def __init__(self, name: str, registry_id: str) -> None:
        super().__init__(f"The repository with name '{name}' does not exist in the registry with id '{registry_id}'")


class RepositoryPolicyNotFound(DomainError):
    """The repository has no policy."""

    def __init__(self, name: str, registry_id: str) -> None:
        where = f"the repository with name '{name}' in the registry with id '{registry_id}'"
        super().__init__(f"Repository policy does not exist for {where}")


class RegistryPolicyNotFound(DomainError):
    """The registry has no policy."""

    def __init__(self, registry_id: str) -> None:
        super().__init__(f"Registry policy does not exist in the registry with id '{registry_id}'")


class RepositoryAlreadyExists(DomainError):
    """The name is taken."""

    def __init__(self, name: str, registry_id: str) -> None:
        super().__init__(f"The repository with name '{name}' already exists in the registry with id '{registry_id}'")


class RepositoryNotEmpty(DomainError):
    """Deletion of a repository with images needs `force`."""

    def __init__(self, name: str, registry_id: str) -> None:
        super().__init__(
            f"The repository with name '{name}' in registry with id '{registry_id}' "
            "cannot be deleted because it still contains images"
        )


class ImageNotFound(DomainError):
    """No image under that digest or tag."""

    def __init__(self, name: str, registry_id: str, digest: str | None, tag: str | None) -> None:
        image_id = f"{{imageDigest:'{digest or 'null'}', imageTag:'{tag or 'null'}'}}"
        super().__init__(
            f"The image with imageId {image_id} does not exist within the repository "
            f"with name '{name}' in the registry with id '{registry_id}'"
        )


class ImageAlreadyExists(DomainError):
    """The same digest is already there under the same tag."""

    def __init__(self, name: str, registry_id: str, digest: str, tag: str | None) -> None:
        super().__init__(
            f"Image with digest '{digest}' and tag '{tag or 'null'}' already exists "
            f"in the repository with name '{name}' in registry with id '{registry_id}'"
        )


class ImageTagAlreadyExists(DomainError):
    """The tag exists and the repository does not let it be overwritten."""

    def __init__(self, name: str, tag: str) -> None:
        super().__init__(
            f"The image tag '{tag}' already exists in the '{name}' repository "
            "and cannot be overwritten because the repository is immutable."
        )


class ImageDigestDoesNotMatch(DomainError):
    """The client's digest is not the manifest's."""

    def __init__(self, given: str, computed: str) -> None:
        super().__init__(f"The provided digest '{given}' does not match the digest of the image manifest '{computed}'")


class ImageReferenced(DomainError):
    """The image is a child of an index and goes only after it."""


class ManifestInvalid(DomainError):
    """Not a manifest, or one that contradicts itself. `constraint` says what is wrong with it."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint_text("ImageManifest", constraint))
        self.constraint = constraint


class ManifestTooLarge(ManifestInvalid):
    """More bytes than ECR's limit of 4 MiB."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"Member must have length less than or equal to {limit}")


class ReferencedImagesNotFound(DomainError):
    """An index names children that are not in the repository."""

    def __init__(self, name: str, registry_id: str, digests: Sequence[str]) -> None:
        super().__init__(required_text("Images", digests, name, registry_id))


class LayersNotFound(DomainError):
    """Layers that are not in the repository."""

    def __init__(self, name: str, registry_id: str, digests: Sequence[str]) -> None:
        super().__init__(required_text("Layers", digests, name, registry_id))
        self.digests = tuple(digests)


class LayerNotFound(LayersNotFound):
    """One layer asked for by itself, which the repository does not hold."""

    def __init__(self, name: str, registry_id: str, digest: str) -> None:
        DomainError.__init__(
            self,
            f"The layer with digest '{digest}' does not exist within the repository with name '{name}' "
            f"in the registry with id '{registry_id}'",
        )
        self.digests = (digest,)


class LayerInaccessible(DomainError):
    """The layer is stored but no image of the repository holds it (ECR hands out only layers of images)."""

    def __init__(self, digest: str, name: str) -> None:
        where = f"in the repository with name '{name}' is not available"
        super().__init__(f"The layer with digest '{digest}' {where} because it is not associated with an image.")


class LayerInUse(DomainError):
    """A layer that an image of the repository is made of cannot be deleted by itself."""

    def __init__(self, digest: str, name: str) -> None:
        where = f"in the repository with name '{name}'"
        super().__init__(f"The layer with digest '{digest}' {where} is part of an image. Delete the image instead.")


class LayerAlreadyExists(DomainError):
    """The upload's layer is already in the repository."""

    def __init__(self, digest: str, name: str, registry_id: str) -> None:
        super().__init__(
            f"Layer with digest '{digest}' already exists in the repository with name '{name}' "
            f"in registry with id '{registry_id}'"
        )


class InvalidLayer(DomainError):
    """The uploaded bytes have none of the digests that the client gave. `computed` is the one that they have."""

    def __init__(self, computed: str) -> None:
        super().__init__(f"None of the provided layer digests match the calculated layer digest '{computed}'")


class InvalidLayerPart(DomainError):
    """A part that does not begin where the last one ended, or whose length is not what it says.

    `last_valid_byte` is the position of the last byte held; None where there is none yet.
    """

    def __init__(
        self, message: str, registry_id: str, repository: str, upload_id: str, last_valid_byte: int | None
    ) -> None:
        super().__init__(message)
        self.registry_id = registry_id
        self.repository = repository
        self.upload_id = upload_id
        self.last_valid_byte = last_valid_byte


class LayerPartTooSmall(DomainError):
    """A part other than the last with fewer than 5 MiB."""

    def __init__(self) -> None:
        super().__init__("All layer parts except the last part should be at least 5MB")


class EmptyUpload(DomainError):
    """An upload is completed that has no bytes."""

    def __init__(self, upload_id: str, name: str, registry_id: str) -> None:
        super().__init__(
            f"The upload with id '{upload_id}' in the repository with name '{name}' in registry with id "
            f"'{registry_id}' cannot be completed because it does not have any parts"
        )


class UploadNotFound(DomainError):
    """No such upload for this repository and this principal."""

    def __init__(self, upload_id: str, name: str, registry_id: str) -> None:
        super().__init__(
            f"The upload with id '{upload_id}' does not exist for the repository with name '{name}' "
            f"in the registry with id '{registry_id}'"
        )


class UploadOutOfOrder(DomainError):
    """A chunk begins elsewhere than where the upload stands. `received` is the number of bytes held."""

    def __init__(self, received: int) -> None:
        super().__init__(f"The chunk does not begin at byte {received}, where the upload stands")
        self.received = received


class DigestInvalid(DomainError):
    """Not a digest, or of an algorithm that is not supported, or not that of the content."""


class UploadBusy(DomainError):
    """Another request is writing to the same upload at this moment."""

    def __init__(self) -> None:
        super().__init__("Another request is writing to this upload. Try again when it has ended.")


class SizeInvalid(DomainError):
    """The number of bytes received is not the number announced."""


class RangeNotSatisfiable(DomainError):
    """The requested range lies outside the content of `size` bytes."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The requested range is not within the {size} bytes of the content")
        self.size = size


class KeyUnavailable(DomainError):
    """The key that seals this content cannot be used (ECR's KmsException). `kms_error` is KMS's own code."""

    def __init__(self, message: str, kms_error: str) -> None:
        super().__init__(message)
        self.kms_error = kms_error


class StorageFull(DomainError):
    """The store has no room for what is being written; nothing that was stored before is affected."""

    def __init__(self) -> None:
        super().__init__("The registry's storage is full. What was stored before is intact; free space and try again.")


class StorageUnavailable(DomainError):
    """The store does not answer; the request can be repeated later."""

    def __init__(self, message: str = "The registry's storage is not available at the moment. Try again.") -> None:
        super().__init__(message)


class ContentDamaged(DomainError):
    """Stored bytes fail their authentication: they are never served. The cause is in the server's log."""

    def __init__(self) -> None:
        super().__init__("The stored content failed its integrity check and is not served.")


class NoSuchEntity(DomainError):
    """IAM: there is no such user, group, role, policy, provider or key. The message is IAM's sentence for it."""


class EntityAlreadyExists(DomainError):
    """IAM: the name is taken, regardless of case."""


class DeleteConflict(DomainError):
    """IAM: what is to be deleted still holds or is held by something."""


class InvalidInput(DomainError):
    """IAM: a parameter is well-formed, but not something that the operation can be done with."""
