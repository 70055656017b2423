"""Repositories, their policies, and images."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.errors.common import DomainError, constraint_text, required_text


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
