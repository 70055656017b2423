"""Bodies at the AWS door that are no JSON, or not the JSON that the operation takes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.attacks.signed import sign
from tests.support.server import Server

DEEP = 200_000

NOT_JSON = {
    "nothing but an opening": b"{",
    "cut off": b'{"repositoryName": "earl',
    "text": b"repositoryName=x",
    "a list": b"[]",
    "a string": b'"repositoryName"',
    "null": b"null",
    "a number": b"7",
    "two objects": b"{}{}",
    "a comment": b'{"repositoryName": "x" /* here */}',
    "single quotes": b"{'repositoryName': 'x'}",
    "a trailing comma": b'{"repositoryName": "x",}',
    "NaN": b'{"maxResults": NaN}',
    "Infinity": b'{"maxResults": -Infinity}',
    "Latin-1": '{"repositoryName": "caf\u00e9"}'.encode("latin-1"),
    "UTF-16": '{"repositoryName": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"repositoryName": "x"}',
    "a bare control character": b'{"repositoryName": "a\nb"}',
    "a name twice": b'{"repositoryName": "ab", "repositoryName": "cd"}',
    "a name twice, further down": b'{"repositoryName": "ab", "filter": {"tagStatus": "ANY", "tagStatus": "ANY"}}',
    "lists without end": b'{"repositoryName": ' + b"[" * DEEP,
    "deep lists": b'{"repositoryName": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a number too long to read": b'{"maxResults": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_no_json(server: Server, body: bytes) -> None:
    reply = sign(server, "ListImages", body).send()
    assert (reply.status, reply.code) == (400, "SerializationException")
    assert len(json.dumps(reply.body)) < 1000, "the answer repeats what it was sent"


WRONG_TYPES: list[dict[str, Any]] = [
    {"repositoryName": 7},
    {"repositoryName": ["ab"]},
    {"repositoryName": {"S": "ab"}},
    {"repositoryName": True},
    {"repositoryName": "ab", "maxResults": "7"},
    {"repositoryName": "ab", "maxResults": 7.5},
    {"repositoryName": "ab", "maxResults": True},
    {"repositoryName": "ab", "filter": "ANY"},
    {"repositoryName": "ab", "filter": ["ANY"]},
    {"repositoryName": "ab", "filter": {"tagStatus": 1}},
]


@pytest.mark.parametrize("body", WRONG_TYPES, ids=str)
def test_members_of_the_wrong_type(server: Server, body: dict[str, Any]) -> None:
    reply = sign(server, "ListImages", body).send()
    assert (reply.status, reply.code) == (400, "SerializationException")


OUT_OF_BOUNDS: list[tuple[str, dict[str, Any], str]] = [
    ("ListImages", {}, "repositoryName"),
    ("ListImages", {"repositoryName": None}, "repositoryName"),
    ("ListImages", {"repositoryName": "x" * 300}, "repositoryName"),
    ("ListImages", {"repositoryName": "ab", "registryId": "12345678901"}, "registryId"),
    ("ListImages", {"repositoryName": "ab", "registryId": "1234567890123"}, "registryId"),
    ("ListImages", {"repositoryName": "ab", "registryId": "12345678901\u0663"}, "registryId"),
    ("ListImages", {"repositoryName": "ab", "filter": {"tagStatus": "SOME"}}, "tagStatus"),
    ("BatchGetImage", {"repositoryName": "ab", "imageIds": []}, "imageIds"),
    ("BatchGetImage", {"repositoryName": "ab", "imageIds": [{"imageTag": "x"}] * 101}, "imageIds"),
    ("BatchCheckLayerAvailability", {"repositoryName": "ab", "layerDigests": []}, "layerDigests"),
    ("PutImage", {"repositoryName": "ab", "imageManifest": ""}, "imageManifest"),
    ("PutImageTagMutability", {"repositoryName": "ab", "imageTagMutability": "FROZEN"}, "imageTagMutability"),
]


@pytest.mark.parametrize(("operation", "body", "member"), OUT_OF_BOUNDS, ids=str)
def test_members_out_of_their_bounds(server: Server, operation: str, body: dict[str, Any], member: str) -> None:
    reply = sign(server, operation, body).send()
    assert (reply.status, reply.code) == (400, "InvalidParameterException")
    assert member in reply.body["message"]


@pytest.mark.parametrize("target", ["", ".", "NoSuchOperation", "ListImages.", "listimages", "__class__", "x" * 5000])
def test_operations_that_there_are_not(server: Server, target: str) -> None:
    reply = sign(server, target).send()
    assert (reply.status, reply.code) == (400, "UnknownOperationException")


def test_an_operation_of_a_later_release_is_refused_and_not_taken_for_done(server: Server, earlier: str) -> None:
    body = {"repositoryName": earlier, "lifecyclePolicyText": "x" * 200}
    reply = sign(server, "PutLifecyclePolicy", body).send()
    assert (reply.status, reply.code) == (400, "UnsupportedCommandException")


def test_members_nobody_knows_are_passed_over(server: Server, earlier: str) -> None:
    """As AWS does: newer clients send members that older servers do not know."""
    reply = sign(server, "ListImages", {"repositoryName": earlier, "__proto__": {"x": 1}, "maxresults": -7}).send()
    assert reply.status == 200
    assert len(reply.body["imageIds"]) == 1
