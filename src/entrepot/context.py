"""What every call carries: who asks for which registry (`Context`) and what the process is made of (`App`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from entrepot.observing.observer import Observer
from entrepot.ports import AccessCache, BlobStore, CurrentNames, Database, JwksSource, Keyring, Memory, RateLimiter


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
class KmsKeyRef:
    """A key of KMS as a request names it, by its id: whether it exists is for the services to find out."""

    registry: Registry
    key_id: str

    @property
    def arn(self) -> str:
        """The key's ARN, were it to exist."""
        return f"arn:aws:kms:{self.registry.region}:{self.registry.account}:key/{self.key_id}"

    @property
    def account(self) -> str:
        """The account that it is in."""
        return self.registry.account


@dataclass(frozen=True, slots=True)
class Resource:
    """Anything else that is acted on, such as a user or a role: its ARN and the account that it is in."""

    account: str
    arn: str


@dataclass(frozen=True, slots=True)
class Session:
    """What temporary credentials carry beyond whose they are. Fixed when they are given out.

    `role_arn` is the role that was assumed, None for GetSessionToken. `policies` are session policies (documents),
    which narrow what the role or user may do. `tags` are session tags, over the role's own. `provider` is the ARN of
    the identity provider whose token began the session. `token` is the session token itself: it goes where the
    session goes, into the passwords and URLs that are given out under it.
    """

    name: str
    issued_at: datetime
    expires: datetime
    role_arn: str | None = None
    policies: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    provider: str | None = None
    token: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed the request or owns its token.

    `arn` is the root's, a user's, or for a role session `arn:aws:sts::{account}:assumed-role/{role}/{session}`.
    `user_id` is IAM's unique id: the account id for its root, AIDA... for a user, AROA...:{session} for a session.
    The principal of a request without credentials is ANONYMOUS.
    """

    arn: str
    account: str
    user_id: str
    access_key_id: str
    session: Session | None = None

    @property
    def is_root(self) -> bool:
        """Whether this is the account's root, which may do everything in its own account."""
        return self.arn == f"arn:aws:iam::{self.account}:root"


ANONYMOUS = Principal(arn="*", account="", user_id="", access_key_id="")


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of the connection, for condition keys such as aws:SourceIp.

    `source_ip` is the peer's address, or what a trusted proxy says it is; `endpoint` is for aws:SourceVpce.
    """

    source_ip: str | None = None
    secure: bool = False
    user_agent: str | None = None
    endpoint: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One request: passed first to every service function. `now` is UTC and the same all through the request.

    `until` is when that ends which shows who the caller is, such as a password; None where it has no end.
    `notes` are headers that a service adds to the answer, such as what it finds odd about a policy.
    """

    principal: Principal
    registry: Registry
    request_id: str
    now: datetime
    client: Client = Client()
    notes: dict[str, str] = field(default_factory=dict[str, str], compare=False)
    until: datetime | None = None


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

    Clock and ids are fields, so that tests turn them. `home` is the registry that a host stands for which names none.
    `gc_delay` is how long what nothing refers to is kept. `quotas` are those that hold where nobody has set another,
    by their names in rules/quotas.py; `usage` remembers how much of them is used up. `answers` are answers that may be
    given again, and `current` tells what they are about to be compared with. `rates` says how many requests
    there may be, None where there may be any number. `verify_share` is how much of what is stored is read back a day,
    0 to 1. `observer` counts and traces; whoever reads what it has counted brings the `metrics_token`, where there is
    one.
    """

    db: Database
    blobs: BlobStore
    keyring: Keyring
    naming: Naming
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    access: AccessCache
    home: Registry
    jwks: JwksSource
    usage: Memory
    answers: Memory
    current: CurrentNames
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    strict_policies: bool = False
    gc_delay: timedelta = timedelta(days=1)
    quotas: Mapping[str, int] = field(default_factory=dict[str, int])
    rates: RateLimiter | None = None
    verify_share: float = 0.0
    observer: Observer = field(default_factory=Observer)
    metrics_token: str = field(default="", repr=False)
