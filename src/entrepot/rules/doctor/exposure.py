"""Settings that are weaker than they could be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from entrepot.rules.doctor.finding import Finding

SHORT_DELAY = timedelta(hours=1)
FEW_FILES = 8_192
EXPIRES_SOON = 21


@dataclass(frozen=True, slots=True)
class ExposureFacts:
    """What the settings come to. `certificate_days` is for how long the certificate is good, None without one.

    `open_files` is how many files a server may open at most when it is started from here.
    """

    host: str
    local: bool
    tls: bool
    proxies: Sequence[str]
    any_proxy: bool
    gc_delay: timedelta
    debug: bool
    unencrypted: bool
    certificate_days: float | None
    open_files: int


def judge(facts: ExposureFacts) -> Iterator[Finding]:
    """In the order of how bad it is."""
    if facts.any_proxy:
        what = (
            f"trusted_proxies names everyone ({', '.join(facts.proxies)}): any client says which address it comes from"
        )
        yield Finding("trusts-everyone", "error", what, "set trusted_proxies to the addresses of the proxies alone")
    if not facts.local and not facts.tls and not facts.proxies:
        what = f"the server listens on {facts.host} without TLS: passwords and layers can be read on the way"
        yield Finding(
            "no-tls", "warning", what, "set tls_cert and tls_key, or host to 127.0.0.1 behind a proxy with TLS"
        )
    if facts.certificate_days is not None and facts.certificate_days < EXPIRES_SOON:
        over = facts.certificate_days < 0
        when = "has expired" if over else f"expires in {facts.certificate_days:.0f} days"
        remedy = "renew it, and restart the server"
        yield Finding(
            "certificate-expires", "error" if over else "warning", f"the certificate of tls_cert {when}", remedy
        )
    if facts.unencrypted:
        what = "clients are redirected to layers that the store does not encrypt (s3_encryption is none)"
        yield Finding("unencrypted-layers", "warning", what, "set s3_encryption to AES256 or to a KMS key")
    if facts.gc_delay < SHORT_DELAY:
        what = "gc_delay is shorter than an hour: a slow push may lose layers before its image comes"
        yield Finding("short-gc-delay", "warning", what, "set gc_delay to 1d")
    if facts.debug:
        what = "log_level is debug: the log grows fast, and tells more than is needed"
        yield Finding("debug-log", "warning", what, "set log_level to info")
    if facts.open_files < FEW_FILES:
        what = f"a server that is started from here may open {facts.open_files} files: each connection is one"
        yield Finding(
            "few-files", "warning", what, "raise the hard limit: LimitNOFILE=65536 in the unit, or ulimit -Hn 65536"
        )
