"""The connections of an account: sends one request with its redirects. No retries."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import BinaryIO, cast
from urllib.parse import urlencode, urljoin

import requests
from requests.utils import super_len
from urllib3 import HTTPConnectionPool, HTTPResponse, Retry, Timeout
from urllib3.exceptions import HTTPError

from photosync import clock
from photosync.errors import ProviderError
from photosync.transport import hosts, public_hosts
from photosync.transport.hosts import AddressError, Origin, Target
from photosync.transport.http_date import service_time
from photosync.transport.lost_connection import connection_failure
from photosync.transport.pacing import BandwidthLimit
from photosync.transport.public_hosts import PublicAdapter
from photosync.transport.reply import Reply
from photosync.transport.retry import Policy
from photosync.transport.sign_in import SignIn
from photosync.transport.sockets import WaitLimits, WatchedAdapter
from photosync.transport.types import Request, TransportSettings

_PIECE_BYTES = 128 * 1024
_MOST_HOSTS = 32
"""Whose connections are kept open."""
_MOST_REDIRECTS = 10
_TIMES_THE_LONGEST_WAIT = 4
_CHARACTERS = r"[A-Za-z0-9._~!$&'()*+,;=:@/-]*"
_QUOTED = r"%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])"
"""A quoted byte that is none of an unreserved character (RFC 3986, 2.3), with its hex digits in upper case."""
_USUAL_URL = re.compile(
    rf"https?://[a-z0-9][a-z0-9.-]*(?::[1-9][0-9]*)?(?!.*/\.)/(?!/){_CHARACTERS}(?:{_QUOTED}{_CHARACTERS})*"
    rf"(?:\?{_CHARACTERS}(?:(?:{_QUOTED}|\?){_CHARACTERS})*)?"
)
"""A URL that requests sends as it is: complete, nothing to be quoted, no `.` or `..` as a part of the path."""
_NO_RETRIES = Retry(0, read=False)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SAME_METHOD = frozenset({307, 308})
_HARMLESS_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "if-range", "range", "user-agent"})
"""Those of a request's own headers that may follow a redirect to another origin."""
_DEFAULT_HEADERS = {"User-Agent": "photosync", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}

log = logging.getLogger("photosync.transport")


@dataclass(frozen=True, slots=True)
class _OutgoingBody:
    """A file that is sent in chunks, under the bandwidth limit, and only until the run ends.

    It has the methods of a file that requests and urllib3 need.
    """

    source: BinaryIO
    size_bytes: int
    bandwidth: BandwidthLimit | None
    cancel: threading.Event | None
    held_back: Callable[[float], None]
    """Gets the times that the bandwidth limit took."""

    def __len__(self) -> int:
        return self.size_bytes

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read():
            yield piece

    def read(self, size: int = -1) -> bytes:
        """The next piece, at most `size` bytes; empty at the end."""
        clock.check(self.cancel)
        piece = self.source.read(_PIECE_BYTES if size < 0 else min(size, _PIECE_BYTES))
        if self.bandwidth is not None:
            self.held_back(self.bandwidth.take(len(piece), self.cancel))
        return piece


