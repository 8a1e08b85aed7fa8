"""After an interruption, a run may still send a few requests that clean up at its service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

GRACE_PERIOD_S = 5.0
"""How long requests work after the interruption."""


@contextmanager
def grace_period(cancel: threading.Event) -> Iterator[None]:
    """Inside the `with` block, for at most `GRACE_PERIOD_S`, requests work although the run was cancelled."""
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
