"""What PostgreSQL's refusals mean: PostgreSQL's documentation, appendix A, "Error Codes"."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from entrepot.errors import DomainError, StorageFull, StorageUnavailable

_CONFLICTS = frozenset({"40001", "40P01"})
# What a transaction that looks first and inserts then runs into when another did the same: once repeated, it sees
# the other's row ("Serialization Failure Handling" in the chapter on concurrency control).
_OVERTAKEN = frozenset({"23503", "23505"})
_DISK_FULL = "53100"
_CANCELED = "57014"
_READ_ONLY = "25006"
# The server is ending, starting or out of room for connections; or it cut a connection that stood idle.
_AWAY = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03"})
_AWAY_CLASSES = ("08", "53")


class AgainError(Exception):
    """A transaction of which nothing is left and that can be repeated."""


class Conflict(AgainError):
    """Another transaction was in the way. `overtaken`: it stored what this one was about to."""

    def __init__(self, *, overtaken: bool = False) -> None:
        super().__init__("conflict")
        self.overtaken = overtaken


class Away(AgainError):
    """There is no working connection to a server that takes this transaction."""


def refusal(error: DBAPIError, *, writes: bool, committing: bool) -> Exception:
    """What to raise for an engine's error: AgainError, a DomainError, or the error itself where nobody expects it.

    `committing` says that COMMIT was sent: where the answer to it is lost, nobody can know whether it happened, so
    that the caller is told so and nothing is repeated.
    """
    state = _state(error)
    if state in _CONFLICTS or (writes and state in _OVERTAKEN):
        return Conflict(overtaken=state in _OVERTAKEN)
    if state == _DISK_FULL:
        return StorageFull()
    if not _is_away(error, state) and not (writes and state == _READ_ONLY):
        return StorageUnavailable() if state == _CANCELED else error
    return _unknown_outcome() if committing else Away(reason(error))


def is_demoted(error: DBAPIError) -> bool:
    """Whether the connection leads to a server that takes no writes, such as the primary of a moment ago."""
    return _state(error) == _READ_ONLY


def is_starting(error: DBAPIError) -> bool:
    """Whether a connection could not be made yet, but may be soon: not where a server said what is wrong with it."""
    return "FATAL:" not in str(error.orig) or "the database system is" in str(error.orig)


def reason(error: DBAPIError) -> str:
    """The error's first line, for a log or a person. The driver never puts a password into it."""
    return str(error.orig).strip().partition("\n")[0]


def _is_away(error: DBAPIError, state: str) -> bool:
    # Without a code it is the driver that speaks: the connection broke, or could not be made.
    broken = error.connection_invalidated or (not state and type(error).__name__ == "OperationalError")
    return broken or state in _AWAY or state.startswith(_AWAY_CLASSES)


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""


def _unknown_outcome() -> DomainError:
    return StorageUnavailable(
        "The connection to the registry's storage broke before it could confirm the change. Look, and try again."
    )
