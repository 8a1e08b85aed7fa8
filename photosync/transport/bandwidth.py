"""The bandwidth limit: one token bucket that all workers of all accounts share."""

from __future__ import annotations

import threading

from photosync import clock

_BURST_S = 0.25


class BandwidthLimit:
    """At most so many bytes a second, over all threads together."""

    def __init__(self, bytes_per_second: int) -> None:
        if bytes_per_second <= 0:
            raise ValueError("a bandwidth limit is more than nothing")
        self.bytes_per_second = bytes_per_second
        self._lock = threading.Lock()
        self._due = 0.0
        """When all bytes taken so far will have been paid for, on the monotonic clock."""

    @property
    def chunk_bytes(self) -> int:
        """How much to read at a time so that a slow limit still flows evenly and does not come in bursts."""
        return max(4096, self.bytes_per_second // 8)

    def take(self, size_bytes: int, cancel: threading.Event | None = None) -> None:
        """Account for `size_bytes`, and wait until they are due. Raises `CancelledError` when the run ends."""
        with self._lock:
            now = clock.monotonic()
            self._due = max(self._due, now - _BURST_S) + size_bytes / self.bytes_per_second
            delay_s = self._due - now
        clock.wait(cancel, delay_s)
