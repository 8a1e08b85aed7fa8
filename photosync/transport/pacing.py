"""Pacing: the time between the starts of requests, and the bandwidth limit. Both are shared by threads."""

from __future__ import annotations

import threading

from photosync import clock

_FIRST_INTERVAL_S = 0.25
_LONGEST_INTERVAL_S = 30.0
_SHORTEST_INTERVAL_S = 0.01
_SHRINK = 0.9
_BURST_S = 0.25


class Pacer:
    """The interval between the starts of requests of one account.

    It is the provider's own pause at first, doubles when the service refuses, and shrinks with each success. While a
    `Retry-After` holds, no request starts.
    """

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s
        self.interval_s = pause_s
        """The interval now."""
        self._lock = threading.Lock()
        self._next = 0.0
        """When the next request may start, on the monotonic clock."""
        self._held_until = 0.0
        self._widened = 0.0
        """When the interval last grew."""
        self._changes = 0
        """How often a refusal changed the times. A request that waited by the times before waits again."""

    def held_s(self) -> float:
        """The remaining time for which a `Retry-After` delays all requests."""
        return max(0.0, self._held_until - clock.monotonic()) if self._held_until else 0.0

    def wait(self, cancel: threading.Event | None = None) -> float:
        """Wait until a request may start, and return that time. Raises `CancelledError` when the run ends."""
        while self.interval_s or self._held_until > clock.monotonic():
            with self._lock:
                now = clock.monotonic()
                start = max(now, self._next)
                self._next = start + self.interval_s
                changes = self._changes
            clock.wait(cancel, start - now)
            if changes == self._changes:
                break
        return clock.monotonic()

    def refused(self, started: float, retry_after_s: float | None) -> None:
        """Slow down after a refused request that started at `started`; the service may have given a time to wait."""
        with self._lock:
            now = clock.monotonic()
            # Requests in progress at the same time are refused together: that counts as one refusal.
            if started >= self._widened:
                self.interval_s = min(max(2 * self.interval_s, _FIRST_INTERVAL_S), _LONGEST_INTERVAL_S)
                self._widened = now
                self._next = now + self.interval_s
                self._changes += 1
            if retry_after_s is not None and now + retry_after_s > self._held_until:
                self._held_until = now + retry_after_s
                self._next = max(self._next, self._held_until)
                self._changes += 1

    def succeeded(self) -> None:
        """Record a successful request."""
        if self.interval_s == self._pause_s:
            return
        with self._lock:
            shorter = self.interval_s * _SHRINK
            self.interval_s = shorter if shorter > max(self._pause_s, _SHORTEST_INTERVAL_S) else self._pause_s


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

    def take(self, size_bytes: int, cancel: threading.Event | None = None) -> None:
        """Account for `size_bytes`, and wait until they are due. Raises `CancelledError` when the run ends."""
        with self._lock:
            now = clock.monotonic()
            self._due = max(self._due, now - _BURST_S) + size_bytes / self.bytes_per_second
            delay_s = self._due - now
        clock.wait(cancel, delay_s)
