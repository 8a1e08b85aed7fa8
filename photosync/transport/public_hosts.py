"""Public hosts: addresses that a service names lead to them alone, not to this computer or a private network.

Without this, an answer could make the program read what only this computer may read, such as a cloud's metadata
(https://owasp.org/www-community/attacks/Server_Side_Request_Forgery). The name is checked before a connection, and the
address that it led to before anything is sent, so that a name which resolves differently each time does not pass.
"""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from photosync.transport.hosts import AddressError, Origin
from photosync.transport.sockets import WatchedAdapter

# A last label that begins with a letter: `127.1`, `2130706433` and `0x7f000001` are addresses for some resolvers.
_NAME = re.compile(r"([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")
# RFC 6761, RFC 6762, RFC 8375, and the name of Google Cloud's metadata.
_LOCAL_ENDINGS = (".localhost", ".localdomain", ".local", ".internal", ".lan", ".home.arpa")
_NAT64 = IPv6Network("64:ff9b::/96")
"""The last 32 bits are an IPv4 address (RFC 6052)."""
_OF_THE_CLOUD = (IPv4Network("192.0.0.0/24"), IPv4Network("168.63.129.16/32"))
"""Oracle's and Azure's own services for their virtual machines, at addresses that look public."""


_LOCAL_PROXY = IPv4Network("198.18.0.0/15")
"""Where some proxies on this computer let every name lead; reserved for tests, so that nothing else is there."""


def check_name(origin: Origin) -> None:
    """Raise `AddressError` unless the host may be public, as far as its name says."""
    host = origin.host
    address = _address(host)
    is_public = (
        _NAME.fullmatch(host) is not None and not host.endswith(_LOCAL_ENDINGS)
        if address is None
        else is_public_address(address)
    )
    if origin.scheme != "https" or not is_public:
        raise _not_public(origin.name)


def is_public_address(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is a single host of the Internet. One that contains an IPv4 address leads to that."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public_address(inner)
        if address.is_reserved or address.is_site_local:
            return False
    elif any(address in network for network in _OF_THE_CLOUD):
        return False
    return address.is_global and not address.is_multicast


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _not_public(name: str) -> AddressError:
    return AddressError(
        f"Nothing was sent to {name}: the service named this address, and it is none of the public Internet."
    )


class _PublicConnection(HTTPSConnection):
    """Ends before the first byte if the name led to an address that is not public. A proxy resolves names itself."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        address = ip_address(connected.getpeername()[0].partition("%")[0])
        if not is_public_address(address) and address not in _LOCAL_PROXY:
            connected.close()
            raise _not_public(self.host)
        return connected


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class PublicAdapter(WatchedAdapter):
    """Sends over https to public hosts alone."""

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, **more)
        self.poolmanager.pool_classes_by_scheme = {"https": self._watched(_PublicPool)}
