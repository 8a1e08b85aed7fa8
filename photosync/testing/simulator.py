"""A simulated service: real HTTP on loopback, in its own thread, with a log and with faults.

A provider's simulator subclasses `Simulator`, defines its routes and an account's settings, and answers; the parts that
all services share (serving, counting, faults, content with ranges) are here and in `answers`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Self, TypedDict

from aiohttp import web

from photosync import clock
from photosync.testing import answers, control, listing_faults
from photosync.testing.faults import Faults
from photosync.testing.index import LibraryIndex
from photosync.testing.library import SimulatedLibrary
from photosync.testing.media import SizeClass
from photosync.testing.receiving import Inbox
from photosync.testing.request_log import RequestLog, RequestRecord
from photosync.testing.routes import Handler, Route
from photosync.transport.redaction import SENSITIVE_HEADERS

_STOP_TIMEOUT_S = 20.0


class SimulatorOptions(TypedDict, total=False):
    """The keywords that every simulator takes."""

    items: int
    seed: int
    size: SizeClass
    years: Sequence[int]
    hostile: bool
    """Some file names are hostile."""
    gaps: bool
    """Items lack some of their data."""
    port: int
    """Of the main host; the further hosts have the next ones, where they are free. 0: any free ports."""
    strict: bool | None
    """Refuse requests of undocumented forms. None: as the environment says; see `tolerance`."""


class Simulator(RequestLog, ABC):
    """A service on loopback, as a context manager or with `start` and `stop`.

    >>> with AmazonSimulator(items=3) as simulator:  # doctest: +SKIP
    ...     simulator.library.add(name="IMG_0042.JPG")
    ...     simulator.account_settings()
    """

    provider: ClassVar[str]
    """The provider's name, for `provider:` in a configuration."""
    faults_type: ClassVar[type[Faults]] = Faults
    library_type: ClassVar[type[SimulatedLibrary]] = SimulatedLibrary
    lists: ClassVar[tuple[str, ...]] = ()
    """The names of the lists of items in the pages of a listing, for their faults."""

    def __init__(
        self,
        *,
        items: int = 100,
        seed: int = 1,
        size: SizeClass = "small",
        years: Sequence[int] = tuple(range(2016, 2026)),
        hostile: bool = False,
        gaps: bool = True,
        port: int = 0,
        strict: bool | None = None,
    ) -> None:
        super().__init__(strict=strict)
        self.library = self.library_type(items, seed=seed, size=size, years=years, hostile=hostile, gaps=gaps)
        self.index = LibraryIndex(self.library)
        self.inbox = Inbox()
        self.faults = self.faults_type(seed=seed)
        self.edit_answer: Callable[[Route, bytes], bytes] | None = None
        """Changes the bodies of successful answers, for tests of hostile ones."""
        self._last_pages: dict[str, bytes] = {}
        self.seed = seed
        self._port = port
        self._urls: dict[str, str] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    # For a service's simulator to define

    @abstractmethod
    def routes(self) -> Sequence[Route]:
        """The routes of the main host."""

    @abstractmethod
    def account_settings(self) -> dict[str, object]:
        """The settings below `accounts: NAME:` in a configuration that uses this service."""

    def command(self, account: str) -> list[str]:
        """The arguments of the command that saves everything from this service."""
        return ["pull", account]

    def sites(self) -> Mapping[str, Sequence[Route]]:
        """Routes by host, for services that have several; each host has its own port. `main` is the first."""
        return {"main": self.routes()}

    def item_of(self, request: web.Request) -> str | None:
        """The id of the item that a request is about, for faults of single items."""
        return request.match_info.get("id")

    def has_credentials(self, request: web.Request) -> bool:
        """Whether a request has anything that no other host may get."""
        return any(name.lower() in SENSITIVE_HEADERS for name in request.headers)

    def expired_answer(self) -> web.Response:
        """The answer to an expired sign-in."""
        return web.json_response({"message": "expired"}, status=401)

    def not_found_answer(self) -> web.Response:
        """The answer for an item that does not exist."""
        return web.json_response({"message": "not found"}, status=404)

    async def before(self, request: web.Request, route: Route) -> web.StreamResponse | None:
        """Check each request before its route: a service's own faults, the sign-in. An answer ends the request."""
        del request, route
        return None

    def forget(self) -> None:
        """Empty the log, set the counters to 0, and forget the last pages."""
        super().forget()
        self._last_pages.clear()

    # Start and stop

    def start(self) -> Self:
        """Serve, until `stop`."""
        failures: list[BaseException] = []
        started = threading.Event()

        def run() -> None:
            try:
                asyncio.run(self._serve(started.set))
            except BaseException as error:  # noqa: BLE001  # raised again in the starting thread
                failures.append(error)
            finally:
                started.set()

        self._thread = threading.Thread(target=run, name=f"{self.provider} simulator", daemon=True)
        self._thread.start()
        started.wait()
        if failures:
            raise RuntimeError(f"the {self.provider} simulator cannot start: {failures[0]}") from failures[0]
        return self

    def stop(self) -> None:
        """End at once; open connections are closed. A second call does nothing."""
        if self._thread is None or self._loop is None or self._ending is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop is gone already
            self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(_STOP_TIMEOUT_S)
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Of the main host: `http://127.0.0.1:40123`."""
        return self.url_of("main")

    def url_of(self, site: str) -> str:
        """Of any host of `sites`."""
        return self._urls[site]

    # Serving

    async def _serve(self, ready: Callable[[], object]) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        runners = []
        try:
            for number, (site, routes) in enumerate(self.sites().items()):
                runner = web.AppRunner(
                    self._application(site, routes), access_log=None, shutdown_timeout=0.05, handler_cancellation=True
                )
                runners.append(runner)
                await runner.setup()
                listening = _listen_near(self._port, number) if number else _listen(self._port)
                self._urls[site] = f"http://127.0.0.1:{listening.getsockname()[1]}"
                await web.SockSite(runner, listening, backlog=1024).start()
            ready()
            await self._ending.wait()
        finally:
            for runner in runners:
                await runner.cleanup()

    def _application(self, site: str, routes: Sequence[Route]) -> web.Application:
        application = web.Application(client_max_size=1 << 30)
        if site == "main":
            application.add_routes(control.routes(self.provider, self.library, self.faults, self))
        for route in routes:
            # add_route, because add_get would let HEAD through to handlers that do not know it
            application.router.add_route(route.method, route.path, self._guarded(route, site))
        stray = Route("*", "/{tail:.*}", self._stray, changes=True)  # an unknown route might change something
        application.router.add_route("*", stray.path, self._guarded(stray, site))
        application.on_response_prepare.append(self._set_date)
        return application

    async def _set_date(self, request: web.Request, response: web.StreamResponse) -> None:
        if fault := self.faults.fires("date", "other", self.item_of(request)):
            response.headers["Date"] = answers.http_date(fault.value or 0)

    async def _stray(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"message": f"No route {request.method} {request.path}"}, status=404)

    def _guarded(self, route: Route, site: str) -> Handler:
        async def handler(request: web.Request) -> web.StreamResponse:
            at, status, retry_after = clock.monotonic(), 0, None
            self._begin()
            is_elsewhere = request.url.host == answers.ELSEWHERE
            if is_elsewhere and (self.has_credentials(request) or request.can_read_body):
                self.leaks.append(f"{request.method} {request.path}")
            try:
                response = await self._answer(request, replace(route, signed=False) if is_elsewhere else route)
                status, retry_after = response.status, response.headers.get("Retry-After")
            except answers.Dropped:
                response = web.Response(status=500)  # no client is left to read it
            finally:
                signed = self.has_credentials(request)
                record = RequestRecord(
                    request.method, request.path_qs, status, signed, route.kind, route.label, site, at, retry_after
                )
                self._end(record, changes=route.changes)
            return response

        return handler

    async def _answer(self, request: web.Request, route: Route) -> web.StreamResponse:
        """The route's answer, unless a fault replaces or damages it."""
        faults, kind, item = self.faults, route.kind, self.item_of(request)
        faults.arrived(route.label, kind, item)
        await answers.delay_or_drop(faults, request, kind, item)
        if (elsewhere := answers.redirect(faults, request, kind, item)) is not None:
            return elsewhere
        if route.signed and faults.fires("expired", kind, item):
            return self.expired_answer()
        if (refusal := answers.refusal(faults, kind, item)) is not None:
            return refusal
        if faults.fires("not_found", kind, item):
            return self.not_found_answer()
        response = await self.before(request, route)
        if response is None:
            response = await route.handler(request)
        if isinstance(response, web.Response) and response.status < 300:
            if isinstance(response.body, bytes):
                response.body = self._edited(route, response.body)
            return await answers.spoiled(faults, request, response, kind, item)
        return response

    def _edited(self, route: Route, body: bytes) -> bytes:
        """The body as a test or the faults of listings make it."""
        if self.edit_answer is not None:
            body = self.edit_answer(route, body)
        if route.kind != "list":
            return body
        last = self._last_pages.get(route.label)
        self._last_pages[route.label] = body
        if (fault := self.faults.fires("page_twice", route.kind)) and last is not None:
            return listing_faults.replaced(body, last, self.lists) if fault.value else last
        return listing_faults.damaged(self.faults, body, self.lists)


def _listen_near(port: int, number: int) -> socket.socket:
    """At the port of a further host, or at any: only the main one is promised."""
    if port:
        with contextlib.suppress(OSError):
            return _listen(port + number)
    return _listen(0)


def _listen(port: int) -> socket.socket:
    # create_server closes a socket that it cannot bind; on loopback, the address of an ended simulator is free at once
    return socket.create_server(("127.0.0.1", port), backlog=1024)
