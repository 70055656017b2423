"""The AWS door at `/`: the JSON 1.1 protocol of ECR and KMS here, that of IAM and STS next door in `aws_query`.

A request's service is the one in its credential scope. What cannot be told so far is answered in the protocol that
the request looks like.
"""

from __future__ import annotations

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from entrepot.aws import ecr, iam, kms, sts
from entrepot.aws.dispatch import Service, run
from entrepot.aws.errors import AwsError, Refusal, aws_error, internal_error, refusal, unknown_operation
from entrepot.aws.json_input import decode_json
from entrepot.context import App
from entrepot.errors import DomainError
from entrepot.fronts import aws_query, aws_unsigned, throttling
from entrepot.fronts.aws_call import Call, Door, authenticate, drain, head_of
from entrepot.fronts.clients import client_of
from entrepot.rules import sigv4
from entrepot.rules.sigv4 import Claim, SignatureError, SignedRequest
from entrepot.services.access_key_use import note_use
from entrepot.services.credentials import find_access_key

CONTENT_TYPE = "application/x-amz-json-1.1"

DOOR = Door(
    json={"ecr": ecr.service(), "kms": kms.service()},
    query={"iam": iam.service(), "sts": sts.service()},
    find_key=find_access_key,
    note_use=note_use,
)
"""The operation tables, made once when the server starts."""

log = structlog.get_logger()


async def handle(app: App, request: Request, door: Door = DOOR) -> Response:
    """Answers one request at `/`, whatever is wrong with it. ClientDisconnect alone gets out: nobody is listening."""
    request_id: str = request.scope["entrepot.request_id"]
    head = head_of(request)
    query, service = not _looks_like_json(head), ""
    try:
        if query and aws_unsigned.is_unsigned(head):
            return await aws_unsigned.answer(app, request, head, door)
        claim = await _claim(request, head, door)
        service, query = claim.service, claim.service in door.query
        call = Call(app, request, head, claim, request_id)
        return await (aws_query.answer(call, door) if query else _answer(call, door))
    except ClientDisconnect:
        raise
    except Refusal as error:
        app.observer.failed(error.error.code)
        failure = error.error
    except SignatureError as error:
        failure = await _unproven(app, request, error)
    except DomainError as error:
        app.observer.refused(error)
        failure = aws_error(error, None)
    except Exception:
        # The outermost place of the protocol: its clients need an error in its own form, whatever happened.
        log.exception("operation failed")
        app.observer.failed("ServerException")
        failure = internal_error(request_id)
    return aws_query.render_error(door, service, failure, request_id) if query else render_error(failure)


async def _unproven(app: App, request: Request, error: SignatureError) -> AwsError:
    """What a caller is told who did not prove who they are: that, or to come again later."""
    try:
        await throttling.count_stranger(app, client_of(app, request))
    except DomainError as refused:
        app.observer.refused(refused)
        return aws_error(refused, None)
    app.observer.refused(error)
    return aws_error(error, None)


def render_error(error: AwsError) -> Response:
    """An error in the JSON protocol's form."""
    body = {"__type": error.code, "message": error.message, **error.members}
    return Response(msgspec.json.encode(body), error.status, media_type=CONTENT_TYPE)


async def _claim(request: Request, head: SignedRequest, door: Door) -> Claim:
    try:
        claim = sigv4.parse(head)
        _check_service(claim, door)
    except SignatureError:
        await drain(request)
        raise
    return claim


def _check_service(claim: Claim, door: Door) -> None:
    if claim.service not in door.json and claim.service not in door.query:
        known = ", ".join(f"'{name}'" for name in sorted((*door.json, *door.query)))
        raise SignatureError("InvalidSignature", f"Credential should be scoped to correct service: {known}.")


async def _answer(call: Call, door: Door) -> Response:
    service = door.json[call.claim.service]
    ctx, body = await authenticate(call, door)
    endpoint = service.find(_operation_name(service, call.head))
    structlog.contextvars.bind_contextvars(operation=endpoint.operation.name, principal=ctx.principal.arn)
    await throttling.count(call.app, ctx, call.claim.service, endpoint.operation.name)
    result = await run(endpoint, call.app, ctx, _take(body))
    answer = b"" if result is None else msgspec.json.encode(result)
    return Response(answer, headers=ctx.notes, media_type=CONTENT_TYPE)


def _take(body: bytearray) -> dict[str, object]:
    given = decode_json(body)
    body.clear()  # up to 32 MiB that nobody needs while the operation runs
    return given


def _operation_name(service: Service, head: SignedRequest) -> str:
    media_type = [value.partition(";")[0].strip().lower() for value in head.header("content-type")]
    if media_type != [CONTENT_TYPE]:
        raise refusal("UnsupportedMediaTypeException", f"The content type of a request is {CONTENT_TYPE}.", 415)
    target = ", ".join(head.header("x-amz-target"))
    prefix, _, name = target.rpartition(".")
    if head.method != "POST" or prefix != service.model.metadata.target_prefix:
        raise unknown_operation(target)
    return name


def _looks_like_json(head: SignedRequest) -> bool:
    content_type = "".join(head.header("content-type"))
    return bool(head.header("x-amz-target")) or content_type.lower().startswith("application/x-amz-json")
