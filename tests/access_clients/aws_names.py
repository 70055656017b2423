"""A server that AWS's own host names lead to, for the programs that a test runs and for nobody else on the machine."""

from __future__ import annotations

import configparser
import ipaddress
import os
import secrets
import socket
import ssl
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.processes import Program, isolated_env, require, run, unavailable
from tests.support.server import COMMAND, READY_SECONDS, Keys

HTTPS = 443
REGION = "us-east-1"
ACCOUNT = "123456789012"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
API = f"api.ecr.{REGION}.amazonaws.com"
# Bind mounts in a mount namespace of its own: the machine's /etc/hosts stays what it is.
_ENTER = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'


@dataclass(frozen=True, slots=True)
class AwsNames:
    """`hosts` is a hosts file with the names, `ca` the PEM file of whom to trust; `keys` are the root's.

    `url` is where the test itself reaches the server.
    """

    url: str
    hosts: Path
    ca: Path
    keys: Keys

    def run(self, argv: Sequence[str | Path], env: Mapping[str, str], stdin: str = "") -> str:
        """Runs a command to which the names lead here; AssertionError where it fails."""
        return run([*inside(self.hosts), *argv], env=env, stdin=stdin)

    def env(self, home: Path, keys: Keys) -> dict[str, str]:
        """An environment with these keys, as a client of AWS itself would have it but for the trust in `ca`."""
        return isolated_env(
            home,
            AWS_ACCESS_KEY_ID=keys.access_key_id,
            AWS_SECRET_ACCESS_KEY=keys.secret_access_key,
            AWS_DEFAULT_REGION=REGION,
            AWS_EC2_METADATA_DISABLED="true",
            AWS_CA_BUNDLE=str(self.ca),
            SSL_CERT_FILE=str(self.ca),
        )


@contextmanager
def serving_aws_names(folder: Path) -> Generator[AwsNames]:
    """Serves the names over TLS on a loopback address. `unavailable` where this machine cannot do that."""
    if os.geteuid() != 0:
        unavailable("port 443 and a mount namespace need root")
    address, hosts = free_address(), folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{address} {REGISTRY} {API}\n")
    check_namespaces(hosts)
    ca, key = make_authority(folder, f"*.dkr.ecr.{REGION}.amazonaws.com", API, address)
    argv = [COMMAND, "serve", "--host", address, "--port", str(HTTPS), "--data", folder / "data", "--account", ACCOUNT]
    argv += ["--region", REGION, "--domain", "amazonaws.com", "--tls-cert", ca, "--tls-key", key]
    own = {name: value for name, value in os.environ.items() if not name.startswith(("ENTREPOT_", "AWS_"))}
    program = Program(argv, log=folder / "data.log", env=own)
    try:
        program.wait_until(lambda: _answers(address, ca), READY_SECONDS)
        yield AwsNames(f"https://{address}", hosts, ca, _root_keys(folder / "data" / "aws" / "config"))
    finally:
        program.stop()


def inside(hosts: Path) -> list[str | Path]:
    """What to put before a command for which `hosts` is to be the hosts file."""
    return [require("unshare"), "--mount", "sh", "-c", _ENTER, "sh", hosts]


def check_namespaces(hosts: Path) -> None:
    """`unavailable` where the second line of a hosts file does not count."""
    address, name = hosts.read_text().splitlines()[1].split()[:2]
    try:
        seen = run([*inside(hosts), "getent", "ahostsv4", name])
    except AssertionError as error:
        unavailable(f"no mount namespace with a hosts file of its own: {str(error)[-200:]}")
    assert seen.split()[0] == address


def free_address() -> str:
    """A loopback address on which nobody has port 443."""
    candidates = (f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}.1" for _ in range(20))
    return next(filter(_is_free, candidates), None) or unavailable("no loopback address has port 443 free")


def _is_free(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, HTTPS))
        except OSError:
            return False
    return True


def _answers(address: str, ca: Path) -> bool:
    """Whether TLS with a name of AWS's works there."""
    context = ssl.create_default_context(cafile=str(ca))
    try:
        with (
            socket.create_connection((address, HTTPS), timeout=5) as connection,
            context.wrap_socket(connection, server_hostname=REGISTRY) as secure,
        ):
            secure.sendall(f"GET /readyz HTTP/1.1\r\nHost: {REGISTRY}\r\nConnection: close\r\n\r\n".encode())
            return secure.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def _root_keys(config: Path) -> Keys:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(config)
    profile = parser["profile entrepot"]
    return Keys(profile["aws_access_key_id"], profile["aws_secret_access_key"])


def make_authority(folder: Path, *names: str) -> tuple[Path, Path]:
    """A certificate, its own CA and valid for a day to both sides of now, and its key; the last name is an address."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    served = [*map(x509.DNSName, names[:-1]), x509.IPAddress(ipaddress.ip_address(names[-1]))]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "names that lead here")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(served), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "trust").mkdir()
    certificate, private = folder / "trust" / "ca.crt", folder / "tls.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private
