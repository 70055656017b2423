"""Answers as they come over the wire, before boto3 makes Python's types of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.ecr.lab import ABSENT, Repo, refused
from tests.support.images import make_artifact, tiny_image

IMAGE = tiny_image("on the wire")


@pytest.fixture
def bodies(ecr: Any) -> Iterator[list[Any]]:
    """The JSON of each answer from now on."""
    seen: list[Any] = []

    def note(http_response: Any, **_: Any) -> None:
        assert http_response.headers["content-type"] == "application/x-amz-json-1.1"
        assert http_response.headers["x-amzn-requestid"]
        seen.append(json.loads(http_response.content))

    ecr.meta.events.register("after-call.ecr.*", note, unique_id="wire")
    yield seen
    ecr.meta.events.unregister("after-call.ecr.*", unique_id="wire")


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Every member of every object in an answer."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name, each
            yield from members(each)
    elif isinstance(value, list):
        for each in value:
            yield from members(each)


def test_times_are_numbers_of_seconds(ecr: Any, new_name: Callable[[], str], bodies: list[Any], account: str) -> None:
    made = ecr.create_repository(repositoryName=new_name())["repository"]
    repo = Repo(ecr, made["repositoryName"], account)
    repo.push(IMAGE, "1")
    repo.batch_get_image(imageIds=[{"imageTag": "1"}])
    repo.describe_images()
    ecr.get_authorization_token()
    times = ("createdAt", "imagePushedAt", "lastRecordedPullTime", "expiresAt")
    found = [(name, value) for name, value in members(bodies) if name in times]
    assert {name for name, _ in found} == set(times)
    for name, value in found:
        assert isinstance(value, int | float), name
        assert round(value, 3) == value
        assert 1_600_000_000 < value < 10_000_000_000


def test_what_there_is_not_is_left_out(ecr: Any, repo: Repo, bodies: list[Any]) -> None:
    repo.push(IMAGE)
    repo.push(make_artifact("application/vnd.example", b"referrer", subject=IMAGE))
    repo.describe_images()
    repo.list_images()
    repo.list_image_referrers(subjectId={"imageDigest": IMAGE.digest})
    repo.batch_check_layer_availability(layerDigests=[ABSENT])
    repo.batch_get_image(imageIds=[{"imageDigest": IMAGE.digest}, {"imageDigest": ABSENT}])
    repo.batch_delete_image(imageIds=[{"imageDigest": IMAGE.digest}])
    ecr.describe_repositories(repositoryNames=[repo.name])
    refused(repo.list_images, maxResults=0)
    assert len(bodies) > 8
    assert [name for name, value in members(bodies) if value is None] == []


def test_an_error_has_its_code_and_message(repo: Repo, bodies: list[Any]) -> None:
    refusal = refused(repo.list_images, nextToken="none")
    assert bodies == [{"__type": "InvalidParameterException", "message": refusal.message}]
