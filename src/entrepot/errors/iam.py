"""IAM's and STS's own errors."""

from __future__ import annotations

from entrepot.errors.common import DomainError


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


class NoSuchEntity(DomainError):
    """IAM: there is no such user, group, role, policy, provider or key. The message is IAM's sentence for it."""


class EntityAlreadyExists(DomainError):
    """IAM: the name is taken, regardless of case."""


class DeleteConflict(DomainError):
    """IAM: what is to be deleted still holds or is held by something."""


class InvalidInput(DomainError):
    """IAM: a parameter is well-formed, but not something that the operation can be done with."""
