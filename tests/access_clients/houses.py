"""A server with people of different rights, and the container clients as each of them."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.archives import write_docker_archive
from tests.support.clients.aws_cli import AwsCli
from tests.support.clients.docker import Docker
from tests.support.clients.podman import Podman
from tests.support.clients.skopeo import Skopeo
from tests.support.images import Image
from tests.support.layout import Layout, write_image
from tests.support.oci import Oci
from tests.support.server import Keys, Server

LOGIN = ("ecr:GetAuthorizationToken",)
PULL = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability")
PUSH = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class House:
    """A deployment. Where it is `public`, something in its registry is open to everyone, and docker gets tokens."""

    server: Server
    public: bool
    _users: dict[tuple[str, ...], tuple[Keys, str]] = field(default_factory=dict[tuple[str, ...], tuple[Keys, str]])

    def user(self, *actions: str) -> Keys:
        """The keys of a user that may do `actions` everywhere."""
        return self._user(actions)[0]

    def password(self, *actions: str) -> str:
        """A registry password of the same user."""
        return self._user(actions)[1]

    def oci(self, *actions: str) -> Oci:
        """A raw client of /v2/ as the same user."""
        return Oci(self.server.url, self.password(*actions))

    def aws(self, folder: Path, *actions: str) -> AwsCli:
        """The AWS CLI as the same user."""
        keys = self.user(*actions)
        settings = {
            "AWS_ACCESS_KEY_ID": keys.access_key_id,
            "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
            "AWS_DEFAULT_REGION": self.server.region,
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return AwsCli(folder, settings)

    def repository(self, image: Image | None = None, *, public: bool = False) -> str:
        """The name of a new repository; with an image under the tag v1 where one is given."""
        name, ecr = f"house/repository-{next(_numbers)}", self.server.boto3("ecr")
        ecr.create_repository(repositoryName=name)
        if image:
            Oci(self.server.url, self.server.password()).push_image(name, image, "v1")
        if public:
            statement = {"Effect": "Allow", "Principal": "*", "Action": list(PULL)}
            policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
            ecr.set_repository_policy(repositoryName=name, policyText=policy)
        return name

    def reference(self, repository: str, tag: str = "v1") -> str:
        return f"{self.server.host}/{repository}:{tag}"

    @property
    def log_in(self) -> str:
        """The command that whoever is not logged in is told."""
        region, host = self.server.region, self.server.host
        return f"aws ecr get-login-password --region {region} | docker login --username AWS --password-stdin {host}"

    def _user(self, actions: tuple[str, ...]) -> tuple[Keys, str]:
        if actions not in self._users:
            name, iam = f"user-{next(_numbers)}", self.server.boto3("iam")
            iam.create_user(UserName=name)
            statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
            policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
            iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy)
            key = iam.create_access_key(UserName=name)["AccessKey"]
            keys = Keys(key["AccessKeyId"], key["SecretAccessKey"])
            self._users[actions] = keys, self.server.password(keys=keys)
        return self._users[actions]


def write_logins(path: Path, host: str, password: str | None) -> Path:
    """A file of credentials as all of the clients read it, made without asking the server; with none, an empty one."""
    auth = base64.b64encode(f"AWS:{password}".encode()).decode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"auths": {host: {"auth": auth}} if password else {}}))
    return path


class Clients:
    """docker (one engine for all), podman and skopeo, each run with whatever password a test wants."""

    def __init__(self, docker: Docker, podman: Podman, folder: Path) -> None:
        self.docker, self.podman, self.folder = docker, podman, folder

    def run_docker(self, host: str, password: str | None, *words: str) -> str:
        config = write_logins(self.folder / f"docker-{next(_numbers)}" / "config.json", host, password).parent
        return self.docker.run(*words, env={"DOCKER_CONFIG": str(config)})

    def run_podman(self, host: str, password: str | None, *words: str) -> str:
        logins = write_logins(self.folder / f"podman-{next(_numbers)}.json", host, password)
        return self.podman.run(*words, "--tls-verify=false", "--authfile", logins)

    def skopeo(self, host: str, password: str | None) -> Skopeo:
        folder = self.folder / f"skopeo-{next(_numbers)}"
        write_logins(folder / "auth.json", host, password)
        return Skopeo(folder)

    def load(self, image: Image, references: Sequence[str]) -> Layout:
        """Gives docker and podman an image under each reference; returns a layout with it under the tag v1."""
        layout = Layout(self.folder / f"layout-{next(_numbers)}")
        digest = write_image(layout, image, "v1")
        for reference in references:
            archive = write_docker_archive(layout, digest, reference, self.folder / "load.tar")
            self.docker.load(archive)
            self.podman.load(archive)
        return layout

    def drop(self, reference: str) -> None:
        """Lets docker and podman forget an image, so that a pull has to fetch it."""
        self.docker.remove(reference)
        self.podman.remove(reference)


def plain(output: object) -> str:
    """What a client printed, on one line."""
    return " ".join(str(output).replace("\\n", " ").split())
