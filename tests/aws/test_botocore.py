"""botocore's own clients against the door: what a user of `aws` and boto3 sees."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from entrepot.rules.sigv4 import SignedRequest
from tests.aws.door import ACCOUNT, ROOT, Client
from tests.rules.signing import KEY_ID, SECRET, Signed, sha256


class _Raw:
    def stream(self, *_: object, **__: object) -> list[bytes]:
        return []


def client_of(service: str) -> Any:
    """A client whose requests go to the door in place of the network."""
    client = Session().create_client(
        service,
        region_name="eu-west-1",
        endpoint_url="http://localhost:3277",
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-send", _answer)
    return client


def _answer(request: Any, **_: object) -> AWSResponse:
    parts = urlsplit(request.url)
    pairs = [(name, value if isinstance(value, str) else value.decode()) for name, value in request.headers.items()]
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    head = SignedRequest(request.method, parts.path, parts.query, (*pairs, ("host", parts.netloc)))
    response = Client().send(Signed(head, sha256(body)), body)
    answer = AWSResponse(request.url, response.status_code, dict(response.headers), _Raw())
    answer._content = bytes(response.body)
    return answer


def test_ecr() -> None:
    repository = client_of("ecr").create_repository(repositoryName="hello")["repository"]
    assert repository["registryId"] == ACCOUNT
    assert repository["createdAt"].timestamp() == 1.5


def test_exceptions_have_their_class_and_members() -> None:
    client = client_of("ecr")
    part = {
        "repositoryName": "bad",
        "uploadId": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        "partFirstByte": 0,
        "partLastByte": 2,
    }
    with pytest.raises(client.exceptions.InvalidLayerPartException) as caught:
        client.upload_layer_part(layerPartBlob=b"abc", **part)
    assert caught.value.response["lastValidByteReceived"] == 41
    with pytest.raises(client.exceptions.RepositoryNotFoundException, match="'gone' does not exist in the registry"):
        client.describe_repositories(repositoryNames=["gone"])
    with pytest.raises(client.exceptions.ServerException):
        client.delete_repository(repositoryName="hello")


def test_an_operation_that_is_not_there_says_so() -> None:
    with pytest.raises(ClientError) as caught:
        client_of("ecr").start_image_scan(repositoryName="hello", imageId={"imageTag": "1"})
    assert caught.value.response["Error"]["Code"] == "UnsupportedCommandException"
    assert str(caught.value).endswith(": StartImageScan is not available in this release of Entrepot.")


def test_sts() -> None:
    answer = client_of("sts").get_caller_identity()
    assert (answer["UserId"], answer["Account"], answer["Arn"]) == (ACCOUNT, ACCOUNT, ROOT.arn)
    assert answer["ResponseMetadata"]["RequestId"] == "request-1"
    with pytest.raises(ClientError, match="GetFederationToken is not available"):
        client_of("sts").get_federation_token(Name="name")
