"""Requests pages of a listing before they are needed, where the service has offsets.

with PagesAhead(page_at, transport, MOST_AHEAD) as pages:
    offset = 0
    while True:
        page = pages.at(offset)
        ...
        offset += len(page.content)

The first page is requested alone. If it is not the last one by its count, the following ones are requested a few at a
time, in threads, and only as far as the count says. A page that comes early must be the one that would have come at its
turn, so all doubt ends this, and the rest is requested one page at a time, as without this module:

- A page with another number of entries than the first one, or another count, may mean that entries came or went, and
  that the following pages have shifted. Pages that were requested already are dropped, and requested again.
- After a page with entries that cannot be used, and after any request of the transport that had to be repeated (a
  refusal such as 429, a failure), nothing more is requested early.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sized
from threading import Thread
from typing import Generic, Protocol, Self, TypeVar, cast

from photosync.transport import Transport

MOST_AHEAD = 3
"""The usual number of pages that are requested or kept besides the one that is needed: four requests at a time."""
_TICK_S = 0.5
"""A signal is noticed at these intervals where it does not interrupt a wait for a thread (Windows)."""
_ABANDON_AFTER_S = 1.0
"""How long the end of a listing waits for requests that nobody needs any more. The transport may try one for minutes;
its thread ends with the process at the latest."""


class OffsetPage(Protocol):
    """What is needed of a page."""

    @property
    def content(self) -> Sized:
        """All entries by which the offset of the following page is larger."""

    @property
    def total(self) -> int | None:
        """The number of entries in the whole listing; None if it is not known."""

    @property
    def unusable(self) -> int:
        """The number of entries that are no items, although they should be."""


AnyPage = TypeVar("AnyPage", bound=OffsetPage)


class PagesAhead(Generic[AnyPage]):
    """The pages of one listing: a context manager, for one thread."""

    def __init__(self, page_at: Callable[[int], AnyPage], transport: Transport, ahead: int) -> None:
        """`page_at` requests the page at an offset by `transport`; several threads call it if `ahead` is not 0."""
        self._page_at = page_at
        self._transport = transport
        self._ahead = ahead
        self._useful = ahead
        """How many pages to request early: fewer if they come before they are needed. Threads cost CPU."""
        self._retries = transport.retries
        self._step = self._total = 0
        """Those of the first page: the number of its entries, and its count of all."""
        self._requested: deque[_RequestedPage[AnyPage]] = deque()
        """The pages that were requested early and are not needed yet, in their order."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if error is None or not issubclass(error, KeyboardInterrupt):  # Ctrl-C waits for nothing
            self._drop_requested()

    def at(self, offset: int) -> AnyPage:
        """The page at `offset`. Raises the errors of its request; those of later ones are raised at their turn."""
        if self._requested and self._requested[0].offset != offset:
            self._end_ahead()
        requested = self._requested.popleft() if self._requested else None
        is_early = requested is not None and requested.is_ready
        self._useful = max(0, min(self._useful + (-1 if is_early else 1), self._ahead))
        self._request_after(offset)
        page = self._page_at(offset) if requested is None else requested.result()
        self._check(page)
        return page

    def _request_after(self, offset: int) -> None:
        while len(self._requested) < self._useful:
            following = (self._requested[-1].offset if self._requested else offset) + self._step
            if not self._step or following >= self._total:
                return
            try:
                self._requested.append(_RequestedPage(following, self._page_at))
            except RuntimeError:  # the system allows no further thread
                self._ahead = self._useful = 0

    def _check(self, page: AnyPage) -> None:
        total = page.total or 0
        if not self._step:
            self._step, self._total = len(page.content), total
        if total != self._total:
            self._end_ahead()
        elif page.unusable or self._transport.retries != self._retries:
            self._ahead = 0

    def _end_ahead(self) -> None:
        """The following pages may have shifted."""
        self._ahead = 0
        self._drop_requested()

    def _drop_requested(self) -> None:
        until = time.monotonic() + _ABANDON_AFTER_S
        while self._requested:
            self._requested.popleft().wait(until - time.monotonic())


class _RequestedPage(Generic[AnyPage]):
    """A page that a thread of its own requests."""

    def __init__(self, offset: int, page_at: Callable[[int], AnyPage]) -> None:
        self.offset = offset
        self._page_at = page_at
        self._page: AnyPage | None = None
        self._error: BaseException | None = None
        # A daemon, since the interpreter waits for all other threads before it ends.
        self._thread = Thread(target=self._request, name="page", daemon=True)
        self._thread.start()

    def _request(self) -> None:
        try:
            self._page = self._page_at(self.offset)
        except BaseException as raised:  # noqa: BLE001 - it is raised again, in the thread that needs the page
            self._error = raised

    @property
    def is_ready(self) -> bool:
        """Whether the request has ended."""
        return not self._thread.is_alive()

    def wait(self, timeout_s: float) -> None:
        """Wait until the request has ended, or for this time."""
        self._thread.join(max(0.0, timeout_s))

    def result(self) -> AnyPage:
        """The page, when it is there. Raises the error of the request."""
        while self._thread.is_alive():
            self._thread.join(_TICK_S)
        if self._error is not None:
            raise self._error
        return cast(AnyPage, self._page)
