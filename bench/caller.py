"""A user of Entrepot with a policy and an access key, who calls its APIs and logs in to its registry."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.clients import Answer, Client
from tests.support.server import Server

USER = "builder"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}})
_PATIENCE = 10.0
_SIGNATURE_SECONDS = 120.0


class Caller:
    """`netloc` is where the calls go. The same call is signed once for a while: signing costs more than it asks."""

    def __init__(self, netloc: str, region: str, signer: Credentials) -> None:
        self.netloc, self.region, self.signer = netloc, region, signer
        self._signed: dict[tuple[str, bytes], tuple[float, dict[str, str]]] = {}

    def call(self, client: Client, operation: str, **members: object) -> Answer:
        """A signed call of the ECR API, on the client's connection."""
        headers, body = self.signed(operation, members)
        answer = client.unsigned("POST", "/", headers, [body])
        if answer.status != 200:  # noqa: PLR2004 - the one good answer
            raise AssertionError(f"{operation}: {answer.status} {answer.body[:500]!r}")
        return answer

    def signed(self, operation: str, members: Mapping[str, object]) -> tuple[dict[str, str], bytes]:
        """Headers and body of such a call."""
        body = json.dumps(members).encode()
        made, headers = self._signed.get((operation, body), (0.0, {}))
        if time.monotonic() - made > _SIGNATURE_SECONDS:
            headers = self._sign(operation, body)
            self._signed[operation, body] = (time.monotonic(), headers)
        return headers, body

    def password(self) -> str:
        """GetAuthorizationToken, as soon as the user's policy is in force in every worker."""
        client, deadline = Client(self.netloc, {}), time.monotonic() + _PATIENCE
        try:
            while True:
                try:
                    token = json.loads(self.call(client, "GetAuthorizationToken").body)["authorizationData"][0]
                    return base64.b64decode(token["authorizationToken"]).decode().partition(":")[2]
                except AssertionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.1)
        finally:
            client.close()

    def _sign(self, operation: str, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AmazonEC2ContainerRegistry_V20150921.{operation}",
        }
        request = AWSRequest("POST", f"http://{self.netloc}/", headers=headers, data=body)
        SigV4Auth(self.signer, "ecr", self.region).add_auth(request)
        return dict(request.headers.items())


def new_caller(server: Server, netloc: str) -> Caller:
    """Makes the user, its policy and its key."""
    iam = server.boto3("iam")
    iam.create_user(UserName=USER)
    iam.put_user_policy(UserName=USER, PolicyName="all", PolicyDocument=POLICY)
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    return Caller(netloc, server.region, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))


def basic(user: str, password: str) -> dict[str, str]:
    """The header of a client that sends its password at every request, as docker does."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}
