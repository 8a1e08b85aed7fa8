"""Works on many files at the same time, and can be interrupted while a store does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from threading import Event
from typing import TypeVar

from photosync.errors import CancelledError
from photosync.jobs.concurrency import Concurrency
from photosync.jobs.pipeline import PAGES_AHEAD, ListingEnded, Pipeline

WORKERS = 16
_AHEAD = 64
Work = TypeVar("Work")
Done = TypeVar("Done")


def results(
    tasks: Iterator[Work], do: Callable[[Work], Done], kind: type[Done], workers: int, cancel: Event
) -> Iterator[Done]:
    """What `do` gives for each task, in the order in which it is done; `tasks` are read as they are needed.

    `kind` is the class of the results. When the run ends early, `cancel` is set, and what was done meanwhile comes
    before the error.
    """
    pipeline = Pipeline[None, Work, Done](iter(()), do, Concurrency(workers), cancel)
    try:
        pipeline.request_pages(1)
        for first in islice(tasks, _AHEAD):
            pipeline.submit(first)
        for event in pipeline:
            if isinstance(event, kind):
                yield event
                for following in islice(tasks, 1):
                    pipeline.submit(following)
            check(cancel)
    except GeneratorExit:  # nobody wants the rest
        cancel.set()
        raise
    except BaseException:
        cancel.set()
        yield from pipeline.close()
        raise
    finally:
        pipeline.close()


def interruptible(items: Iterator[Work], cancel: Event, at_once: int = 1) -> Iterator[Work]:
    """The items, from a thread that is left behind when the run is interrupted: the engine of a store hears no signal.

    For what is read in the main thread. `at_once`: so many items pass from thread to thread together.
    """
    batches = iter(lambda: list(islice(items, at_once)), [])
    pipeline = Pipeline[list[Work], None, None](batches, lambda _: None, Concurrency(1), cancel)
    try:
        pipeline.request_pages(PAGES_AHEAD)
        for event in pipeline:
            check(cancel)
            if isinstance(event, ListingEnded) and event.error is not None:
                raise event.error
            if isinstance(event, list):
                yield from event
                pipeline.request_pages(PAGES_AHEAD)
    finally:
        pipeline.close()


def check(cancel: Event) -> None:
    """Raise `CancelledError` if the run is ending."""
    if cancel.is_set():
        raise CancelledError("interrupted; what was done stays, and the next run goes on from here")
