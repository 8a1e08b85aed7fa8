"""The limits of one run: items, bytes and time."""

from __future__ import annotations

from datetime import timedelta

from photosync.errors import Exit, PhotosyncError
from photosync.jobs.pull.decide import Action
from photosync.model import Item


class LimitReachedError(PhotosyncError):
    """The run ends before it is complete; the next one continues."""

    exit = Exit.LIMIT


class Limits:
    """Counts admitted items. None means: no limit."""

    def __init__(self, items: int | None, size_bytes: int | None, time: timedelta | None) -> None:
        self._max_items = items
        self._max_bytes = size_bytes
        self._max_time = time
        self._items = 0
        self._bytes = 0
        self.are_bytes_reached = False

    @property
    def has_item_limit(self) -> bool:
        """Whether the run may end with any page."""
        return self._max_items is not None

    @property
    def has_any(self) -> bool:
        """Whether a limit may end the run before the listing."""
        return not (self._max_items is None and self._max_bytes is None and self._max_time is None)

    @property
    def is_reached(self) -> bool:
        """Whether no further item is admitted."""
        return self.are_bytes_reached or self._items == self._max_items

    def admit(self, item: Item, action: Action) -> bool:
        """Count an item, unless it exceeds the limit of bytes. The first download is always admitted."""
        total = self._bytes + (item.size_bytes or 0)
        if action is Action.DOWNLOAD and self._bytes and self._max_bytes is not None and total > self._max_bytes:
            self.are_bytes_reached = True
        if self.are_bytes_reached:
            return False
        self._items += action is not Action.SKIP
        if action is Action.DOWNLOAD:
            self._bytes = total
        return True

    def check_bytes(self) -> None:
        """Raise `LimitReachedError` if an item was not admitted because of its size."""
        if self.are_bytes_reached:
            raise LimitReachedError("the limit of bytes is reached; the next run goes on from here")

    def check_time(self, seconds: float) -> None:
        """Raise `LimitReachedError` if the run has taken too long."""
        if self._max_time is not None and seconds > self._max_time.total_seconds():
            raise LimitReachedError("the limit of time is reached; the next run goes on from here")
