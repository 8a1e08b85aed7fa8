"""Pacing: the time between the starts of requests, and the bandwidth limit. Both are shared by threads."""

from __future__ import annotations

import threading

from photosync import clock

_FIRST_INTERVAL_S = 0.25
_LONGEST_INTERVAL_S = 2.0
_MARGIN = 1.1
"""How much longer than between the accepted requests the interval is after a refusal."""
_RECOVERY_S = 10.0
_RECOVERY_REQUESTS = 100
"""The requests are at full speed again after that time at the latest, or after as many at the longer interval."""
_REMEMBERED = 200
"""The number of accepted requests of which the pace is known."""
_BURST_S = 0.25


class Pacer:
    """The interval between the starts of requests of one account.

    It is the provider's own pause. After a refusal it is for a short time the one at which the service accepted
    requests of late, and a little more; if it has accepted none since the refusal before, twice the last one. So a
    refusal now and then costs little, and a service that allows so many requests a second gets about as many. While a
    `Retry-After` holds, no request starts.
    """

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s
        self._slow_interval_s = 0.0
        self._slow_until = 0.0
        self._held_until = 0.0
        self._widened = 0.0
        """When the interval was last changed by a refusal."""
        self._accepted = 0.0
        """The number of requests accepted of late. A refusal halves it, so that what follows counts more."""
        self._accepted_s = 0.0
        """The time that they took, without pauses in which nothing was asked."""
        self._last_accepted = 0.0
        self._last_start = float("-inf")
        # All times are on the monotonic clock.
        self._lock = threading.Lock()

    @property
    def interval_s(self) -> float:
        """The interval now."""
        is_slow = self._slow_until and clock.monotonic() < self._slow_until
        return max(self._pause_s, self._slow_interval_s) if is_slow else self._pause_s

    def held_s(self) -> float:
        """The remaining time for which a `Retry-After` delays all requests."""
        return max(0.0, self._held_until - clock.monotonic()) if self._held_until else 0.0

    def wait(self, cancel: threading.Event | None = None) -> float:
        """Wait until a request may start, and return that time. Raises `CancelledError` when the run ends."""
        while True:
            with self._lock:
                now = clock.monotonic()
                interval_s = self.interval_s
                turn = max(self._held_until, self._last_start + interval_s)
                if turn <= now:
                    self._last_start = now
                    return now
                if interval_s > self._pause_s:  # when it is over, the turn comes earlier
                    turn = min(turn, max(self._held_until, self._slow_until))
            clock.wait(cancel, turn - now)

    def accepted(self) -> None:
        """Take notice of a request that was not refused."""
        with self._lock:
            now = clock.monotonic()
            if self._last_accepted:  # what was before the first one is no pace
                self._accepted += 1
                is_after_hold = self._last_accepted < self._held_until <= now  # nothing was asked for until its end
                began = self._held_until if is_after_hold else self._last_accepted
                self._accepted_s += min(now - began, _LONGEST_INTERVAL_S)
            self._last_accepted = now
            if self._accepted > _REMEMBERED:
                self._forget(_REMEMBERED / self._accepted)

    def refused(self, started: float, retry_after_s: float | None) -> None:
        """Slow down after a refused request that started at `started`; the service may have given a time to wait."""
        with self._lock:
            now = clock.monotonic()
            # Requests in progress at the same time are refused together: that counts as one refusal.
            if started >= self._widened:
                self._slow_interval_s = min(self._wider_s(), _LONGEST_INTERVAL_S)
                self._widened = now
                self._forget(0.5)
            if retry_after_s is not None:
                self._held_until = max(self._held_until, now + retry_after_s)
            recovery_s = min(_RECOVERY_REQUESTS * self._slow_interval_s, _RECOVERY_S)
            self._slow_until = max(now, self._held_until) + recovery_s

    def _wider_s(self) -> float:
        if self._accepted and self._last_accepted > self._widened:
            return _MARGIN * self._accepted_s / self._accepted
        return max(2 * self.interval_s, _FIRST_INTERVAL_S)

    def _forget(self, kept: float) -> None:
        self._accepted *= kept
        self._accepted_s *= kept


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