@dataclass(eq=False)
class Connections:
    """The connection pool of one account."""

    settings: TransportSettings
    policy: Policy
    sign_in: SignIn
    bandwidth: BandwidthLimit | None
    cancel: threading.Event | None
    sent: int = field(default=0, init=False)
    """The number of sent requests, redirects included."""
    _has_answered: bool = field(default=False, init=False)
    _proxies: dict[Origin, dict[str, str]] = field(default_factory=dict, init=False)
    """Those of each origin, from the environment; looked up once."""
    _pools: dict[tuple[Origin, bool], HTTPConnectionPool] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._own_hosts = hosts.OwnHosts(self.settings.own_hosts)
        self._known_hosts = hosts.OwnHosts((*self.settings.own_hosts, *self.settings.endpoints))
        self._headers = {**_DEFAULT_HEADERS, **self.settings.headers}
        policy = self.policy
        limits = WaitLimits(policy.connect_limit_s, policy.slow_window_s, policy.slow_window_bytes, self.cancel)
        self._longest_wait = limits.longest_wait
        # The adapter alone: requests' Session would read netrc, keep cookies and follow redirects by its own rules.
        # Bodies are sent in larger blocks than those of http.client: on loopback this takes half the time.
        self._adapter, self._public_adapter = (
            kind(limits, hosts=_MOST_HOSTS, connections=policy.pool_size, block_bytes=_PIECE_BYTES)
            for kind in (WatchedAdapter, PublicAdapter)
        )

    def close(self) -> None:
        self._adapter.close()
        self._public_adapter.close()
        for pool in [*self._pools.values()]:  # a thread that was left behind may add one
            pool.close()
        self._pools.clear()

    def early_timeout_s(self) -> float | None:
        """The read time-out of the first attempt at a download: by how long the service took at most until now.

        One answer that hangs does not cost the usual time-out, and a slow service is waited for. None if no answer has
        come yet.
        """
        longest_s = self._longest_wait.seconds
        if longest_s is None:
            return None
        least_s = self.policy.early_timeout_s
        return min(self.settings.read_timeout_s, max(least_s, _TIMES_THE_LONGEST_WAIT * longest_s))

    def send(
        self,
        request: Request,
        started: float,
        held_back: Callable[[float], None],
        before_redirect: Callable[[], None],
    ) -> Reply:
        """Send `request` and follow its redirects. Raises `RetryableError` if there is no answer.

        `held_back` gets the times that the bandwidth limit took. `before_redirect` waits while the service refuses.
        """
        url = request.url
        previous: Target | None = None
        # Once a redirect has led to another origin, nothing secret is sent, also not when another one leads back.
        has_left = False
        for _ in range(_MOST_REDIRECTS + 1):
            with ExitStack() as opened:
                target = hosts.target(url)
                prepared = self._prepared(request, url, opened, held_back, is_first=previous is None)
                if prepared.url != url:
                    target = hosts.target(prepared.url or "")
                has_left = has_left or (previous is not None and target.origin != previous.origin)
                generation = self._sign(prepared, request, target, has_left=has_left)
                is_known = self._is_known(target, previous)
                response = self._send_one(prepared, request, target, is_known=is_known, shows_path=not has_left)
                previous = target
            reply = Reply(
                response,
                request,
                target,
                started=started,
                generation=generation,
                limit_s=self.policy.answer_limit_s,
                cancel=self.cancel,
            )
            head = reply.head
            if target.origin in self._own_hosts and (told := service_time(head.headers)) is not None:
                clock.learn(told, target.origin.name)
            if generation is not None and self.settings.on_cookies is not None and "Set-Cookie" in head.headers:
                self.settings.on_cookies(head)
            if head.status not in _REDIRECTS or head.status in request.accept or "Location" not in head.headers:
                return reply
            url = self._next_url(reply, target)
            before_redirect()
        raise AddressError(f"{request.label} was redirected more than {_MOST_REDIRECTS} times.")

    def _prepared(
        self, request: Request, url: str, opened: ExitStack, held_back: Callable[[float], None], *, is_first: bool
    ) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        try:
            prepared.prepare_method(request.method)
            _prepare_url(prepared, url, request.params if is_first else None)
            prepared.prepare_headers({**self._headers, **(request.headers or {})})
        except requests.exceptions.InvalidHeader:
            raise _unsendable(request) from None
        except requests.exceptions.RequestException:
            raise hosts.no_url() from None
        body: bytes | _OutgoingBody | Mapping[str, str] | None = request.form
        if callable(request.body):
            source = opened.enter_context(request.body())
            size_bytes: int = super_len(source)  # type: ignore[no-untyped-call]
            # requests would send an empty one in chunks, which services refuse.
            outgoing = _OutgoingBody(source, size_bytes, self.bandwidth, self.cancel, held_back)
            body = outgoing if size_bytes else b""
        elif request.body is not None:
            body = request.body
        prepared.prepare_body(body, None, request.json)
        return prepared

    def _sign(
        self, prepared: requests.PreparedRequest, request: Request, target: Target, *, has_left: bool
    ) -> int | None:
        """Add credentials to the request, if its host may get them."""
        headers = prepared.headers
        if has_left:
            for name in request.headers or {}:
                if name.lower() not in _HARMLESS_HEADERS:
                    del headers[name]
            return None
        if not request.signed or target.is_presigned or target.origin not in self._own_hosts:
            return None
        generation, credentials = self.sign_in.sign()
        headers.update(credentials)
        return generation

    def _is_known(self, target: Target, previous: Target | None) -> bool:
        """Whether the program or the configuration has this address. Raises `AddressError` if it must be public."""
        # What is on this computer may name others there: a simulated service has several.
        is_neighbour = previous is not None and previous.origin.is_loopback and target.origin.is_loopback
        if is_neighbour or target.origin in self._known_hosts:
            return True
        public_hosts.check_name(target.origin)
        return False

    def _send_one(
        self,
        prepared: requests.PreparedRequest,
        request: Request,
        target: Target,
        *,
        is_known: bool,
        shows_path: bool,
    ) -> HTTPResponse:
        origin = target.origin
        where = origin.name
        # The path that a redirect names may be the permission.
        path = target.path if shows_path else "/…"
        timeout_s = (self.policy.connect_timeout_s, request.timeout_s or self.settings.read_timeout_s)
        if origin not in self._proxies:
            self._proxies[origin] = _proxies_of(target)
        with self._lock:
            self.sent += 1
        started = time.monotonic()
        try:
            response = self._pool(prepared, origin, is_known=is_known).urlopen(
                request.method,
                prepared.path_url,
                body=prepared.body,
                headers=prepared.headers,
                timeout=Timeout(connect=timeout_s[0], read=timeout_s[1]),
                retries=_NO_RETRIES,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                chunked="Transfer-Encoding" in prepared.headers,
            )
        except (requests.exceptions.RequestException, HTTPError) as error:
            log.debug("%s %s%s: no answer", request.method, where, path)
            raise connection_failure(error, where, timeout_s, is_first_contact=not self._has_answered) from None
        except ValueError:  # http.client refuses some header values only when it writes them
            raise _unsendable(request) from None
        self._has_answered = True
        if log.isEnabledFor(logging.DEBUG):
            spent_ms = (time.monotonic() - started) * 1000
            log.debug("%s %s%s %d %.0f ms", request.method, where, path, response.status, spent_ms)
        assert isinstance(response, HTTPResponse)
        return response

    def _pool(self, prepared: requests.PreparedRequest, origin: Origin, *, is_known: bool) -> HTTPConnectionPool:
        """The connections to `origin`. The adapter of requests knows proxies, and is slow."""
        pool = self._pools.get((origin, is_known))
        if pool is None:
            adapter = self._adapter if is_known else self._public_adapter
            found = adapter.get_connection_with_tls_context(prepared, True, proxies=self._proxies[origin])
            pool = cast(HTTPConnectionPool, found)
            with self._lock:
                self._pools[origin, is_known] = pool
                while len(self._pools) > _MOST_HOSTS:  # one that nobody uses any more closes its connections
                    del self._pools[next(iter(self._pools))]
        return pool

    def _next_url(self, reply: Reply, target: Target) -> str:
        """The target of a redirect, if it may be followed. Closes the reply."""
        request = reply.request
        with closing(reply):
            reply.peek()
            # Servers send UTF-8 here, and http.client reads it as Latin-1.
            location = reply.head.headers["Location"].encode("latin-1", "replace").decode("utf-8", "replace")
        url = urljoin(reply.head.url, location)
        following = hosts.target(url).origin
        status = reply.head.status
        if (target.origin.scheme, following.scheme) == ("https", "http"):
            raise AddressError(f"{request.label} was redirected from https to http://{following.name}: not followed.")
        if request.method in {"GET", "HEAD"}:
            return url
        what = f"{request.label} was redirected to {following.name}"
        if status not in _SAME_METHOD:
            raise AddressError(f"{what}, as only GET may be.", status)
        # The body itself may be secret: a password, a refresh token.
        if following != target.origin:
            raise AddressError(f"{what}, which is another host: not followed.", status)
        return url


def _proxies_of(target: Target) -> dict[str, str]:
    if target.origin.is_loopback:  # the proxy's loopback is another computer
        return {}
    with requests.Session() as session:
        return dict(session.merge_environment_settings(target.url, {}, True, None, None)["proxies"])


def _prepare_url(prepared: requests.PreparedRequest, url: str, params: Mapping[str, str | int | None] | None) -> None:
    """Set the URL as requests does. A usual URL is not parsed: requests would parse it twice, and change nothing."""
    query = urlencode({name: value for name, value in (params or {}).items() if value is not None})
    if _USUAL_URL.fullmatch(url) is None or (query and "?" in url):
        prepared.prepare_url(url, params)
    else:
        prepared.url = f"{url}?{query}" if query else url


def _unsendable(request: Request) -> ProviderError:
    return ProviderError(
        f"{request.label}: a header or credential holds characters that HTTP does not allow; was it copied completely?"
    )
