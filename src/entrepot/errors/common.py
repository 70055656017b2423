"""What can be wrong with any request."""

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


class QuotaExceeded(LimitExceeded):
    """A quota that operators set would be exceeded: `quota` is its name, `value` what it is, `used` what is in use."""

    def __init__(self, message: str, quota: str, value: int, used: int) -> None:
        super().__init__(message)
        self.quota = quota
        self.value = value
        self.used = used


class RateExceeded(DomainError):
    """More requests than the principal may make in a second. It may come again in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("Rate exceeded")
        self.retry_after = retry_after


class Unsupported(DomainError):
    """Well-formed, but not something this registry does."""


class AccessDenied(DomainError):
    """The principal may not do this. The message is AWS's sentence for it; `advice`, if any, says what to do next.

    `reason` is for whoever counts denials: that of the decision, or `other` where no policy was asked.
    """

    def __init__(self, message: str, advice: str = "", reason: str = "other") -> None:
        super().__init__(message)
        self.advice = advice
        self.reason = reason


class Unauthenticated(DomainError):
    """No credentials, or credentials that prove nothing. `reason` is for whoever counts them, in SigV4's words."""

    def __init__(self, message: str, reason: str = "UnrecognizedClient") -> None:
        super().__init__(message)
        self.reason = reason
