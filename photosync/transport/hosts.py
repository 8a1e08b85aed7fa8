"""Host rules: which addresses are permitted, and which of them may get credentials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from photosync.errors import ProviderError

_PORTS = {"http": 80, "https": 443}
# A signed URL has its own permission, and S3 refuses a request with two.
_SIGNATURES = frozenset({"x-amz-algorithm", "x-amz-signature", "signature"})


class AddressError(ProviderError):
    """An address, or a redirect to one, to which nothing may be sent."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a URL: equal if scheme, host and port are."""

    scheme: str
    host: str
    port: int
    name: str = field(compare=False)
    """The text for messages: the host, and the port if the URL has one."""
    is_loopback: bool = field(compare=False)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL to which something may be sent."""

    url: str
    origin: Origin
    path: str
    is_presigned: bool
    """Whether the URL itself is the permission."""


def target(url: str) -> Target:
    """The target of `url`. Raises `AddressError` if nothing may be sent there."""
    if "\\" in url:  # parsers of URLs interpret these differently
        raise no_url()
    try:
        parts = urlsplit(url)
    except ValueError:
        raise no_url() from None
    return Target(url, _checked(parts.scheme, parts.netloc), parts.path, _is_presigned(parts))


@lru_cache(maxsize=256)
def _checked(scheme: str, netloc: str) -> Origin:
    try:
        parts = SplitResult(scheme, netloc, "", "", "")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise no_url() from None
    name = f"{host}:{port}" if port else host
    is_loopback = _is_loopback(host)
    if not host or scheme not in _PORTS:
        raise AddressError(f"Nothing was sent to {scheme or '?'}://{name}: only https addresses are allowed.")
    if scheme == "http" and not is_loopback:
        raise AddressError(f"Nothing was sent to http://{name}: plain http goes to this computer alone. Use https.")
    if "@" in netloc:
        raise AddressError(f"Nothing was sent to {name}: an address must not hold a user name or password.")
    return Origin(scheme, host, port or _PORTS[scheme], name, is_loopback)


def no_url() -> AddressError:
    """The error for an invalid URL."""
    return AddressError("Nothing was sent: the service named an address that is no URL.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_presigned(parts: SplitResult) -> bool:
    if "signature" not in parts.query.lower() and "x-amz-" not in parts.query.lower():
        return False
    return any(name.lower() in _SIGNATURES for name, _ in parse_qsl(parts.query, keep_blank_values=True))


class OwnHosts:
    """The hosts that may get an account's credentials."""

    def __init__(self, patterns: Iterable[str]) -> None:
        patterns = tuple(patterns)
        self._origins = {target(pattern.rstrip("/")).origin for pattern in patterns if "://" in pattern}
        hosts = [pattern.lower() for pattern in patterns if "://" not in pattern]
        self._hosts = frozenset(host for host in hosts if not host.startswith("."))
        self._suffixes = tuple(host for host in hosts if host.startswith("."))

    def __contains__(self, origin: Origin) -> bool:
        if origin in self._origins:
            return True
        is_usual = (origin.scheme, origin.port) == ("https", 443)
        return is_usual and (origin.host in self._hosts or origin.host.endswith(self._suffixes))
