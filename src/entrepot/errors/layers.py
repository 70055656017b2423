"""Layers, and uploads of them."""

from __future__ import annotations

from collections.abc import Sequence

from entrepot.errors.common import DomainError, required_text


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
