"""The clock for everything that waits: back-off, pacing, `Retry-After`, retry budgets, polling.

The environment variable `PHOTOSYNC_CLOCK_SPEED` makes this time pass N times as fast, for tests and demonstrations: at
10 a wait of 5 seconds takes half a second, here and in a simulated service. It is read once.

All other times are real: dates that are written or shown, durations in summaries, time-outs of sockets and of file
locks, and the latency of simulated services.
"""

from __future__ import annotations

import os
import re
import threading
import time

from photosync.errors import CancelledError


def parse_speed(text: str) -> float:
    """Parse the speed of this clock. Raises `ValueError`."""
    if not (re.fullmatch(r"\d+(\.\d+)?", text, re.ASCII) and float(text) > 0):
        raise ValueError(f"PHOTOSYNC_CLOCK_SPEED must be a number above 0, such as 10, and is '{text}'")
    return float(text)


SPEED = parse_speed(os.environ.get("PHOTOSYNC_CLOCK_SPEED", "1"))


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
