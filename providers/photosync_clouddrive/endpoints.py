"""The hosts of an account's metadata and content: requested once every three days.

Facts: protocol notes on Amazon Cloud Drive, section 2.1. The answer decides where bearer tokens are sent, so only hosts
of Amazon, or those that the configuration trusts, are accepted.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from photosync.errors import ProviderError, SignInError
from photosync.provider_kit.json_fields import Json, as_object, text
from photosync.provider_kit.state_file import StateFile
from photosync.transport import Transport
from photosync.transport.hosts import Origin, OwnHosts, target

DRIVE = "https://drive.amazonaws.com/drive/v1"
LIFETIME_S = 259_200.0
_AMAZON = re.compile(
    r"(.+\.)?drive\.amazonaws\.com"
    r"|cdws\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com"
    r"|(.+\.)?amazon\.(com|ca|com\.mx|com\.br|co\.uk|de|fr|it|es|nl|co\.jp|com\.au|in|cn)"
)
"""The service's hosts and Amazon's sites. Below other names of `amazonaws.com` anybody can have a host."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses for an account's calls; both end in a slash."""

    metadata: str
    content: str


class EndpointCache:
    """Finds the endpoints, and stores them in a file."""

    def __init__(self, account: str, path: Path, drive: str, trusted: tuple[str, ...]) -> None:
        """`drive` is the URL of the API's fixed host; `trusted` are more hosts, as `TransportSettings.own_hosts`."""
        self._account = account
        self._file = StateFile(path, account=account)
        self._drive = drive.rstrip("/")
        self._is_overridden = self._drive != DRIVE
        self._trusted = OwnHosts((*trusted, *((drive,) if self._is_overridden else ())))

    def get(self, transport: Transport, headers: Mapping[str, str] | None = None) -> Endpoints:
        """The stored endpoints if they are recent, else the service's current ones.

        With `headers`, these sign the request and not the transport.
        """
        return self._remembered() or self._asked(transport, headers)

    def forget(self) -> None:
        """Forget them, so that the next call requests them."""
        self._file.delete()

    def _remembered(self) -> Endpoints | None:
        content = self._file.read()
        ends_at = content.get("exp_time")
        # A clock that was ahead left a time in the future, which would stay recent until then
        is_fresh = isinstance(ends_at, int | float) and 0 < ends_at - time.time() <= LIFETIME_S
        try:
            return self._checked(content) if is_fresh and content.get("drive") == self._drive else None
        except ProviderError:
            return None

    def _asked(self, transport: Transport, headers: Mapping[str, str] | None) -> Endpoints:
        content = as_object(ask(self._account, transport, f"{self._drive}/account/endpoint", headers=headers))
        if content.get("customerExists") is False:
            raise SignInError(
                f"account '{self._account}': this account has never used Amazon Drive (customerExists is false). "
                "Open Amazon Drive once in a browser, accept its terms, and run this again."
            )
        endpoints = self._checked(content)
        self._file.write({**content, "exp_time": time.time() + LIFETIME_S, "drive": self._drive})
        return endpoints

    def _checked(self, content: Json) -> Endpoints:
        return Endpoints(self._url(content, "metadataUrl"), self._url(content, "contentUrl"))

    def _url(self, content: Json, key: str) -> str:
        url = text(content, key)
        if url is None:
            raise ProviderError(
                f"account '{self._account}': the service did not say its {key}; its protocol may differ."
            )
        where, is_trusted = urlsplit(url), False
        with suppress(ProviderError):
            is_trusted = not where.query and self._is_trusted(target(url).origin)
        if not is_trusted:
            raise ProviderError(
                f"account '{self._account}': the service names {where.scheme}://{where.netloc} as its {key}. Nothing "
                "was sent there, because it is not Amazon's over https. If you trust that host, add it to "
                "'trusted_hosts' of this account."
            )
        return url if url.endswith("/") else f"{url}/"

    def _is_trusted(self, origin: Origin) -> bool:
        is_known = self._is_overridden if origin.is_loopback else _AMAZON.fullmatch(origin.host) is not None
        return is_known or origin in self._trusted


def ask(
    account: str,
    transport: Transport,
    url: str,
    *,
    params: Mapping[str, str | int | None] | None = None,
    headers: Mapping[str, str] | None = None,
    check: Callable[[object], object] | None = None,
) -> object:
    """The JSON of the service's answer; `headers` as for `EndpointCache.get`, `check` as for `Transport.json`.

    Raises `SignInError` for a 403.
    """
    try:
        return transport.json("GET", url, check=check, params=params, headers=headers, signed=headers is None)
    except ProviderError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        raise SignInError(
            f"account '{account}': Amazon Cloud Drive issued a token and does not let it in "
            f"({str(error).rstrip('.')}). The client id has to be allowed for Drive by Amazon, which it no longer does "
            "for anybody new, and the scope 'clouddrive:read_all' (or 'clouddrive:read' for clients from before June "
            "2015) has to be granted: check 'scopes' of this account, then sign in again with: "
            f"photosync login {account}"
        ) from error
