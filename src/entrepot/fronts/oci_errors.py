"""DomainError to the registry's JSON error and HTTP status: the one table for /v2/.

Codes are those of OCI Distribution 1.1, "Error Codes", and of ECR where it has one of its own. Where ECR is known to
confuse clients the spec wins: an expired token is a 401 with a challenge (ECR: 403 without), a bad manifest a 400
(ECR: 405).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from entrepot import errors as e
from entrepot.errors import DomainError

_TABLE: dict[type[DomainError], tuple[int, str]] = {
    e.Unauthenticated: (401, "UNAUTHORIZED"),
    e.AccessDenied: (403, "DENIED"),
    e.LimitExceeded: (403, "DENIED"),
    e.RateExceeded: (429, "TOOMANYREQUESTS"),
    e.RepositoryNotFound: (404, "NAME_UNKNOWN"),
    e.NameInvalid: (400, "NAME_INVALID"),
    e.ImageNotFound: (404, "MANIFEST_UNKNOWN"),
    e.ImageReferenced: (405, "UNSUPPORTED"),
    e.ImageTagAlreadyExists: (400, "TAG_INVALID"),
    e.ImageDigestDoesNotMatch: (400, "DIGEST_INVALID"),
    e.ManifestInvalid: (400, "MANIFEST_INVALID"),
    e.ManifestTooLarge: (413, "MANIFEST_INVALID"),
    e.ReferencedImagesNotFound: (400, "MANIFEST_BLOB_UNKNOWN"),
    e.LayersNotFound: (400, "MANIFEST_BLOB_UNKNOWN"),
    e.LayerNotFound: (404, "BLOB_UNKNOWN"),
    e.LayerInaccessible: (404, "BLOB_UNKNOWN"),
    e.LayerInUse: (405, "UNSUPPORTED"),
    e.InvalidLayer: (400, "DIGEST_INVALID"),
    e.DigestInvalid: (400, "DIGEST_INVALID"),
    e.SizeInvalid: (400, "SIZE_INVALID"),
    e.UploadNotFound: (404, "BLOB_UPLOAD_UNKNOWN"),
    e.UploadOutOfOrder: (416, "BLOB_UPLOAD_INVALID"),
    e.UploadBusy: (409, "BLOB_UPLOAD_INVALID"),
    e.RangeNotSatisfiable: (416, "UNSUPPORTED"),
    e.InvalidParameter: (400, "UNSUPPORTED"),
    e.Unsupported: (405, "UNSUPPORTED"),
    e.KeyUnavailable: (403, "DENIED"),
    e.KeyUnreachable: (503, "UNAVAILABLE"),
    e.StorageFull: (507, "UNKNOWN"),
    e.StorageUnavailable: (503, "UNAVAILABLE"),
    e.ContentDamaged: (500, "UNKNOWN"),
}


def error_body(code: str, message: str) -> bytes:
    """The body that the spec gives errors."""
    return msgspec.json.encode({"errors": [{"code": code, "message": message}]})


def json_error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error that no service raised, such as an unknown route."""
    return Response(error_body(code, message), status, dict(headers or {}), media_type="application/json")


def status_and_code(error: DomainError) -> tuple[int, str]:
    """The nearest entry of the table by the error's classes; 400 for one that has none."""
    for cls in type(error).__mro__:
        if cls in _TABLE:
            return _TABLE[cls]
    return 400, "UNSUPPORTED"


def render(error: DomainError, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that a service refused."""
    status, code = status_and_code(error)
    extra = dict(headers or {})
    if isinstance(error, e.StorageUnavailable | e.KeyUnreachable):
        extra["Retry-After"] = "5"
    if isinstance(error, e.RateExceeded):
        extra["Retry-After"] = str(error.retry_after)
    if isinstance(error, e.RangeNotSatisfiable):
        extra["Content-Range"] = f"bytes */{error.size}"
    advice = error.advice if isinstance(error, e.AccessDenied | e.KeyUnavailable) else ""
    message = f"{error.message.rstrip('.')}. {advice}" if advice else error.message
    return json_error(status, code, message, extra)
