"""From domain errors to what AWS clients know: declared codes, statuses, extra members."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrepot import errors
from entrepot.aws.errors import (
    BY_THEIR_OWN_CODE,
    CANDIDATES,
    COMMON,
    UNDECLARED,
    AwsError,
    aws_error,
    candidates,
    internal_error,
)
from entrepot.aws.query_errors import in_query_words
from entrepot.errors import DomainError
from entrepot.rules.sigv4_claim import SignatureError
from tests.aws.models import ECR

PART = errors.InvalidLayerPart("not in order", "012345678901", "app", "upload", 41)
KEY = errors.KeyUnavailable("no key", "DisabledException")


def subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def bare(kind: type[DomainError]) -> DomainError:
    error = kind.__new__(kind)
    error.message = "message"
    for name in ("registry_id", "repository", "upload_id", "last_valid_byte", "kms_error"):
        setattr(error, name, "x")
    return error


def test_every_domain_error_has_a_place_in_the_table() -> None:
    direct = {kind for kind in DomainError.__subclasses__() if kind.__module__ == "entrepot.errors"}
    assert direct <= set(CANDIDATES)
    assert all(issubclass(kind, DomainError) for kind in CANDIDATES)


@pytest.mark.parametrize("operation", ECR.table.values(), ids=lambda operation: operation.name)
def test_what_an_operation_answers_with_is_declared_or_common(operation: object) -> None:
    declared = ECR.table[operation.name].errors  # type: ignore[attr-defined]
    for kind in subclasses(DomainError):
        if issubclass(kind, SignatureError):
            continue
        error = aws_error(bare(kind), ECR.table[operation.name])  # type: ignore[attr-defined]
        undeclared = {*COMMON, *UNDECLARED.get(operation.name, ())}  # type: ignore[attr-defined]
        assert error.code in {*declared, *undeclared} or kind in BY_THEIR_OWN_CODE
        assert (error.status >= 500) == (error.code == "ServerException")
        if CANDIDATES.get(kind, ("",))[0] in declared:
            assert error.code == candidates(kind)[0]


@pytest.mark.parametrize(
    ("error", "operation", "code"),
    [
        (errors.RepositoryNotFound("a", "1"), "DescribeImages", "RepositoryNotFoundException"),
        (errors.RepositoryNotFound("a", "1"), "GetAuthorizationToken", "InvalidParameterException"),
        (errors.ValidationFailed("m"), "DescribeRegistry", "ValidationException"),
        (errors.ValidationFailed("m"), "CreateRepository", "InvalidParameterException"),
        (errors.ManifestTooLarge(4), "PutImage", "InvalidParameterException"),
        (errors.UploadBusy(), "UploadLayerPart", "LimitExceededException"),
        (errors.AccessDenied("m"), "PutImage", "AccessDeniedException"),
        (errors.ContentDamaged(), "BatchGetImage", "ServerException"),
    ],
)
def test_the_nearest_code_that_is_declared(error: DomainError, operation: str, code: str) -> None:
    assert aws_error(error, ECR.table[operation]).code == code


def test_members_beyond_the_message() -> None:
    assert aws_error(PART, ECR.table["UploadLayerPart"]) == AwsError(
        "InvalidLayerPartException",
        "not in order",
        400,
        {"registryId": "012345678901", "repositoryName": "app", "uploadId": "upload", "lastValidByteReceived": 41},
        declared=True,
    )
    assert aws_error(KEY, ECR.table["PutImage"]).members == {"kmsError": "DisabledException"}
    assert aws_error(KEY, ECR.table["ListImages"]) == AwsError("ServerException", "no key", 500, declared=True)


def test_the_store_is_the_servers_fault_and_says_so() -> None:
    full = aws_error(errors.StorageFull(), ECR.table["UploadLayerPart"])
    assert (full.code, full.status, full.message) == ("ServerException", 500, errors.StorageFull().message)
    assert aws_error(errors.StorageUnavailable(), None).status == 503


def test_the_unforeseen_says_nothing_but_the_request_id() -> None:
    error = internal_error("1-2-3")
    assert (error.code, error.status) == ("ServerException", 500)
    assert "1-2-3" in error.message


@pytest.mark.parametrize(
    ("fault", "json", "query", "status"),
    [
        ("IncompleteSignature", "IncompleteSignature", "IncompleteSignature", 400),
        ("MissingAuthenticationToken", "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403),
        ("UnrecognizedClient", "UnrecognizedClientException", "InvalidClientTokenId", 403),
        ("InvalidSignature", "InvalidSignatureException", "SignatureDoesNotMatch", 403),
        ("ExpiredToken", "ExpiredTokenException", "ExpiredToken", 403),
    ],
)
def test_signature_errors_in_both_protocols(fault: str, json: str, query: str, status: int) -> None:
    error = aws_error(SignatureError(fault, "message"), None)  # type: ignore[arg-type]
    assert error == AwsError(json, "message", 400)
    assert in_query_words(error) == AwsError(query, "message", status)


def test_other_errors_in_the_query_protocol() -> None:
    assert in_query_words(AwsError("AccessDeniedException", "m")) == AwsError("AccessDenied", "m", 403)
    assert in_query_words(AwsError("ServerException", "m", 503)) == AwsError("InternalFailure", "m", 503)
    assert in_query_words(AwsError("NoSuchEntity", "m", 404)) == AwsError("NoSuchEntity", "m", 404)
