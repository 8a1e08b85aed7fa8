"""Distinguishes a store that is down from one that cannot give or take single files."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Generic, TypeVar

from photosync.copies import CopyStore
from photosync.errors import TemporaryError
from photosync.jobs.copy.parallel import WORKERS, interruptible
from photosync.jobs.outage import OutageDetector

Failure = TypeVar("Failure")


class StoreOutage(Generic[Failure]):
    """As `OutageDetector`, for the files of a copy."""

    def __init__(self, store: Callable[[], CopyStore], cancel: Event) -> None:
        self._cancel = cancel
        self._store = store
        self._detector = OutageDetector[Failure](lambda: WORKERS)
        self._last: TemporaryError | None = None
        self._has_succeeded = False

    def add(self, failure: Failure, error: TemporaryError) -> None:
        """Keep `failure`. Raises `error`, its cause, if the store is down."""
        self._last = error
        self._detector.add(failure, error)

    def succeeded(self) -> list[Failure]:
        """Call this after a success. Returns the kept failures: they are of single files."""
        self._last, self._has_succeeded = None, True
        return self._detector.settle()

    def check(self) -> None:
        """Call at the end of a run that sends: raises the last error if nothing has succeeded since."""
        if self._last is not None:
            raise self._last

    def ended(self) -> list[Failure]:
        """The same at the end of a run that reads. Raises an error if nothing has succeeded, or the store is down now.

        A file that fails takes the longest, and so is the last.
        """
        if self._last is not None:
            if not self._has_succeeded:
                raise self._last
            next(interruptible(self._store().files(), self._cancel), None)
        return self._detector.settle()
