"""What every call carries: who asks for which registry (`Context`) and what the process is made of (`App`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from entrepot.ports import BlobStore, Database, Keyring


@dataclass(frozen=True, slots=True)
class Registry:
    """One private registry: an (account, region) pair, as in ECR. `account` has 12 digits."""

    account: str
    region: str

    def arn(self, repository: str) -> str:
        """The ARN of a repository of this registry."""
        return f"arn:aws:ecr:{self.region}:{self.account}:repository/{repository}"


@dataclass(frozen=True, slots=True)
class RepositoryRef:
    """A repository as a request names it: whether it exists is for the services to find out."""

    registry: Registry
    name: str

    @property
    def arn(self) -> str:
        """The repository's ARN, were it to exist."""
        return self.registry.arn(self.name)

    @property
    def account(self) -> str:
        """The registry's id."""
        return self.registry.account


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed the request or owns its token. `user_id` is IAM's unique id (the account id for its root)."""

    arn: str
    account: str
    user_id: str
    access_key_id: str

    @property
    def is_root(self) -> bool:
        """Whether this is the account's root, which may do everything in its own account."""
        return self.arn == f"arn:aws:iam::{self.account}:root"


@dataclass(frozen=True, slots=True)
class Context:
    """One request: passed first to every service function. `now` is UTC and the same all through the request."""

    principal: Principal
    registry: Registry
    request_id: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Naming:
    """How this deployment names registries to its clients: ECR-shaped hosts under `domain`, or one plain `host`."""

    host: str
    domain: str
    scheme: str

    def registry_host(self, registry: Registry) -> str:
        """The host (with port) that docker is told for a registry."""
        if self.domain:
            return f"{registry.account}.dkr.ecr.{registry.region}.{self.domain}"
        return self.host

    def proxy_endpoint(self, registry: Registry) -> str:
        """GetAuthorizationToken's proxyEndpoint."""
        return f"{self.scheme}://{self.registry_host(registry)}"

    def repository_uri(self, registry: Registry, repository: str) -> str:
        """ECR's repositoryUri: what goes in front of `:tag`."""
        return f"{self.registry_host(registry)}/{repository}"


@dataclass(frozen=True, slots=True)
class App:
    """What one process is made of, built in `app.py` and passed explicitly.

    Clock and ids are fields, so that tests turn them.
    """

    db: Database
    blobs: BlobStore
    keyring: Keyring
    naming: Naming
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
