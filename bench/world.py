"""What the measured requests meet: a user with a policy, repositories, images to pull and layers that are there."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

from bench import pushing
from bench.caller import Caller, basic, new_caller
from bench.clients import Answer, Client
from bench.content import Blob, Content, Image, image
from bench.servers import Deployment

KIB, MIB = 1 << 10, 1 << 20
SIZES = (64 * KIB, 10 * MIB, 256 * MIB)
REPOSITORY = "team/service"
CONFIG_SIZE = 2 * KIB
PAGE = 100


@dataclass(slots=True)
class World:
    """A deployment with something in it, and how its clients do what is measured.

    Images have so many `layers` of `layer_size` bytes; single layers have `sizes`. `caller` is the user.
    """

    deployment: Deployment
    content: Content
    layers: int
    layer_size: int
    sizes: tuple[int, ...]
    netloc: str
    caller: Caller = field(init=False)
    password: str = field(init=False)
    small: Image = field(init=False)
    large: Image = field(init=False)
    blobs: dict[int, Blob] = field(init=False, default_factory=dict[int, Blob])
    spare: list[str] = field(init=False, default_factory=list[str])

    def furnish(self) -> None:
        """Makes the user, the repository and its images: `small` of layers of 64 KiB, `large` of those to be pulled."""
        self.deployment.server.create_repository(REPOSITORY)
        self.caller = new_caller(self.deployment.server, self.netloc)
        self.password = self.caller.password()
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
        other.netloc, other.caller = netloc, Caller(netloc, self.caller.region, self.caller.signer)
        return other

    def connect(self) -> Client:
        """A client that is logged in, as docker is: with the password, at every request."""
        return Client(self.netloc, basic("AWS", self.password))

    def new_image(self, layer_size: int) -> Image:
        """An image whose blobs nobody has."""
        return image(self.content.blob(CONFIG_SIZE), [self.content.blob(layer_size) for _ in range(self.layers)])

    def same_layers(self, note: object) -> Image:
        """A new image of layers that are there."""
        return image(self.small.config, self.small.layers, note)

    def push_in_three(self, client: Client, size: int) -> Blob:
        """A new layer: POST, PATCH with all bytes, PUT."""
        pushing.in_three(client, REPOSITORY, blob := self.content.blob(size))
        return blob

    def push_in_two(self, client: Client, size: int) -> Blob:
        """A new layer: POST, and PUT with all bytes."""
        pushing.in_two(client, REPOSITORY, blob := self.content.blob(size))
        return blob

    def push_blobs(self, client: Client, pushed: Image) -> None:
        """All that an image consists of but its manifest, each blob asked for first and pushed if it is missing."""
        pushing.missing_blobs(client, REPOSITORY, pushed)

    def put_manifest(self, client: Client, pushed: Image, tag: str) -> None:
        """PUT by tag."""
        pushing.manifest(client, REPOSITORY, pushed, tag)

    def ask_first(self, client: Client) -> None:
        """What every client begins with: `/v2/` without credentials, to be told how to log in."""
        client.unsigned("GET", "/v2/", {})

    def call(self, client: Client, operation: str, **members: object) -> Answer:
        """A signed call of the ECR API."""
        return self.caller.call(client, operation, **members)
