"""Every setting, declared once as data: the fields of `Settings`.

Flags, environment variables, TOML keys, their errors and `docs/settings.md` are all derived from these declarations
(`settings_sources.py` reads them, `tools/settings_docs.py` writes the page), so that a new setting is one field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from entrepot.settings_limits import NUMBER, RATES, SIZE, RateText
from entrepot.settings_values import (
    ACCOUNT,
    ADDRESS,
    AUTHORITY,
    DATABASE,
    DURATION,
    ENCRYPTION,
    FRACTION,
    HEADERS,
    KEY_SOURCE,
    KEY_SOURCES,
    NETWORKS,
    OPTIONAL_PATH,
    PATH,
    PROFILE,
    REGION,
    SHARE,
    STORE,
    STORES,
    TOKEN,
    TRUTH,
    URL,
    BucketUrl,
    KeySource,
    Kind,
    Share,
    choice,
    integer,
)

PREFIX = "ENTREPOT_"
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- compared with, not listened on


class SettingsError(Exception):
    """A setting that cannot be used. `str(error)` is one line that names where it was set."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One declaration. `default` is text, as a user would write it; `locate` finds it where it depends on the user."""

    kind: Kind
    default: str
    help: str
    secret: bool = False
    in_file: bool = True
    locate: Callable[[Mapping[str, str]], str] | None = None
    name: str = ""

    @property
    def flag(self) -> str:
        """The command line flag."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.name.upper()


def declare(kind: Kind, default: str, help_text: str, **more: Any) -> Any:  # noqa: ANN401 -- as `field`
    """A dataclass field that carries its own `Setting`; `more` are that class's further members."""
    setting = Setting(kind, default, help_text, **more)
    value = MISSING if setting.locate else kind.parse(default)
    return field(default=value, repr=not setting.secret, metadata={"setting": setting})


