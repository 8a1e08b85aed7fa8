"""Works on many files at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from threading import Event
from typing import TypeVar

from photosync.errors import CancelledError
from photosync.jobs.concurrency import Concurrency
from photosync.jobs.pipeline import Pipeline

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


def check(cancel: Event) -> None:
    """Raise `CancelledError` if the run is ending."""
    if cancel.is_set():
        raise CancelledError("interrupted; what was done stays, and the next run goes on from here")
