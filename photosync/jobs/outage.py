"""Tells an outage of the service from failures of single items."""

from __future__ import annotations

from typing import Generic, TypeVar

from photosync.errors import TemporaryError

Failure = TypeVar("Failure")


class OutageDetector(Generic[Failure]):
    """Keeps temporary failures back until it is clear what they mean.

    More failures in a row than there are workers, with no success in between, are an outage. Fewer are failures of
    the items themselves, which is known once an item succeeded or the run is over.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._failures: list[Failure] = []

    def add(self, failure: Failure, error: TemporaryError) -> None:
        """Keep `failure` back. Raises `error`, its cause, when this is an outage."""
        self._failures.append(failure)
        if len(self._failures) > self._workers:
            raise error

    def settle(self) -> list[Failure]:
        """An item succeeded, or the run is over. Returns the failures kept back: they are the items' own."""
        failures, self._failures = self._failures, []
        return failures
