"""Runs a listing and the work on its items at the same time: the only module of `jobs` with threads for work.

The listing runs in its own thread and reads a page only on request; the work runs in several threads, as many as
`Concurrency` says. The iterator yields pages and results one at a time, in one thread, which needs no lock. The backlog
is bounded: no page is requested while too much work waits.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Lock, Semaphore, Thread
from time import monotonic
from typing import Generic, TypeVar, cast

from photosync.jobs.concurrency import Concurrency

Batch = TypeVar("Batch")
"""One step of the listing: a page of a provider, or some files that were found."""
Work = TypeVar("Work")
Done = TypeVar("Done")

PAGES_AHEAD = 3
"""The number of pages that may be requested ahead, in a listing that will be read to its end."""
BACKLOG = 400
"""No further page is requested while this much work waits."""
TICK_S = 0.5
"""The interval at which the iterator yields None while nothing happens."""
ABANDON_AFTER_S = 3.0
"""How long the end of a cancelled run waits for its threads. Requests end at once; a file on a disk that hangs, or
another process's lock, may not. Such a thread ends with the process, and leaves what a kill leaves."""


@dataclass(frozen=True, slots=True)
class ListingEnded:
    """No more pages come. `error`: the listing failed before its end."""

    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[Done]):
    """What became of one piece of work."""

    done: Done | None
    error: BaseException | None = None

    def result(self) -> Done:
        """What the work gave. Raises its error."""
        if self.error is not None:
            raise self.error
        return cast(Done, self.done)


class Pipeline(Generic[Batch, Work, Done]):
    """An iterable of pages, then `ListingEnded`, and between them the results of `work`."""

    def __init__(
        self, pages: Iterator[Batch], work: Callable[[Work], Done], concurrency: Concurrency, cancel: Event
    ) -> None:
        """`cancel` is set when the run is cancelled."""
        self._pages = pages
        self._work = work
        self._events: SimpleQueue[Batch | ListingEnded | _Outcome[Done]] = SimpleQueue()
        self._permits = Semaphore(0)
        self._asked = 0
        self._listing = True
        self._listing_stopped = Event()
        self._cancel = cancel
        self._tasks: SimpleQueue[Work | None] = SimpleQueue()
        self._waiting = 0
        self._concurrency = concurrency
        self._workers = 0
        """The threads that work; one that is too many ends after its work."""
        self._lock = Lock()
        """Of `_workers`."""
        self._room = Semaphore(0)
        """For results that are not yielded yet, one of each worker: a kill loses them, like work in progress."""
        self._threads: list[Thread] = []
        self._start(self._list, "listing")
        self._adjust_workers()

    @property
    def can_submit(self) -> bool:
        """Whether more work may be submitted."""
        return self._waiting < BACKLOG

    @property
    def is_idle(self) -> bool:
        """Whether neither a page nor a result waits to be yielded."""
        return self._events.empty()

    def submit(self, work: Work) -> None:
        """Queue this work for a worker."""
        self._waiting += 1
        self._tasks.put(work)

    def request_pages(self, ahead: int) -> None:
        """Let the listing continue until `ahead` pages are requested and not yet yielded."""
        while self._listing and self._asked < ahead and self.can_submit:
            self._asked += 1
            self._permits.release()

    def stop_listing(self) -> None:
        """Request no more pages; pages in progress are dropped."""
        self._listing_stopped.set()
        self._permits.release()

    def close(self) -> list[Done]:
        """Drop waiting work, wait for work in progress, and return results that were not yielded."""
        self.stop_listing()
        with suppress(Empty):  # a worker may take the last one at the same time
            while True:
                self._tasks.get_nowait()
        for _ in self._threads:
            self._tasks.put(None)
            self._room.release(2)
        self._await_threads()
        finished = []
        while not self._events.empty():
            event = self._events.get()
            if isinstance(event, _Outcome) and event.error is None:
                finished.append(event.result())
        return finished

    def _await_threads(self) -> None:
        abandoned_at: float | None = None
        for thread in self._threads:
            while thread.is_alive() and (abandoned_at is None or monotonic() < abandoned_at):
                thread.join(TICK_S)
                if abandoned_at is None and self._cancel.is_set():
                    abandoned_at = monotonic() + ABANDON_AFTER_S

    def __iter__(self) -> Iterator[Batch | ListingEnded | Done | None]:
        """Yields until the listing has ended and all work is done; None at intervals. Raises the errors of `work`."""
        while self._listing or self._waiting:
            try:
                event = self._events.get(timeout=TICK_S)
            except Empty:
                self._note_results(0)
                yield None
                continue
            if isinstance(event, _Outcome):
                self._waiting -= 1
                self._room.release()
                self._note_results(1)
                yield event.result()
            elif isinstance(event, ListingEnded):
                self._listing = False
                yield event
            elif not self._listing_stopped.is_set():
                self._asked -= 1
                yield event

    def _note_results(self, number: int) -> None:
        is_busy = self._waiting >= self._concurrency.workers
        self._concurrency.observe(monotonic(), number, is_busy=is_busy)
        self._adjust_workers()

    def _adjust_workers(self) -> None:
        """Start the workers that are missing, as far as the system allows threads."""
        with self._lock:
            missing = self._concurrency.workers - self._workers
            self._workers += max(0, missing)
        if missing > 0:
            self._threads = [each for each in self._threads if each.is_alive()]
        while missing > 0:
            try:
                self._start(self._do, "worker")
            except RuntimeError:
                with self._lock:
                    self._workers -= missing
                    has_none = self._workers == 0
                if has_none:
                    raise
                return
            self._room.release()
            missing -= 1

    def _start(self, target: Callable[[], None], name: str) -> None:
        # Daemons, since the interpreter waits for all other threads before it ends.
        thread = Thread(target=target, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _do(self) -> None:
        while not self._is_surplus() and (work := self._tasks.get()) is not None:
            outcome: _Outcome[Done]
            try:
                outcome = _Outcome(self._work(work))
            except BaseException as raised:  # noqa: BLE001 - it is raised again, in the thread that iterates
                outcome = _Outcome(None, raised)
            self._events.put(outcome)
            self._room.acquire()

    def _is_surplus(self) -> bool:
        """Whether there are too many workers, so that this one has to end. Then one result less may wait."""
        with self._lock:
            is_surplus = self._workers > self._concurrency.workers
            self._workers -= is_surplus
        if is_surplus:
            self._room.acquire()
        return is_surplus

    def _list(self) -> None:
        error: BaseException | None = None
        try:
            while self._may_read_on():
                page = next(self._pages, None)
                if page is None:
                    break
                self._events.put(page)
        except BaseException as raised:  # noqa: BLE001 - it is raised again, in the thread that iterates
            error = raised
        self._events.put(ListingEnded(error))
        if isinstance(self._pages, Generator):  # it may have requested pages that nobody needs any more
            self._pages.close()

    def _may_read_on(self) -> bool:
        self._permits.acquire()
        return not self._listing_stopped.is_set()
