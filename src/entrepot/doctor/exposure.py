"""Settings, and what a server that is started from here may do."""

from __future__ import annotations

import resource
import sys
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509

from entrepot.doctor.site import Site
from entrepot.rules.doctor import exposure
from entrepot.rules.doctor.exposure import ExposureFacts
from entrepot.rules.doctor.finding import Finding

_DAY = timedelta(days=1)


async def check(site: Site) -> list[Finding]:
    """Weak settings."""
    settings = site.settings
    facts = ExposureFacts(
        host=settings.host,
        local=_is_local(settings.host),
        tls=settings.tls_cert is not None,
        proxies=[str(each) for each in settings.trusted_proxies],
        any_proxy=any(each.prefixlen == 0 for each in settings.trusted_proxies),
        gc_delay=settings.gc_delay,
        debug=settings.log_level == "debug",
        unencrypted=settings.blob_delivery == "redirect" and settings.s3_encryption == "none",
        certificate_days=_days(site, settings.tls_cert) if settings.tls_cert else None,
        open_files=_open_files(),
    )
    return list(exposure.judge(facts))


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _days(site: Site, path: Path) -> float:
    """For how many days the server's own certificate, the first of the chain, is good."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return (certificate.not_valid_after_utc - site.clock()) / _DAY


def _open_files() -> int:
    """The hard limit, which a server raises its own to."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard
