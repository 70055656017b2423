"""From an operation's name and its input as plain values to its typed output.

Find, validate, convert, call: nothing else happens here. Who may do it is each service's first question.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, TypeVar

import msgspec

from entrepot.aws.errors import (
    Refusal,
    aws_error,
    serialization_error,
    unavailable_operation,
    unknown_operation,
)
from entrepot.aws.model import Operation, ServiceModel
from entrepot.aws.query_validate import in_query_words
from entrepot.aws.validate import Check, Validators
from entrepot.context import App, Context
from entrepot.errors import DomainError

_WITH_OWN_WORDS = frozenset({"ecr"})
"""Services with sentences of their own for what breaks the model's constraints; the others have AWS's usual ones."""

Req = TypeVar("Req", bound=msgspec.Struct)
Res = TypeVar("Res", bound=msgspec.Struct | None)


@dataclass(frozen=True, slots=True)
class OperationHandler(Generic[Req, Res]):
    """A function that answers one operation, marked by `operation`."""

    name: str
    call: Callable[[App, Context, Req], Awaitable[Res]]


def operation(
    name: str,
) -> Callable[[Callable[[App, Context, Req], Awaitable[Res]]], OperationHandler[Req, Res]]:
    """Marks a function as the handler of the operation `name`. Registers nothing: `handlers_of` collects them."""

    def mark(call: Callable[[App, Context, Req], Awaitable[Res]]) -> OperationHandler[Req, Res]:
        return OperationHandler(name, call)

    return mark


def handlers_of(modules: Iterable[ModuleType]) -> list[OperationHandler[Any, Any]]:
    """The handlers that the modules define."""
    return [value for module in modules for value in vars(module).values() if isinstance(value, OperationHandler)]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation with all that answering it takes. `handler` is None where this release has none."""

    operation: Operation
    check: Check
    request: type[msgspec.Struct]
    handler: OperationHandler[Any, Any] | None


@dataclass(frozen=True, slots=True)
class Service:
    """One AWS service: its model and an endpoint for each of its operations that has a generated struct."""

    model: ServiceModel
    endpoints: Mapping[str, Endpoint]

    @property
    def handled(self) -> frozenset[str]:
        """The operations that this release answers; it refuses the rest of the model's."""
        return frozenset(name for name, endpoint in self.endpoints.items() if endpoint.handler)

    def find(self, name: str) -> Endpoint:
        """The endpoint of an operation. Raises Refusal for one that the model has not, or that has no handler."""
        endpoint = self.endpoints.get(name)
        if endpoint is not None and endpoint.handler is not None:
            return endpoint
        operation = self.model.table.get(name)
        raise unavailable_operation(operation) if operation else unknown_operation(name)


def build_service(
    model: ServiceModel, inputs: Mapping[str, type[msgspec.Struct]], handlers: Iterable[OperationHandler[Any, Any]]
) -> Service:
    """The table made at start. `inputs` are the generated input structs by operation.

    Raises ValueError for two handlers of one operation, and for a handler of an operation that is not there.
    """
    table: dict[str, OperationHandler[Any, Any]] = {}
    for handler in handlers:
        if handler.name in table or handler.name not in inputs:
            raise ValueError(f"{handler.name}: two handlers, or no such operation")
        table[handler.name] = handler
    validators = Validators(model)
    endpoints = {
        name: Endpoint(model.table[name], _check(model, validators, model.table[name].input), request, table.get(name))
        for name, request in inputs.items()
    }
    return Service(model, endpoints)


def _check(model: ServiceModel, validators: Validators, shape: str | None) -> Check:
    if shape is None:
        return _accept
    check = validators.check(shape)
    return check if model.signing_name in _WITH_OWN_WORDS else in_query_words(check)


def _accept(_value: object, _path: str) -> None:
    """The check of an operation that takes nothing."""


async def run(endpoint: Endpoint, app: App, ctx: Context, given: Mapping[str, object]) -> msgspec.Struct | None:
    """Validates `given`, converts it to the operation's input struct and calls its handler.

    Returns the output struct, None for an operation that the model gives no output.
    Raises Refusal: SerializationException, or a domain error in the form that the operation declares.
    """
    if endpoint.handler is None:
        raise unavailable_operation(endpoint.operation)
    name = f"{endpoint.operation.service}.{endpoint.operation.name}"
    try:
        with app.observer.operation(name, "/") as operation:
            endpoint.check(given, "")
            request = _convert(given, endpoint.request)
            del given  # a layer part's text is not to lie about while its bytes are stored
            operation.about(ctx.registry.account, ctx.registry.region, getattr(request, "repository_name", None))
            result: msgspec.Struct | None = await endpoint.handler.call(app, ctx, request)
    except DomainError as error:
        raise Refusal(aws_error(error, endpoint.operation)) from error
    return result


def _convert(given: Mapping[str, object], request: type[msgspec.Struct]) -> msgspec.Struct:
    try:
        return msgspec.convert(given, request)
    except msgspec.ValidationError as error:  # what the model's check leaves to it: the letters of a blob
        raise serialization_error(str(error)) from None