def data_home(environ: Mapping[str, str]) -> str:
    """The data folder of a user who names none (XDG Base Directory Specification 0.8)."""
    home = environ.get("XDG_DATA_HOME", "")
    return f"{home if home.startswith('/') else '~/.local/share'}/entrepot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployment can choose, read once at start. Only `data` has no default of its own here."""

    host: str = declare(
        ADDRESS,
        "127.0.0.1",
        "Address to listen on. The default takes connections from this machine only; 0.0.0.0 or :: from everywhere.",
    )
    port: int = declare(integer(0, 65535), "3277", "Port to listen on. 0 takes any free one.")
    data: Path = declare(
        PATH,
        "$XDG_DATA_HOME/entrepot, or ~/.local/share/entrepot",
        "Folder that holds everything that is kept. Made (mode 0700) where it is missing.",
        locate=data_home,
    )
    database: str = declare(
        DATABASE,
        "",
        "PostgreSQL database for the metadata, as a libpq URI: postgresql://user:password@host:5432/name, with several "
        "hosts and any of libpq's parameters. Flags can be seen by other users of the machine: a password goes into "
        "the variable, the file, or libpq's own PGPASSWORD or passfile. Empty: an SQLite file in the data folder.",
        secret=True,
    )
    database_connections: int = declare(
        integer(1, 1000), "10", "Connections to PostgreSQL that each process keeps open at the most."
    )
    blobs: BucketUrl | Path | None = declare(
        STORE,
        "",
        "Where layers are kept: a folder, or s3://bucket/prefix for any store that speaks S3. Keys for it come as with "
        "any AWS tool: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS's own files, the container's or the machine's "
        "role. Empty: the folder blobs in the data folder.",
    )
    s3_endpoint_url: str = declare(
        URL,
        "",
        "Where the store that speaks S3 is reached. Empty: Amazon S3, in the region that AWS_REGION names, else "
        "AWS_DEFAULT_REGION, else AWS's own files; without any, us-east-1. Requests are signed for that region.",
    )
    s3_path_style: bool = declare(
        TRUTH,
        "false",
        "Name the bucket in the path of requests and not in their host, as most stores of one's own need.",
    )
    blobs_also: tuple[BucketUrl | Path, ...] = declare(
        STORES,
        "",
        "Further stores, with commas between them, that layers are still read from: where blobs was set to before, as "
        "long as something is there. The folder blobs in the data folder is always one of them.",
    )
    blob_delivery: str = declare(
        choice("server", "redirect"),
        "server",
        "server: layers are sealed by the server and go through it. redirect: new layers are encrypted by the store "
        "that speaks S3 (s3_encryption), and clients are sent there for them by URLs that are good for minutes.",
    )
    s3_encryption: str = declare(
        ENCRYPTION,
        "AES256",
        "How the store encrypts what it is given in redirect mode: AES256, none, or the id or ARN of a KMS key.",
    )
    s3_timeout: int = declare(
        integer(1, 600),
        "20",
        "Seconds to wait for each answer of the store that speaks S3. What fails is tried three times more, with "
        "growing pauses, before a client is told to come again later.",
    )
    master_key: KeySource | None = declare(
        KEY_SOURCE,
        "",
        "Where the master key is that wraps all data keys: file:/path (64 hexadecimal digits a line, the first line "
        "wraps), env:NAME of a variable with 64 hexadecimal digits, or kms: and the id, ARN or alias of a key of AWS "
        "KMS, or of anything that speaks its API. Empty: the file master.key in the data folder. Only a file is made "
        "where it is missing, by the first start.",
    )
    master_key_former: tuple[KeySource, ...] = declare(
        KEY_SOURCES,
        "",
        "Further master keys, with commas between them and in the same forms, that still unwrap data keys: those from "
        "before a change of master_key, until `entrepot master-key rewrap` is through, or one that is to come.",
    )
    master_key_endpoint_url: str = declare(
        URL,
        "",
        "Where the KMS of master keys is reached. Empty: AWS KMS, in the Region of the key's ARN, else of AWS_REGION "
        "or AWS_DEFAULT_REGION. Credentials for it come as with any AWS tool.",
    )
    master_key_profile: str = declare(
        PROFILE,
        "",
        "Profile of AWS's own files to ask the KMS of master keys with, where another one is for the object store.",
    )
    region: str = declare(
        REGION, "us-east-1", "Region of the account that the first start makes, and of anonymous pulls by plain hosts."
    )
    account: str = declare(
        ACCOUNT, "123456789012", "Id of the account that the first start makes, and of anonymous pulls by plain hosts."
    )
    hostname: str = declare(
        AUTHORITY,
        "",
        "Host, with its port where it is not the scheme's own, that clients reach the registry at and that "
        "repositoryUri names. Empty: localhost and the port.",
    )
    domain: str = declare(
        AUTHORITY,
        "",
        "Where set, repositoryUri names the ECR-shaped host {account}.dkr.ecr.{region}.{domain} in place of the "
        "hostname. Needs DNS, and a certificate where TLS is used, for those hosts.",
    )
    workers: int = declare(integer(1, 256), "1", "Processes that serve requests.")
    tls_cert: Path | None = declare(OPTIONAL_PATH, "", "Certificate chain (PEM) to serve HTTPS with. Needs tls_key.")
    tls_key: Path | None = declare(OPTIONAL_PATH, "", "Private key (PEM) of the certificate.")
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = declare(
        NETWORKS,
        "",
        "Networks of reverse proxies, with commas between them. X-Forwarded-For, X-Forwarded-Proto and "
        "X-Entrepot-Endpoint count only on connections from there; what they say is what aws:SourceIp, "
        "aws:SecureTransport and aws:SourceVpce compare.",
    )
    strict_policies: bool = declare(
        TRUTH,
        "false",
        "Refuse repository and registry policies that the lint has findings for, in place of a header and a log line.",
    )
    work: bool = declare(
        TRUTH,
        "true",
        "Do periodic work (sweeping, garbage collection) in the processes that serve. false where `entrepot worker` "
        "runs beside them.",
    )
    gc_delay: timedelta = declare(
        DURATION,
        "1d",
        "How long layers are kept after the last image that needs them is gone, or after an upload that no image came "
        "to use. Clients have half of it between being told that a layer is there and pushing its image. 0 is for "
        "tests: layers go before their image comes.",
    )
    quota_repositories: int | None = declare(
        NUMBER, "100000", "Repositories that a registry can have. none: any number. See `entrepot quota`."
    )
    quota_images_per_repository: int | None = declare(
        NUMBER, "100000", "Images that a repository can have; every manifest is one. none: any number."
    )
    quota_images_per_registry: int | None = declare(
        NUMBER, "", "Images that all repositories of a registry can have together. Empty: any number."
    )
    quota_repository_bytes: int | None = declare(
        SIZE, "", "Bytes of layers that a repository can hold, such as 500GiB. Empty: any number."
    )
    quota_registry_bytes: int | None = declare(
        SIZE, "", "Bytes of layers that a registry can hold, each counted once. Empty: any number."
    )
    rate_limits: tuple[str | RateText, ...] = declare(
        RATES,
        "",
        "Requests a second that each principal may make, over all nodes: operation=rate or operation=rate:burst, with "
        "commas between them. ecr stands for ECR's own rates; an operation of another service is named service:name; "
        "service:* and * stand for all others, each by itself; unauthenticated for requests without good credentials, "
        "by address. Empty: any number.",
    )
    verify_share: Share = declare(
        SHARE,
        "0%",
        "How much of what is stored is read back and checked each day, as periodic work, each day another part: 1% has "
        "everything read in a hundred days. What is damaged is told in the log. 0%: nothing, unless `entrepot verify` "
        "is run.",
    )
    metrics_token: str = declare(
        TOKEN,
        "",
        "What whoever reads /metrics has to bring (Authorization: Bearer ...), to be told of each registry by its "
        "account and region. Empty: anyone who reaches the port reads sums over all registries.",
        secret=True,
    )
    worker_metrics_port: int = declare(
        integer(0, 65535),
        "0",
        "Port at which `entrepot worker` answers /metrics and /healthz, on the address of the setting host. 0: none.",
    )
    otlp_endpoint: str = declare(
        URL,
        "",
        "OpenTelemetry collector that traces are sent to (OTLP over HTTP), such as http://localhost:4318. Empty: none "
        "are made.",
    )
    otlp_headers: tuple[tuple[str, str], ...] = declare(
        HEADERS,
        "",
        "Headers that are sent to the collector, as name=value with commas between them, for its credentials.",
        secret=True,
    )
    trace_sample: float = declare(
        FRACTION,
        "1",
        "Share of requests that is traced, chosen by lot. Whether a client traces its own does not count.",
    )
    log_level: str = declare(choice("debug", "info", "warning", "error"), "info", "Least severe log lines to write.")
    log_format: str = declare(
        choice("auto", "text", "json"),
        "auto",
        "Form of the log lines on standard error. auto: text on a terminal, JSON lines otherwise.",
    )
    config: Path | None = declare(
        OPTIONAL_PATH,
        "",
        "TOML file with settings. Empty: entrepot.toml in the data folder, where there is one.",
        in_file=False,
    )

    @property
    def scheme(self) -> str:
        """`https` where a certificate is set, else `http`."""
        return "https" if self.tls_cert else "http"

    @property
    def public_host(self) -> str:
        """Host and port that a plain deployment's clients are told."""
        return self.hostname or f"localhost:{self.port}"

    @property
    def url(self) -> str:
        """Where a client on this machine reaches the server."""
        host = _ANY_ADDRESS.get(self.host, self.host)
        return f"{self.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"


DECLARED: tuple[Setting, ...] = tuple(replace(f.metadata["setting"], name=f.name) for f in fields(Settings))
