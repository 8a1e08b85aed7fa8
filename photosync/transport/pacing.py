"""Pacing: the waits before requests, and the bandwidth limit. Both are shared by threads."""

from __future__ import annotations

import threading

from photosync import clock
from photosync.transport.pace import Pace

_LOOK_EVERY_S = 0.2
"""How often a thread that waits for its turn looks whether the run ends, in real time."""
_BURST_S = 0.25


class Pacer:
    """Lets the requests of one account start at its `Pace`."""

    def __init__(self, pause_s: float = 0.0, least_pause_s: float | None = None) -> None:
        self._pace = Pace(pause_s, least_pause_s)
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        """Of the one thread whose request starts next: only that one watches the time."""
        self._is_earlier = threading.Event()
        """Set when the turn may have become earlier."""

    @property
    def limit_per_s(self) -> float | None:
        """The most requests a second, as far as it is known; None without a limit."""
        return self._pace.limit_per_s

    @limit_per_s.setter
    def limit_per_s(self, known: float) -> None:
        """What an earlier run found out."""
        with self._lock:
            self._pace.limit_per_s = known

    @property
    def total_held_s(self) -> float:
        """The time for which the service made all requests wait, until now."""
        return self._pace.held_s

    def held_s(self) -> float:
        """The remaining time for which a `Retry-After` delays all requests."""
        return max(0.0, self._pace.asked_until - clock.monotonic())

    def wait_while_held(self, cancel: threading.Event | None = None) -> None:
        """Wait until no `Retry-After` holds. Raises `CancelledError` when the run ends."""
        while (held_s := self.held_s()) > 0:
            clock.wait(cancel, held_s)

    def wait(self, cancel: threading.Event | None = None) -> float:
        """Wait until a request may start, and return that time. Raises `CancelledError` when the run ends."""
        while not self._turn.acquire(timeout=_LOOK_EVERY_S):
            clock.check(cancel)
        try:
            while True:
                with self._lock:
                    now = clock.monotonic()
                    turn = self._pace.turn()
                    if turn <= now:
                        self._pace.started(now)
                        return now
                    self._is_earlier.clear()
                clock.check(cancel)
                self._is_earlier.wait(min(clock.real_s(turn - now), _LOOK_EVERY_S))
        finally:
            self._turn.release()

    def accepted(self) -> None:
        """Take notice of a request that was not refused."""
        with self._lock:
            self._pace.accepted()
        if not self._is_earlier.is_set():
            self._is_earlier.set()

    def failed(self) -> None:
        """Take notice of a request that failed, and was not refused."""
        with self._lock:
            self._pace.failed()

    def refused(self, started: float, retry_after_s: float | None) -> None:
        """Take notice of a refused request that started at `started`; the service may have given a time to wait."""
        with self._lock:
            self._pace.refused(clock.monotonic(), started, retry_after_s)


class BandwidthLimit:
    """A token bucket: at most this many bytes per second, over all threads of all accounts together."""

    def __init__(self, bytes_per_second: int) -> None:
        if bytes_per_second <= 0:
            raise ValueError("a bandwidth limit must be more than 0 bytes a second")
        self.bytes_per_second = bytes_per_second
        self._lock = threading.Lock()
        self._due = 0.0
        """When all bytes taken so far are within the limit, on the monotonic clock."""

    @property
    def chunk_bytes(self) -> int:
        """The size of reads with which a low limit gives an even flow and not bursts."""
        return max(4096, self.bytes_per_second // 8)

    def take(self, size_bytes: int, cancel: threading.Event | None = None) -> float:
        """Account for `size_bytes`, and wait until they are due; returns the time waited.

        Raises `CancelledError` when the run ends.
        """
        with self._lock:
            now = clock.monotonic()
            self._due = max(self._due, now - _BURST_S) + size_bytes / self.bytes_per_second
            delay_s = self._due - now
        clock.wait(cancel, delay_s)
        return max(0.0, delay_s)
