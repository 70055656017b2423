"""Botocore's description of a service (`service-2.json`), typed: the contract that the AWS door keeps.

Read from the installed package's own data and nowhere else: a user's AWS_DATA_PATH must not change the contract.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import msgspec


class Ref(msgspec.Struct, frozen=True, rename="camel"):
    """Where a shape is used. `location_name` is its name on the wire where that is not the member's."""

    shape: str
    location_name: str | None = None


class OutputRef(msgspec.Struct, frozen=True, rename="camel"):
    """An operation's output. `result_wrapper` is the XML element around it in the query protocol."""

    shape: str
    result_wrapper: str | None = None


class ErrorTrait(msgspec.Struct, frozen=True, rename="camel"):
    """How an exception looks in the query protocol."""

    code: str
    http_status_code: int = 400


class Shape(msgspec.Struct, frozen=True):
    """A shape and its constraints. Lengths count characters, elements or bytes, as the type has it."""

    type: str
    members: dict[str, Ref] = {}
    required: tuple[str, ...] = ()
    member: Ref | None = None
    key: Ref | None = None
    value: Ref | None = None
    enum: tuple[str, ...] = ()
    min: int | float | None = None
    max: int | float | None = None
    pattern: str | None = None
    exception: bool = False
    error: ErrorTrait | None = None

    @property
    def element(self) -> Ref:
        """What a list is a list of."""
        return _given(self.member)

    @property
    def entry(self) -> tuple[Ref, Ref]:
        """The key and the value of a map's entries."""
        return _given(self.key), _given(self.value)


def _given(ref: Ref | None) -> Ref:
    if ref is None:
        raise ValueError("the model has a list or map that does not say of what")
    return ref


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    """What a service is called on the wire."""

    protocol: str
    api_version: str
    endpoint_prefix: str
    signing_name: str | None = None
    target_prefix: str | None = None
    xml_namespace: str | None = None


class OperationShape(msgspec.Struct, frozen=True):
    """An operation as the model has it."""

    name: str
    input: Ref | None = None
    output: OutputRef | None = None
    errors: tuple[Ref, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of a service. `errors` maps the code of each declared exception to its HTTP status.

    `service` is the service's name in a credential scope.
    """

    name: str
    input: str | None
    output: str | None
    result_wrapper: str | None
    errors: Mapping[str, int]
    service: str = ""


class ServiceModel(msgspec.Struct, frozen=True, dict=True):
    """One service: its operations by name and the shapes they are made of."""

    metadata: Metadata
    operations: dict[str, OperationShape]
    shapes: dict[str, Shape]

    @property
    def signing_name(self) -> str:
        """The service's name in a credential scope."""
        return self.metadata.signing_name or self.metadata.endpoint_prefix

    @cached_property
    def table(self) -> Mapping[str, Operation]:
        """Every operation with its declared errors looked up."""
        return {name: self._operation(shape) for name, shape in self.operations.items()}

    def _operation(self, shape: OperationShape) -> Operation:
        return Operation(
            name=shape.name,
            input=shape.input.shape if shape.input else None,
            output=shape.output.shape if shape.output else None,
            result_wrapper=shape.output.result_wrapper if shape.output else None,
            errors=dict(self._error(ref.shape) for ref in shape.errors),
            service=self.signing_name,
        )

    def _error(self, name: str) -> tuple[str, int]:
        trait = self.shapes[name].error
        if trait:
            return trait.code, trait.http_status_code
        return name, 500 if name == "ServerException" else 400


def load_model(service: str) -> ServiceModel:
    """The newest model of a service that the installed botocore has, such as 'ecr'."""
    folder = files("botocore").joinpath("data", service)
    newest = max((entry for entry in folder.iterdir() if entry.is_dir()), key=lambda entry: entry.name)
    packed = newest.joinpath("service-2.json.gz")
    text = gzip.decompress(packed.read_bytes()) if packed.is_file() else newest.joinpath("service-2.json").read_bytes()
    return msgspec.json.decode(text, type=ServiceModel)
