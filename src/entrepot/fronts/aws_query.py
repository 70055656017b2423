"""The query protocol of IAM and STS: parameters in a form or a URL, answers in XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

import structlog
from starlette.responses import Response

from entrepot.aws.dispatch import Endpoint, Service, run
from entrepot.aws.errors import AwsError, refusal
from entrepot.aws.query_errors import in_query_words
from entrepot.aws.query_input import decode_query
from entrepot.aws.query_output import encode_error, encode_result
from entrepot.context import App, Context
from entrepot.fronts import throttling
from entrepot.fronts.aws_call import Call, Door, authenticate
from entrepot.rules.sigv4 import SignatureError, SignedRequest

CONTENT_TYPE = "text/xml"

METHODS = frozenset({"GET", "POST"})

# Without MFA, which is not there, GetSessionToken's credentials are none for IAM (STS API Reference, GetSessionToken).
_NOT_FOR_USER_SESSIONS = "iam"

_FORM = "application/x-www-form-urlencoded"
_MAX_FIELDS = 10_000


async def answer(call: Call, door: Door) -> Response:
    """Answers a call of a query service. Raises SignatureError and Refusal."""
    service = door.query[call.claim.service]
    ctx, body = await authenticate(call, door)
    session = ctx.principal.session
    if call.claim.service == _NOT_FOR_USER_SESSIONS and session is not None and session.role_arn is None:
        raise SignatureError("UnrecognizedClient", "The security token included in the request is invalid.")
    return await respond(call.app, ctx, call.claim.service, service, parameters_of(call.head, bytes(body)))


async def respond(
    app: App, ctx: Context, name: str, service: Service, parameters: Sequence[tuple[str, str]]
) -> Response:
    """Runs the operation that the parameters ask for. Raises Refusal, and RateExceeded."""
    endpoint = _find(service, dict(parameters))
    structlog.contextvars.bind_contextvars(operation=endpoint.operation.name, principal=ctx.principal.arn)
    await throttling.count(app, ctx, name, endpoint.operation.name)
    shape = endpoint.operation.input
    given: Mapping[str, object] = decode_query(service.model, shape, parameters) if shape else {}
    result = await run(endpoint, app, ctx, given)
    document = encode_result(service.model, endpoint.operation, result, ctx.request_id)
    return Response(document, media_type=CONTENT_TYPE)


def render_error(door: Door, service: str, error: AwsError, request_id: str) -> Response:
    """An error in the query protocol's form. All services share one form, but for its namespace.

    `service` is as in the credential scope; a request that names none that answers here is taken for one to STS.
    """
    namespace = door.query.get(service, door.query["sts"]).model.metadata.xml_namespace or ""
    shown = in_query_words(error)
    return Response(encode_error(namespace, shown, request_id), shown.status, media_type=CONTENT_TYPE)


def _find(service: Service, parameters: Mapping[str, str]) -> Endpoint:
    name, version = parameters.get("Action"), parameters.get("Version")
    if not name:
        raise refusal("MissingAction", "The request has no parameter 'Action'.")
    if version != service.model.metadata.api_version or name not in service.model.operations:
        raise refusal("InvalidAction", f"Could not find operation {name} for version {version or 'NONE'}")
    return service.find(name)


def parameters_of(head: SignedRequest, body: bytes) -> list[tuple[str, str]]:
    """The parameters of a request, from its URL and its body. Raises Refusal."""
    if head.method not in METHODS:
        raise refusal("InvalidAction", "A request of the query protocol is a GET or a POST.")
    content_type = "".join(head.header("content-type")).partition(";")[0].strip().lower()
    if body and content_type != _FORM:
        raise refusal("MalformedInput", f"The content type of a request is {_FORM}.")
    try:
        text = "&".join(filter(None, (head.query_string, body.decode("ascii"))))
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise refusal("MalformedQueryString", "The parameters are not well-formed.") from None
