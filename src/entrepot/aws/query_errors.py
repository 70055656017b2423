"""Errors of the query protocol, whose common codes are not those of the JSON protocol.

Codes and statuses are those of "Common errors" in the STS API Reference.
"""

from __future__ import annotations

from dataclasses import replace

from entrepot.aws.errors import AwsError

_COMMON = {
    "AccessDeniedException": ("AccessDenied", 403),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "IncompleteSignature": ("IncompleteSignature", 400),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "NoSuchEntity": ("NoSuchEntity", 404),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "UnknownOperationException": ("InvalidAction", 400),
    "SerializationException": ("MalformedInput", 400),
    "InvalidParameterException": ("ValidationError", 400),
    "ServerException": ("InternalFailure", 500),
}


def in_query_words(error: AwsError) -> AwsError:
    """An error of the JSON protocol under the code and status that it has in the query protocol.

    What the operation's model declares is left as it is: AssumeRoleWithWebIdentity's ExpiredTokenException has the
    name of a common error and is another.
    """
    if error.declared:
        return error
    code, status = _COMMON.get(error.code, (error.code, error.status))
    return replace(error, code=code, status=max(status, error.status) if error.code == "ServerException" else status)
