"""A run that was interrupted may still say a few last words to its service."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LAST_WORDS_S = 5.0
"""How long they may take."""


@contextmanager
def last_words(cancel: threading.Event) -> Iterator[None]:
    """While this goes on, and for a few seconds at the most, requests work although the run was cancelled."""
    was_cancelled = cancel.is_set()
    cancel.clear()
    alarm = threading.Timer(LAST_WORDS_S, cancel.set)
    alarm.daemon = True
    if was_cancelled:
        alarm.start()
    try:
        yield
    finally:
        alarm.cancel()
        if was_cancelled:
            cancel.set()
