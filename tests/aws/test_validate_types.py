"""Values of the wrong type: SerializationException, in the words of AWS's own parser."""

from __future__ import annotations

import msgspec
import pytest

from entrepot.aws.errors import Refusal
from entrepot.aws.model import ServiceModel
from entrepot.aws.validate import Validators
from entrepot.errors import InvalidParameter
from tests.aws.models import ECR

VALIDATORS = Validators(ECR)
NAME = {"repositoryName": "hello"}
STRUCTURE = "Start of structure or map found where not expected"
LIST = "Start of list found where not expected"
TREE = b"""{"metadata": {"protocol": "json", "apiVersion": "1", "endpointPrefix": "x"}, "operations": {}, "shapes": {
    "Tree": {"type": "structure", "members": {
        "children": {"shape": "Trees"}, "at": {"shape": "Time"}, "by": {"shape": "ByName"}}},
    "Trees": {"type": "list", "member": {"shape": "Tree"}},
    "Time": {"type": "timestamp"},
    "ByName": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Tree"}, "max": 1},
    "Name": {"type": "string", "max": 2}}}"""
CHECK_TREE = Validators(msgspec.json.decode(TREE, type=ServiceModel)).check("Tree")


def converted(token: str, kind: str) -> str:
    return f"{token}_VALUE can not be converted to {kind}"


@pytest.mark.parametrize(
    ("operation", "given", "message", "path"),
    [
        ("CreateRepository", {"repositoryName": 5}, converted("NUMBER", "a String"), "repositoryName"),
        ("CreateRepository", {"repositoryName": True}, converted("TRUE", "a String"), "repositoryName"),
        ("CreateRepository", {"repositoryName": []}, LIST, "repositoryName"),
        ("CreateRepository", {"repositoryName": {}}, STRUCTURE, "repositoryName"),
        ("CreateRepository", {"repositoryName": "\ud800\ud800"}, converted("STRING", "a String"), "repositoryName"),
        ("CreateRepository", {**NAME, "tags": "a"}, "Unexpected field type", "tags"),
        ("CreateRepository", {**NAME, "tags": {}}, STRUCTURE, "tags"),
        ("CreateRepository", {**NAME, "tags": [[]]}, LIST, "tags.1.member"),
        (
            "GetAuthorizationToken",
            {"registryIds": ["0" * 12, 2]},
            converted("NUMBER", "a String"),
            "registryIds.2.member",
        ),
        ("DeleteRepository", {**NAME, "force": "true"}, converted("STRING", "a Boolean"), "force"),
        ("DeleteRepository", {**NAME, "force": 1}, converted("NUMBER", "a Boolean"), "force"),
        ("DescribeRepositories", {"maxResults": "1"}, converted("STRING", "an Integer"), "maxResults"),
        ("DescribeRepositories", {"maxResults": 1.5}, converted("NUMBER", "an Integer"), "maxResults"),
        ("DescribeRepositories", {"maxResults": False}, converted("FALSE", "an Integer"), "maxResults"),
        ("DescribeRepositories", {"maxResults": 2**31}, converted("NUMBER", "an Integer"), "maxResults"),
        ("ListImages", {**NAME, "filter": []}, LIST, "filter"),
    ],
)
def test_the_sentence_and_the_place(operation: str, given: object, message: str, path: str) -> None:
    with pytest.raises(Refusal) as caught:
        VALIDATORS.check(ECR.table[operation].input or "")(given, "")
    assert caught.value.error.code == "SerializationException"
    assert caught.value.error.message == f"{message} (at '{path}')"


def test_longs_have_64_bits() -> None:
    check = VALIDATORS.check("PartSize")
    check(2**63 - 1, "size")
    with pytest.raises(Refusal, match="NUMBER_VALUE can not be converted to a Long"):
        check(2**63, "size")


def test_maps_timestamps_and_shapes_that_hold_themselves() -> None:
    CHECK_TREE({"children": [{"children": [{"at": 1.5}]}], "by": {"ab": {"at": 2}}}, "")


@pytest.mark.parametrize(
    "given", [{"children": [{"children": [{"at": "now"}]}]}, {"at": float("inf")}, {"at": 10**400}, {"by": {"a": 1}}]
)
def test_types_deep_inside(given: object) -> None:
    with pytest.raises(Refusal):
        CHECK_TREE(given, "")


@pytest.mark.parametrize(
    ("given", "path"),
    [({"by": {"abc": {}}}, "by.key"), ({"by": {"a": None}}, "by.a.member"), ({"by": {"a": {}, "b": {}}}, "by")],
)
def test_constraints_on_maps(given: object, path: str) -> None:
    with pytest.raises(InvalidParameter, match=f"at '{path}'"):
        CHECK_TREE(given, "")
