"""The wire: one request and its redirects, as requests sends them. No retries, no judgement of what comes back."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.utils import super_len
from urllib3.exceptions import HTTPError

from photosync.errors import ConfigError, ProviderError
from photosync.transport import hosts, lost
from photosync.transport.bandwidth import BandwidthLimit
from photosync.transport.body import PIECE_BYTES, OutgoingBody
from photosync.transport.call import Call
from photosync.transport.hosts import AddressError, Target
from photosync.transport.redaction import SENSITIVE_HEADERS
from photosync.transport.reply import Reply
from photosync.transport.sign_in import SignIn
from photosync.transport.types import Policy, TransportSettings

_MOST_REDIRECTS = 10
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_DEFAULT_HEADERS = {"User-Agent": "photosync", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}

log = logging.getLogger("photosync.transport")


@dataclass(frozen=True, slots=True)
class _Route:
    """How to reach one origin, from the environment; looked up once."""

    proxies: dict[str, str]
    verify: bool | str


class _Adapter(HTTPAdapter):
    """Sends bodies in larger pieces than http.client would: that is quicker by half, on loopback."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: object) -> None:
        super().init_poolmanager(connections, maxsize, block, blocksize=PIECE_BYTES, **more)


class Wire:
    """The connections of one account."""

    def __init__(
        self,
        settings: TransportSettings,
        policy: Policy,
        sign_in: SignIn,
        cancel: threading.Event | None,
        bandwidth: BandwidthLimit | None = None,
    ) -> None:
        self._settings = settings
        self._policy = policy
        self._sign_in = sign_in
        self._cancel = cancel
        self._bandwidth = bandwidth
        self._own_hosts = hosts.OwnHosts(settings.own_hosts)
        self._headers = {**_DEFAULT_HEADERS, **settings.headers}
        self._routes: dict[tuple[str, str, int], _Route] = {}
        self._lock = threading.Lock()
        self._sent = 0
        self.in_contact = False
        """Whether any answer ever came."""
        # The adapter alone: requests' Session would read netrc, keep cookies and follow redirects by its own rules.
        self._adapter = _Adapter(pool_connections=32, pool_maxsize=policy.pool_size, max_retries=0)

    @property
    def sent(self) -> int:
        """How many requests were sent, redirects included."""
        return self._sent

    def close(self) -> None:
        """Close all connections that are idle."""
        self._adapter.close()

    def follow(self, call: Call) -> Reply:
        """Send `call` and follow its redirects. Raises `TryAgainError` where no answer came."""
        url = call.url
        first: Target | None = None
        for _ in range(_MOST_REDIRECTS + 1):
            with ExitStack() as opened:
                hosts.target(url)
                prepared = self._prepared(call, url, opened, is_first=first is None)
                target = hosts.target(prepared.url or "")
                first = first or target
                generation = self._dress(prepared, call, target, first)
                reply = self._send(prepared, call, target, generation)
            if reply.status not in _REDIRECTS or reply.status in call.accept or "Location" not in reply.headers:
                return reply
            url = self._next_url(reply, call, target)
        raise AddressError(f"{call.label} was redirected more than {_MOST_REDIRECTS} times.")

    def _prepared(self, call: Call, url: str, opened: ExitStack, *, is_first: bool) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        try:
            prepared.prepare_method(call.method)
            prepared.prepare_url(url, call.params if is_first else None)
            prepared.prepare_headers({**self._headers, **(call.headers or {})})
        except requests.exceptions.InvalidHeader:
            raise _unsendable(call) from None
        except requests.exceptions.RequestException:
            raise hosts.no_url() from None
        body: bytes | OutgoingBody | Mapping[str, str] | None = call.form
        if callable(call.body):
            body = self._outgoing(opened.enter_context(call.body()))
        elif call.body is not None:
            body = call.body
        prepared.prepare_body(body, None, call.json)
        return prepared

    def _outgoing(self, source: BinaryIO) -> OutgoingBody | bytes:
        size_bytes: int = super_len(source)  # type: ignore[no-untyped-call]
        # requests would send an empty one in chunks, which services refuse.
        return OutgoingBody(source, size_bytes, self._bandwidth, self._cancel) if size_bytes else b""

    def _dress(self, prepared: requests.PreparedRequest, call: Call, target: Target, first: Target) -> int | None:
        """Give the request its credentials, if it goes where they may go."""
        headers = prepared.headers
        if target.origin.key != first.origin.key:
            for name in [name for name in headers if name.lower() in SENSITIVE_HEADERS]:
                del headers[name]
        if not call.signed or target.is_presigned or target.origin not in self._own_hosts:
            return None
        generation, credentials = self._sign_in.sign()
        headers.update(credentials)
        return generation

    def _send(self, prepared: requests.PreparedRequest, call: Call, target: Target, generation: int | None) -> Reply:
        route = self._route(target)
        where = target.origin.name
        timeout_s = (self._policy.connect_timeout_s, call.timeout_s or self._settings.read_timeout_s)
        with self._lock:
            self._sent += 1
        started = time.monotonic()
        try:
            response = self._adapter.send(
                prepared, stream=True, timeout=timeout_s, verify=route.verify, proxies=route.proxies
            )
        except (requests.exceptions.RequestException, HTTPError) as error:
            log.debug("%s %s%s: no answer", call.method, where, target.path)
            raise lost.explained(error, where, timeout_s) from None
        except ValueError:  # http.client refuses some header values only when it writes them
            raise _unsendable(call) from None
        self.in_contact = True
        if log.isEnabledFor(logging.DEBUG):
            spent_ms = (time.monotonic() - started) * 1000
            log.debug("%s %s%s %d %.0f ms", call.method, where, target.path, response.status_code, spent_ms)
        return Reply(response, where=where, generation=generation, cancel=self._cancel)

    def _next_url(self, reply: Reply, call: Call, target: Target) -> str:
        """Where a redirect leads, if it may be followed. Closes the reply."""
        with reply:
            reply.peek()
            # Servers send UTF-8 here, and http.client reads it as Latin-1.
            location = reply.headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace")
        url = urljoin(reply.url, location)
        following = hosts.target(url).origin
        if (target.origin.scheme, following.scheme) == ("https", "http"):
            raise AddressError(f"{call.label} was redirected from https to http://{following.name}: not followed.")
        if call.method in {"GET", "HEAD"}:
            return url
        if reply.status not in _SAME_METHOD:
            raise AddressError(f"{call.label} was redirected to {following.name}, as only GET may be.", reply.status)
        # What is sent may itself be secret: a password, a refresh token.
        if following not in self._own_hosts and following.key != target.origin.key:
            raise AddressError(
                f"{call.label} was redirected to {following.name}, which is not the account's host: not followed.",
                reply.status,
            )
        return url

    def _route(self, target: Target) -> _Route:
        route = self._routes.get(target.origin.key)
        if route is None:
            route = self._routes[target.origin.key] = _read_environment(target)
        return route


def _read_environment(target: Target) -> _Route:
    with requests.Session() as session:
        found = session.merge_environment_settings(target.url, {}, True, None, None)
    verify = found["verify"] or True
    if isinstance(verify, str) and not Path(verify).exists():
        name = "REQUESTS_CA_BUNDLE" if os.environ.get("REQUESTS_CA_BUNDLE") else "CURL_CA_BUNDLE"
        raise ConfigError(f"{name} names '{verify}', which does not exist. Correct it or unset it.")
    # A proxy's loopback is not ours.
    return _Route({} if target.origin.is_loopback else dict(found["proxies"]), verify)


def _unsendable(call: Call) -> ProviderError:
    return ProviderError(
        f"{call.label}: a header or credential holds characters that HTTP does not allow; was it copied completely?"
    )
