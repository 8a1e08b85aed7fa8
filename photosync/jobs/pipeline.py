"""The one place with concurrency: a listing and the downloads that it leads to, side by side.

The listing runs in a thread of its own and asks for a page only when it is let to; downloads run in workers. Whoever
iterates gets pages and results one at a time, in one thread, and so needs no lock. What waits is bounded: a page is
let in only while less than a page's worth of work is waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Generic, TypeVar

Batch = TypeVar("Batch")
"""What one step of the listing brings: a page of a provider's, or some files that were found."""
Work = TypeVar("Work")
Done = TypeVar("Done")

PAGES_AHEAD = 3
"""How many pages may have been asked for and not yet looked at, once a listing is known to be read to its end."""
BACKLOG = 400
"""No further page is asked for while so many files wait to be brought."""


TICK_S = 0.5
"""So often whoever iterates gets a chance to look at the clock."""


@dataclass(frozen=True, slots=True)
class ListingEnded:
    """No more pages come; `error` says why if that is not the end. `stopped`: because nobody wanted more."""

    error: BaseException | None = None
    stopped: bool = False


class Pipeline(Generic[Batch, Work, Done]):
    """Iterate over it: pages, then `ListingEnded`, and between them whatever `work` returned."""

    def __init__(self, pages: Iterator[Batch], work: Callable[[Work], Done], workers: int) -> None:
        self._pages = pages
        self._work = work
        self._events: SimpleQueue[Batch | ListingEnded | Future[Done]] = SimpleQueue()
        self._permits = Semaphore(0)
        self._asked = 0
        self._listing = True
        self._listing_stopped = Event()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._waiting = 0
        self._lister = Thread(target=self._list, name="listing", daemon=True)
        self._lister.start()

    @property
    def has_room(self) -> bool:
        """Whether more work may be submitted."""
        return self._waiting < BACKLOG

    @property
    def is_idle(self) -> bool:
        """Whether no work is under way or waits for a worker."""
        return not self._waiting

    def submit(self, work: Work) -> None:
        """Let a worker do this."""
        self._waiting += 1
        self._executor.submit(self._work, work).add_done_callback(self._events.put)

    def ask_for_pages(self, ahead: int) -> None:
        """Let the listing go on until `ahead` pages have been asked for and not been looked at."""
        while self._listing and self._asked < ahead and self.has_room:
            self._asked += 1
            self._permits.release()

    def stop_listing(self) -> None:
        """Ask for no page any more; those under way are dropped."""
        self._listing_stopped.set()
        self._permits.release()

    def close(self) -> list[Done]:
        """Drop what waits, wait for what is under way, and return what was finished all the same."""
        self.stop_listing()
        self._executor.shutdown(cancel_futures=True)
        self._lister.join()
        finished = []
        while not self._events.empty():
            event = self._events.get()
            if isinstance(event, Future) and not event.cancelled() and event.exception() is None:
                finished.append(event.result())
        return finished

    def __iter__(self) -> Iterator[Batch | ListingEnded | Done | None]:
        """Events, until the listing has ended and every file is there; None now and then while nothing happens.

        Raises whatever `work` raised.
        """
        while self._listing or self._waiting:
            try:
                event = self._events.get(timeout=TICK_S)
            except Empty:
                yield None
                continue
            if isinstance(event, Future):
                self._waiting -= 1
                yield event.result()
            elif isinstance(event, ListingEnded):
                self._listing = False
                yield event
            elif not self._listing_stopped.is_set():
                self._asked -= 1
                yield event

    def _list(self) -> None:
        error: BaseException | None = None
        try:
            while self._may_go_on():
                page = next(self._pages, None)
                if page is None:
                    break
                self._events.put(page)
        except BaseException as raised:  # noqa: BLE001 - it is raised again, in the thread that iterates
            error = raised
        self._events.put(ListingEnded(error, stopped=self._listing_stopped.is_set()))

    def _may_go_on(self) -> bool:
        self._permits.acquire()
        return not self._listing_stopped.is_set()
