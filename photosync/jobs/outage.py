"""Distinguishes an outage of the service from failures of single items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from photosync.errors import TemporaryError

Failure = TypeVar("Failure")


class OutageDetector(Generic[Failure]):
    """Keeps temporary failures until their cause is clear.

    More failures in a row than there are workers, with no success in between, are an outage. Fewer are failures of
    single items, which is clear once an item succeeds or the run ends.
    """

    def __init__(self, workers: Callable[[], int]) -> None:
        """`workers`: how many items may be in progress now."""
        self._workers = workers
        self._failures: list[Failure] = []

    def add(self, failure: Failure, error: TemporaryError) -> None:
        """Keep `failure`. Raises `error`, its cause, if this is an outage."""
        self._failures.append(failure)
        if len(self._failures) > self._workers():
            raise error

    def settle(self) -> list[Failure]:
        """Call this after a success and at the end of the run. Returns the kept failures: they are of single items."""
        failures, self._failures = self._failures, []
        return failures
