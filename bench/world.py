"""What the measured requests meet: a user with a policy, repositories, images to pull and layers that are there."""

from __future__ import annotations

import base64
import copy
import json
import time
from dataclasses import dataclass, field

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.clients import Answer, Client
from bench.content import MANIFEST, Blob, Content, Image, image
from bench.servers import Deployment

KIB, MIB = 1 << 10, 1 << 20
SIZES = (64 * KIB, 10 * MIB, 256 * MIB)
REPOSITORY = "team/service"
CONFIG_SIZE = 2 * KIB
USER = "builder"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}})
OCTETS = {"Content-Type": "application/octet-stream"}
PAGE = 100
_PATIENCE = 10.0
_SIGNATURE_SECONDS = 120.0


@dataclass(slots=True)
class World:
    """A deployment with something in it, and how its clients do what is measured.

    Images have so many `layers` of `layer_size` bytes; single layers have `sizes`. `signer` is the user's key.
    """

    deployment: Deployment
    content: Content
    layers: int
    layer_size: int
    sizes: tuple[int, ...]
    netloc: str
    signer: Credentials = field(init=False)
    password: str = field(init=False)
    small: Image = field(init=False)
    large: Image = field(init=False)
    blobs: dict[int, Blob] = field(init=False, default_factory=dict[int, Blob])
    spare: list[str] = field(init=False, default_factory=list[str])
    signed: dict[tuple[str, bytes], tuple[float, dict[str, str]]] = field(init=False, default_factory=dict)

    def furnish(self) -> None:
        """Makes the user, the repository and its images: `small` of layers of 64 KiB, `large` of those to be pulled."""
        server = self.deployment.server
        server.create_repository(REPOSITORY)
        iam = server.boto3("iam")
        iam.create_user(UserName=USER)
        iam.put_user_policy(UserName=USER, PolicyName="all", PolicyDocument=POLICY)
        key = iam.create_access_key(UserName=USER)["AccessKey"]
        self.signer = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
        self.password = self._first_password()
        client = self.connect()
        self.small, self.large = self.new_image(64 * KIB), self.new_image(self.layer_size)
        for each in (self.small, self.large):
            self.push_blobs(client, each)
            self.put_manifest(client, each, "latest" if each is self.large else "small")
        for number in range(PAGE):
            self.put_manifest(client, self.same_layers(number), f"page-{number}")
        for size in self.sizes:
            self.blobs[size] = self.push_in_two(client, size)
        client.close()

    def by_way_of(self, netloc: str) -> World:
        """The same world, as the clients of another server of its deployment find it."""
        other = copy.copy(self)
        other.netloc, other.signed = netloc, {}
        return other

    def connect(self) -> Client:
        """A client that is logged in, as docker is: with the password, at every request."""
        login = base64.b64encode(f"AWS:{self.password}".encode()).decode()
        return Client(self.netloc, {"Authorization": f"Basic {login}"})

    def new_image(self, layer_size: int) -> Image:
        """An image whose blobs nobody has."""
        return image(self.content.blob(CONFIG_SIZE), [self.content.blob(layer_size) for _ in range(self.layers)])

    def same_layers(self, note: object) -> Image:
        """A new image of layers that are there."""
        return image(self.small.config, self.small.layers, note)

    def push_in_three(self, client: Client, size: int) -> Blob:
        """POST, PATCH with all bytes, PUT: as docker, podman, containerd, skopeo and buildkit do."""
        blob, location = self.content.blob(size), self._begin(client)
        answer = client.ask("PATCH", location, OCTETS, blob.body, expect=202)
        client.ask("PUT", _ending(answer.headers["location"], blob), expect=201)
        return blob

    def push_in_two(self, client: Client, size: int) -> Blob:
        """POST, and PUT with all bytes."""
        blob = self.content.blob(size)
        client.ask("PUT", _ending(self._begin(client), blob), OCTETS, blob.body, expect=201)
        return blob

    def push_blobs(self, client: Client, pushed: Image) -> None:
        """All that an image consists of but its manifest, each blob asked for first and pushed if it is missing."""
        for blob in pushed.blobs:
            client.ask("HEAD", f"/v2/{REPOSITORY}/blobs/{blob.digest}", expect=404)
            answer = client.ask("PATCH", self._begin(client), OCTETS, blob.body, expect=202)
            client.ask("PUT", _ending(answer.headers["location"], blob), expect=201)

    def put_manifest(self, client: Client, pushed: Image, tag: str) -> None:
        """PUT by tag."""
        path = f"/v2/{REPOSITORY}/manifests/{tag}"
        client.ask("PUT", path, {"Content-Type": MANIFEST}, [pushed.manifest], expect=201)

    def ask_first(self, client: Client) -> None:
        """What every client begins with: `/v2/` without credentials, to be told how to log in."""
        client.unsigned("GET", "/v2/", {})

    def call(self, client: Client, operation: str, **members: object) -> Answer:
        """A signed call of the ECR API. The same call is signed once for a while: signing costs more than it asks."""
        body = json.dumps(members).encode()
        made, headers = self.signed.get((operation, body), (0.0, {}))
        if time.monotonic() - made > _SIGNATURE_SECONDS:
            headers = self._sign(operation, body)
            self.signed[operation, body] = (time.monotonic(), headers)
        answer = client.unsigned("POST", "/", headers, [body])
        if answer.status != 200:  # noqa: PLR2004 - the one good answer
            raise AssertionError(f"{operation}: {answer.status} {answer.body[:500]!r}")
        return answer

    def _begin(self, client: Client) -> str:
        return client.ask("POST", f"/v2/{REPOSITORY}/blobs/uploads/", expect=202).headers["location"]

    def _sign(self, operation: str, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AmazonEC2ContainerRegistry_V20150921.{operation}",
        }
        request = AWSRequest("POST", f"http://{self.netloc}/", headers=headers, data=body)
        SigV4Auth(self.signer, "ecr", self.deployment.server.region).add_auth(request)
        return dict(request.headers.items())

    def _first_password(self) -> str:
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


def _ending(location: str, blob: Blob) -> str:
    return f"{location}{'&' if '?' in location else '?'}digest={blob.digest}"
