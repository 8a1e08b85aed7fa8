"""An interrupted run may still send a few requests, to leave its service in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_PERIOD_S = 5.0
"""How long requests work after the interruption."""


@contextmanager
def grace_period(cancel: threading.Event) -> Iterator[None]:
    """Inside, and for `GRACE_PERIOD_S` at the most, requests work although the run was cancelled."""
    was_cancelled = cancel.is_set()
    cancel.clear()
    alarm = threading.Timer(GRACE_PERIOD_S, cancel.set)
    alarm.daemon = True
    if was_cancelled:
        alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        if was_cancelled:
            cancel.set()
