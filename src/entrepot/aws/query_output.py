"""Answers of the query protocol: XML in the form of the model, after smithy.io's "AWS Query protocol"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast
from xml.sax.saxutils import escape

import msgspec

from entrepot.aws.errors import AwsError
from entrepot.aws.model import Operation, ServiceModel

# Characters that XML 1.0 has no way to write (section 2.2), not even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_result(model: ServiceModel, operation: Operation, result: msgspec.Struct | None, request_id: str) -> bytes:
    """The document that answers `operation`; `result` is None where the model gives it no output."""
    members = _members(model, operation.output, msgspec.to_builtins(result)) if operation.output else ()
    inner = "".join(members)
    wrapped = _element(operation.result_wrapper, inner) if operation.result_wrapper else inner
    metadata = _element("ResponseMetadata", _element("RequestId", _text(request_id)))
    return _document(f"{operation.name}Response", wrapped + metadata, model.metadata.xml_namespace or "")


def encode_error(namespace: str, error: AwsError, request_id: str) -> bytes:
    """The document that says what went wrong."""
    fields = {
        "Type": "Sender" if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else "Receiver",
        "Code": error.code,
        "Message": error.message,
    }
    inner = "".join(_element(name, _text(value)) for name, value in fields.items())
    return _document("ErrorResponse", _element("Error", inner) + _element("RequestId", _text(request_id)), namespace)


def _document(root: str, inner: str, namespace: str) -> bytes:
    return f'<{root} xmlns="{namespace}">{inner}</{root}>\n'.encode()


def _element(tag: str, inner: str) -> str:
    return f"<{tag}>{inner}</{tag}>"


def _text(value: str) -> str:
    return escape(_UNWRITABLE.sub("\ufffd", value))


def _members(model: ServiceModel, name: str, values: Mapping[str, object]) -> Iterator[str]:
    for member, ref in model.shapes[name].members.items():
        if member in values:
            yield _value(model, ref.shape, ref.location_name or member, values[member])


def _value(model: ServiceModel, name: str, tag: str, value: object) -> str:
    shape = model.shapes[name]
    match shape.type:
        case "structure":
            inner = "".join(_members(model, name, cast("Mapping[str, object]", value)))
        case "list":
            item, element = shape.element.location_name or "member", shape.element.shape
            inner = "".join(_value(model, element, item, each) for each in cast("Sequence[object]", value))
        case "map":
            inner = "".join(_entries(model, name, cast("Mapping[str, object]", value)))
        case kind:
            inner = _text(_scalar(kind, value))
    return _element(tag, inner)


def _entries(model: ServiceModel, name: str, values: Mapping[str, object]) -> Iterator[str]:
    key, value = model.shapes[name].entry
    for each, content in values.items():
        first = _value(model, key.shape, key.location_name or "key", each)
        yield _element("entry", first + _value(model, value.shape, value.location_name or "value", content))


def _scalar(kind: str, value: object) -> str:
    match kind:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            moment = datetime.fromtimestamp(cast("float", value), UTC)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case _:
            return str(value)
