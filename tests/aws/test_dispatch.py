"""Find, validate, convert, call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from entrepot import errors
from entrepot.aws import shapes_ecr as s
from entrepot.aws.dispatch import OperationHandler, Service, build_service, handlers_of, operation, run
from entrepot.aws.errors import Refusal
from entrepot.context import App, Context
from tests.aws import handlers
from tests.aws.door import APP, CONTEXT
from tests.aws.models import ECR


def service(*more: OperationHandler[Any, Any]) -> Service:
    return build_service(ECR, s.INPUTS, [*handlers_of([handlers]), *more])


def call(name: str, given: dict[str, object]) -> Any:
    return asyncio.run(run(service().find(name), APP, CONTEXT, given))


def refused(name: str, given: dict[str, object]) -> tuple[str, str]:
    with pytest.raises(Refusal) as caught:
        call(name, given)
    return caught.value.error.code, caught.value.error.message


def test_the_handler_gets_the_struct_and_its_answer_comes_back() -> None:
    answer = call("CreateRepository", {"repositoryName": "hello", "tags": [{"Key": "a", "Value": "b"}]})
    assert answer == s.CreateRepositoryResponse(
        repository=s.Repository(registry_id=CONTEXT.registry.account, repository_name="hello", created_at=1.5)
    )


def test_blobs_arrive_as_bytes() -> None:
    part = {
        "repositoryName": "ok",
        "uploadId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        "partFirstByte": 0,
        "partLastByte": 3,
    }
    assert call("UploadLayerPart", {**part, "layerPartBlob": "YWJj"}).last_byte_received == 3
    code, message = refused("UploadLayerPart", {**part, "layerPartBlob": "YW Jj"})
    assert code == "SerializationException"
    assert "base64" in message


def test_invalid_input_never_reaches_the_handler() -> None:
    assert refused("CreateRepository", {"repositoryName": "A"})[0] == "InvalidParameterException"


def test_a_domain_error_takes_the_form_that_the_operation_declares() -> None:
    code, message = refused("DescribeRepositories", {"repositoryNames": ["gone"]})
    assert code == "RepositoryNotFoundException"
    assert message == errors.RepositoryNotFound("gone", CONTEXT.registry.account).message


def test_operations_without_a_handler_and_unknown_ones() -> None:
    with pytest.raises(Refusal) as caught:
        service().find("StartImageScan")
    assert caught.value.error.code == "UnsupportedCommandException"
    assert caught.value.error.message == "StartImageScan is not available in this release of Entrepot."
    with pytest.raises(Refusal) as caught:
        service().find("MakeCoffee")
    assert caught.value.error.code == "UnknownOperationException"
    with pytest.raises(Refusal, match="not available"):
        asyncio.run(run(service().endpoints["StartImageScan"], APP, CONTEXT, {}))


def test_a_table_that_contradicts_itself_fails_at_start() -> None:
    @operation("CreateRepository")
    async def again(app: App, ctx: Context, req: s.CreateRepositoryRequest) -> s.CreateRepositoryResponse:
        raise AssertionError((app, ctx, req))

    for wrong in (again, OperationHandler("MakeCoffee", again.call)):
        with pytest.raises(ValueError, match="two handlers, or no such operation"):
            service(wrong)
