"""Tools of this folder: clients that send whatever they are told, repositories, and refusals taken apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.clients.aws_api import AwsApi
from tests.support.images import Image, digest_of
from tests.support.server import Keys, Server

MIB = 1 << 20
SECOND_ACCOUNT = "210987654321"
UPLOAD_ID = "12345678-9abc-4def-8123-456789abcdef"
ABSENT = "sha256:" + "ab" * 32


def client(server: Server, service: str = "ecr", *, region: str | None = None, keys: Keys | None = None) -> Any:
    """A boto3 client that leaves all checking of parameters to the server, and sends every request once."""
    signer = keys or server.keys
    return boto3.Session().client(
        service,
        endpoint_url=server.url,
        region_name=region or server.region,
        aws_access_key_id=signer.access_key_id,
        aws_secret_access_key=signer.secret_access_key,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )


@dataclass(frozen=True, slots=True)
class Refused:
    """An error as boto3 found it in the answer. `members` are what the exception has beyond its message."""

    code: str
    message: str
    status: int
    members: dict[str, Any]


def refused(call: Callable[..., Any], **given: Any) -> Refused:
    """The error that `call` ends in; fails where it does not."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    answer: dict[str, Any] = dict(caught.value.response)
    error, metadata = answer.pop("Error"), answer.pop("ResponseMetadata")
    assert answer.pop("message", error["Message"]) == error["Message"]
    return Refused(error["Code"], error["Message"], metadata["HTTPStatusCode"], answer)


def constraint(parameter: str, text: str) -> str:
    """ECR's sentence for a parameter that breaks a rule."""
    return f"Invalid parameter at '{parameter}' failed to satisfy constraint: '{text}'"


def invalid(parameter: str, text: str) -> Refused:
    """InvalidParameterException, about `parameter`."""
    return Refused("InvalidParameterException", constraint(parameter, text), 400, {})


class Repo:
    """A repository, by a client of ECR. Every operation of the client is a method that needs no repositoryName."""

    def __init__(self, ecr: Any, name: str, account: str) -> None:
        self.ecr = ecr
        self.name = name
        self.account = account
        self._held: set[str] = set()

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return partial(getattr(self.ecr, operation), repositoryName=self.name)

    @property
    def arn(self) -> str:
        return f"arn:aws:ecr:{self.ecr.meta.region_name}:{self.account}:repository/{self.name}"

    def upload(self, data: bytes) -> str:
        """Uploads a layer unless this did before; returns its digest."""
        digest = digest_of(data)
        if digest not in self._held:
            AwsApi(self.ecr).upload_layer(self.name, data)
            self._held.add(digest)
        return digest

    def push(self, image: Image, *tags: str) -> str:
        """Uploads all that an image is made of and puts it under each tag, or under none; returns its digest."""
        for child in image.children:
            self.push(child)
        for blob in image.blobs:
            self.upload(blob)
        for tag in tags or (None,):
            self.put(image, tag)
        return image.digest

    def put(self, image: Image, tag: str | None = None, **given: Any) -> dict[str, Any]:
        """PutImage's `image`."""
        named = {} if tag is None else {"imageTag": tag}
        return self.put_image(imageManifest=image.manifest.decode(), **named, **given)["image"]

    def detail(self, **image_id: str) -> dict[str, Any]:
        """What DescribeImages says of one image."""
        (detail,) = self.describe_images(imageIds=[image_id])["imageDetails"]
        return detail

    def ids(self) -> set[tuple[str, str | None]]:
        """(digest, tag) of everything that ListImages lists."""
        pages = self.ecr.get_paginator("list_images").paginate(repositoryName=self.name)
        return {(each["imageDigest"], each.get("imageTag")) for page in pages for each in page["imageIds"]}

    def missing(self, digest: str | None, tag: str | None) -> str:
        """ECR's sentence for an image that is not there."""
        return (
            f"The image with imageId {{imageDigest:'{digest or 'null'}', imageTag:'{tag or 'null'}'}} does not exist "
            f"within the repository with name '{self.name}' in the registry with id '{self.account}'"
        )


def pages(call: Callable[..., Any], key: str, size: int, **given: Any) -> Iterator[list[Any]]:
    """The pages of a listing, `size` entries asked for in each, until no token leads further; none leads back."""
    answer, seen = call(maxResults=size, **given), set[str]()
    yield answer[key]
    while token := answer.get("nextToken"):
        assert token not in seen
        seen.add(token)
        answer = call(maxResults=size, nextToken=token, **given)
        yield answer[key]
