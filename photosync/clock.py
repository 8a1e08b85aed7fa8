"""The clock for everything that waits: back-off, pacing, `Retry-After`, retry budgets, polling; and the time of day.

The environment variable `PHOTOSYNC_CLOCK_SPEED` makes this time pass N times as fast, for tests and demonstrations: at
10 a wait of 5 seconds takes half a second, here and in a simulated service. It is read once.

All other times are real: dates that are written or shown, durations in summaries, time-outs of sockets and of file
locks, and the latency of simulated services.

The time of day is that of this computer, unless a service says that it is wrong: a computer without a battery for its
clock starts in the past. A service's time is not believed once another agrees with this computer.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from photosync.errors import CancelledError, ConfigError

log = logging.getLogger("photosync.clock")


def parse_speed(text: str) -> float:
    """Parse the speed of this clock. Raises `ValueError`."""
    if not (re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) and float(text) > 0):
        raise ValueError(f"PHOTOSYNC_CLOCK_SPEED must be a number above 0, such as 10, and is '{text}'")
    return float(text)


def _speed_of_environment() -> float:
    try:
        return parse_speed(os.environ.get("PHOTOSYNC_CLOCK_SPEED", "1"))
    except ValueError as error:
        raise ConfigError(f"{error}. Correct it or unset it.") from error


SPEED = _speed_of_environment()


def monotonic() -> float:
    """Seconds on this clock since an arbitrary moment."""
    return time.monotonic() * SPEED


def real_s(seconds: float) -> float:
    """The real duration of a number of seconds on this clock."""
    return seconds / SPEED


def check(cancel: threading.Event | None) -> None:
    """Raise `CancelledError` if the run is ending."""
    if cancel is not None and cancel.is_set():
        raise CancelledError("The run was stopped.")


def wait(cancel: threading.Event | None, seconds: float) -> None:
    """Wait on this clock, or raise `CancelledError` as soon as the run is ending."""
    if seconds > 0:
        (cancel or threading.Event()).wait(real_s(seconds))
    check(cancel)


WRONG_BY = timedelta(days=1)
"""A clock is taken for wrong if it differs by more."""
_PROGRAM_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
"""A service with an earlier time has a wrong clock itself."""


class _TimeOfDay:
    """This computer's time, corrected by the services'; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_right = False
        """Whether a service agrees with this computer."""
        self.differences: dict[str, timedelta] = {}
        """By how much each host's clock was ahead of this computer's, when it told its time last."""
        self._newest: tuple[datetime, float] | None = None
        """The newest time of a service that does not, and when it came, on the monotonic clock of this computer."""

    def now(self) -> datetime:
        if self._newest is None or self._is_right:
            return datetime.now(UTC)
        told, received = self._newest
        return told + timedelta(seconds=time.monotonic() - received)

    def learn(self, told: datetime, host: str) -> None:
        shown = datetime.now(UTC)
        with self._lock:
            self.differences[host] = told - shown
            self._is_right = self._is_right or abs(told - shown) <= WRONG_BY
            if self._is_right or told < _PROGRAM_BEGAN:
                return
            is_first = self._newest is None
            if is_first or told > self.now():
                self._newest = (told, time.monotonic())
        if is_first:
            log.warning(
                "The clock of this computer is wrong: it shows %s UTC, and %s says %s. The time of the "
                "service is used. Set the clock.",
                f"{shown:%Y-%m-%d %H:%M}",
                host,
                f"{told:%Y-%m-%d %H:%M}",
            )


_time_of_day = _TimeOfDay()


def now() -> datetime:
    """The time of day, aware, in UTC: this computer's, or the services' if it is wrong."""
    return _time_of_day.now()


def now_text() -> str:
    """The time of day in ISO 8601, to the second."""
    return now().isoformat(timespec="seconds")


def differences() -> Mapping[str, timedelta]:
    """By how much the clock of each service's host is ahead of this computer's; hosts that did not tell are missing."""
    return dict(_time_of_day.differences)


def learn(told: datetime, host: str) -> None:
    """Take notice of the time that a service told in its answer. The first that shows a wrong clock is a warning."""
    _time_of_day.learn(told.astimezone(UTC), host)
