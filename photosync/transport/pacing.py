"""Pacing: one interval between the starts of requests, shared by all threads of an account.

It starts at the provider's own pause, doubles when the service refuses, and shrinks with each success. While a
`Retry-After` holds, everybody waits.
"""

from __future__ import annotations

import threading

from photosync import clock

_FIRST_INTERVAL_S = 0.25
_LONGEST_INTERVAL_S = 30.0
_SHRINK = 0.9


class Pacer:
    """Gives each request its turn."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self._pause_s = pause_s
        self._interval_s = pause_s
        self._lock = threading.Lock()
        self._next = 0.0
        """When the next request may start, on the monotonic clock."""
        self._held_until = 0.0
        self._widened = 0.0
        """When the interval last grew."""
        self._round = 0
        """Counts changes of the plan: who was waiting for a turn by the old plan asks again."""

    @property
    def interval_s(self) -> float:
        """The interval now."""
        return self._interval_s

    def held_s(self) -> float:
        """How much longer a `Retry-After` holds everybody back."""
        return max(0.0, self._held_until - clock.monotonic()) if self._held_until else 0.0

    def turn(self, cancel: threading.Event | None = None) -> float:
        """Wait for this request's turn, and say when it started. Raises `CancelledError` when the run ends."""
        while self._interval_s or self._held_until > clock.monotonic():
            with self._lock:
                now = clock.monotonic()
                start = max(now, self._next)
                self._next = start + self._interval_s
                plan = self._round
            clock.wait(cancel, start - now)
            if plan == self._round:
                break
        return clock.monotonic()

    def refused(self, started: float, retry_after_s: float | None) -> None:
        """The service refused a request that started at `started`, and may have said how long to wait."""
        with self._lock:
            now = clock.monotonic()
            # Requests that were under way together are refused together: one refusal, not eight.
            if started >= self._widened:
                self._interval_s = min(max(2 * self._interval_s, _FIRST_INTERVAL_S), _LONGEST_INTERVAL_S)
                self._widened = now
                self._next = now + self._interval_s
                self._round += 1
            if retry_after_s is not None and now + retry_after_s > self._held_until:
                self._held_until = now + retry_after_s
                self._next = max(self._next, self._held_until)
                self._round += 1

    def succeeded(self) -> None:
        """The service did what it was asked."""
        if self._interval_s == self._pause_s:
            return
        with self._lock:
            shorter = self._interval_s * _SHRINK
            # Below a hundredth of a second there is nothing left to be polite about.
            self._interval_s = shorter if shorter > max(self._pause_s, 0.01) else self._pause_s
