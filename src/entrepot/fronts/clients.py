"""Who is at the other end of a connection: the peer, or whom a trusted reverse proxy speaks for.

What a proxy says counts only on connections from the networks of the setting `trusted_proxies`: anyone else could
write the same headers.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import Request

from entrepot.context import App, Client

ENDPOINT_HEADER = "x-entrepot-endpoint"

Address = IPv4Address | IPv6Address


def client_of(app: App, request: Request) -> Client:
    """What condition keys such as aws:SourceIp are filled from."""
    peer = _address(request.client.host) if request.client else None
    agent, scheme, endpoint = request.headers.get("user-agent"), str(request.scope.get("scheme", "http")), None
    if peer is not None and _is_trusted(app, peer):
        scheme = _last(request, "x-forwarded-proto") or scheme
        endpoint = _last(request, ENDPOINT_HEADER)
        peer = _behind(app, peer, ",".join(request.headers.getlist("x-forwarded-for")))
    return Client(None if peer is None else str(peer), scheme.lower() == "https", agent, endpoint)


def _behind(app: App, peer: Address, forwarded: str) -> Address:
    """The nearest address that is not a trusted proxy's: what stands further left anyone may have written."""
    for text in reversed(forwarded.split(",")):
        address = _address(text)
        if address is None:
            break
        peer = address
        if not _is_trusted(app, peer):
            break
    return peer


def _is_trusted(app: App, address: Address) -> bool:
    return any(address in network for network in app.trusted_proxies)


def _last(request: Request, name: str) -> str | None:
    """A header's last value: the one that the proxy which we trust set or added itself."""
    values = ",".join(request.headers.getlist(name)).rpartition(",")[2].strip()
    return values or None


@lru_cache(4096)
def _address(text: str) -> Address | None:
    """An address as proxies write it: perhaps with a port, IPv6 perhaps in brackets."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
